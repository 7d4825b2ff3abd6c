import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { http } from '../runtime/nodeHttp.js';
import { listen } from './channels.js';
import { replaceMethod } from './disguise.js';
import type { OwnFunctions } from './ownFunctions.js';
import { UNKNOWN } from './ownFunctions.js';
import type { Requests, Work } from './requests.js';

const { apply } = Reflect;

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'QUERY']);

const MAX_NAMES = 2_000;

/** Requests that servers of node:http are working on, for those who know more about them. */
export class HttpRequests {
  readonly #requests: Requests;
  readonly #own: OwnFunctions;
  /** By method and route: the same text each time, which is quickly found again wherever it is a key. */
  readonly #names = new Map<string, Map<string, string>>();
  readonly #works = new WeakMap<object, Work>();
  readonly #listeners = new WeakMap<object, { readonly of: unknown; readonly handler: unknown }>();
  readonly #routes = new WeakMap<object, () => string | undefined>();

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

  /** A request's route that is known only when it has been answered. */
  routeWhenDone(response: object, route: () => string | undefined): void {
    this.#routes.set(response, route);
  }

  install(): void {
    listen('http.server.request.start', (message) => {
      const { request, response, server } = message as {
        request: IncomingMessage;
        response: ServerResponse;
        server: Server;
      };
      const { headers } = request;
      const work = this.#requests.begin('http', {
        traceParent: headers['traceparent'],
        traceState: headers['tracestate'],
      });
      this.#works.set(request, work);
      this.#works.set(response, work);
      this.#requests.enter(work);
      const handler = this.#ownListener(server);
      if (handler !== undefined) this.#requests.handledBy(work, this.nameOf(request.method, '*'), handler);
    });
    listen('http.server.response.finish', (message) => {
      const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
      this.#end(request.method, response, response.statusCode >= 500 ? String(response.statusCode) : undefined);
    });
    // Who hangs up early never sees the end of the answer, and no channel says so.
    const end = this.#end.bind(this);
    const { prototype } = http.ServerResponse;
    if (Object.hasOwn(prototype, 'emit')) return;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- stays a method of the same kind of object
    const inherited = prototype.emit;
    Object.defineProperty(prototype, 'emit', {
      value: inherited,
      configurable: true,
      writable: true,
      enumerable: false,
    });
    replaceMethod(prototype, 'emit', (original) => {
      return (self, args) => {
        if (args[0] === 'close') {
          const response = self as ServerResponse;
          if (!response.writableFinished) end(response.req.method, response, 'aborted');
        }
        return apply(original, self, args);
      };
    });
  }

  #end(method: string | undefined, response: ServerResponse, errorType: string | undefined): void {
    const work = this.#works.get(response);
    if (!work || work.isDone) return;
    let route: string | undefined;
    try {
      route = this.#routes.get(response)?.();
    } catch {
      // A framework that changed.
    }
    if (route !== undefined) this.#requests.handledBy(work, this.nameOf(method, route), undefined);
    this.#requests.end(work, errorType, this.nameOf(method, '*'));
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
