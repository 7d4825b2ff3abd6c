import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { attached } from '../runtime/attached.js';
import { http } from '../runtime/nodeHttp.js';
import { listen } from './channels.js';
import type { OwnFunctions } from './ownFunctions.js';
import { UNKNOWN } from './ownFunctions.js';
import type { Requests, Work } from './requests.js';

const { defineProperty, getPrototypeOf } = Reflect;

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'QUERY']);

const MAX_NAMES = 2_000;

const TRACE_PARENT = 'traceparent';
const TRACE_STATE = 'tracestate';

/** Requests that servers of node:http are working on, for those who know more about them. */
export class HttpRequests {
  readonly #requests: Requests;
  readonly #own: OwnFunctions;
  /** By method and route: the same text each time, which is quickly found again wherever it is a key. */
  readonly #names = new Map<string, Map<string, string>>();
  readonly #works = attached<Work>();
  readonly #listeners = new WeakMap<object, { readonly of: unknown; readonly handler: unknown }>();

  constructor(requests: Requests, own: OwnFunctions) {
    this.#requests = requests;
    this.#own = own;
  }

  /** The work behind a request; undefined for one that did not come through node:http. */
  workOf(request: unknown): Work | undefined {
    return typeof request === 'object' && request !== null ? this.#works.get(request) : undefined;
  }

  /** `GET /orders/:id`, from the method that was sent and the route's pattern. */
  nameOf(method: unknown, route: string): string {
    const known = typeof method === 'string' && METHODS.has(method) ? method : '_OTHER';
    let names = this.#names.get(known);
    if (!names) this.#names.set(known, (names = new Map<string, string>()));
    let name = names.get(route);
    if (name === undefined) {
      name = `${known} ${route}`;
      if (names.size < MAX_NAMES) names.set(route, name);
    }
    return name;
  }

  install(): void {
    listen('http.server.request.start', (message) => {
      const { request, server } = message as { request: IncomingMessage; server: Server };
      const work = this.#requests.begin('http', traceHeaders(request));
      this.#works.set(request, work);
      this.#requests.enter(work);
      const handler = this.#ownListener(server);
      if (handler !== undefined) this.#requests.handledBy(work, this.nameOf(request.method, '*'), handler);
    });
    listen('http.server.response.finish', (message) => {
      const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
      this.#end(request, response.statusCode >= 500 ? String(response.statusCode) : undefined);
    });
    this.#listenToClose();
  }

  /**
   * Who hangs up early never sees the end of the answer, and no channel says so. Node emits 'close' on it, for which it reads `emit`:
   * unlike a function around `emit`, that is nothing on the stack, and next to nothing for all other events.
   */
  #listenToClose(): void {
    const { prototype } = http.ServerResponse;
    if (Object.hasOwn(prototype, 'emit')) return;
    const closed = (response: ServerResponse): void => {
      try {
        if (!response.writableFinished) this.#end(response.req, 'aborted');
      } catch {
        // Something that only looks like an answer.
      }
    };
    const inherited = getPrototypeOf(prototype) as { readonly emit: unknown };
    let replaced: unknown;
    const accessor = {
      get emit(): unknown {
        const response = this as unknown as ServerResponse & { readonly _closed?: unknown };
        if (response._closed === true) closed(response);
        return replaced ?? inherited.emit;
      },
      set emit(value: unknown) {
        if ((this as unknown) === prototype) replaced = value;
        else defineProperty(this, 'emit', { value, configurable: true, writable: true, enumerable: true });
      },
    };
    const descriptor = Object.getOwnPropertyDescriptor(accessor, 'emit');
    defineProperty(prototype, 'emit', { ...descriptor, enumerable: false });
  }

  #end(request: IncomingMessage, errorType: string | undefined): void {
    const work = this.#works.get(request);
    if (work && !work.isDone) this.#requests.end(work, errorType, this.nameOf(request.method, '*'));
  }

  /** The own function that listens for requests, if one does. */
  #ownListener(server: Server): unknown {
    const of = (server as { _events?: { request?: unknown } })._events?.request;
    const known = this.#listeners.get(server);
    if (known && known.of === of) return known.handler;
    const handler = server.listeners('request').find((listener) => this.#own.idOf(listener) !== UNKNOWN);
    this.#listeners.set(server, { of, handler });
    return handler;
  }
}

/** What the sensor reads of a request's headers, without having Node make an object of all of them. */
function traceHeaders({ rawHeaders }: IncomingMessage): { traceParent?: string; traceState?: string } {
  const found: { traceParent?: string; traceState?: string } = {};
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    // Two of the first are none that is valid, together as Node gives them too.
    if (name.length === TRACE_PARENT.length && name.toLowerCase() === TRACE_PARENT) {
      found.traceParent = joined(found.traceParent, rawHeaders[i + 1]);
    } else if (name.length === TRACE_STATE.length && name.toLowerCase() === TRACE_STATE) {
      found.traceState = joined(found.traceState, rawHeaders[i + 1]);
    }
  }
  return found;
}

function joined(before: string | undefined, value = ''): string {
  return before === undefined ? value : `${before}, ${value}`;
}
