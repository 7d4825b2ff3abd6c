import { listen, listenLast } from './channels.js';
import { replaceMethod } from './disguise.js';
import { errorCode } from './errorCode.js';
import { statusError, withPort } from './httpClient.js';
import { type DependencyCall, type Outgoing } from './outgoing.js';
import { UNKNOWN } from './ownFunctions.js';
import { mergeTraceState } from './traceState.js';

const { apply, getPrototypeOf } = Reflect;

/** What undici's channels carry of a request. `headers`: names and values in turn; one text in old versions. */
interface UndiciRequest {
  readonly origin?: unknown;
  headers: unknown;
}

/**
 * `fetch` and undici. fetch dispatches later, in a turn of its own, so the calling function is put into the tracestate header
 * when fetch is called; where the request is dispatched, what an OpenTelemetry SDK added is merged with it.
 */
export function observeFetch(outgoing: Outgoing): void {
  const calls = new WeakMap<object, DependencyCall>();

  observeFetchOf(globalThis, outgoing);
  const created = (message: unknown): void => {
    const { request } = message as { request: UndiciRequest };
    const origin = new URL(String(request.origin));
    const host = withPort(origin.host, origin.protocol);
    const { traceParent, traceState, others } = readHeaders(request.headers);
    const ours = /(?:^|,)\s*hindcast=([^,\s]+)/.exec(traceState)?.[1];
    const named = ours === undefined ? UNKNOWN : outgoing.functionOf(ours);
    const fn = named === UNKNOWN ? outgoing.caller(created) : named;
    calls.set(request, outgoing.begin('http', host, fn));
    const wanted = outgoing.headers(fn, host, traceParent, traceState);
    if (wanted.traceParent === undefined && wanted.traceState === traceState && others.isSingle) return;
    request.headers = others.with([
      ...(wanted.traceParent === undefined ? [] : ['traceparent', wanted.traceParent]),
      ...(wanted.traceState === '' ? [] : ['tracestate', wanted.traceState]),
    ]);
  };
  listenLast('undici:request:create', created);
  listen('undici:request:headers', (message) => {
    const { request, response } = message as { request: object; response: { statusCode?: number } };
    calls.get(request)?.end(statusError(response.statusCode));
  });
  listen('undici:request:error', (message) => {
    const { request, error } = message as { request: object; error: unknown };
    calls.get(request)?.end(errorCode(error));
  });
}

/** The global one, or that of the undici package. */
export function observeFetchOf(owner: unknown, outgoing: Outgoing): void {
  if (typeof owner !== 'object' || owner === null) return;
  replaceMethod(owner, 'fetch', (original) => {
    const fetch = (self: unknown, args: unknown[]): unknown => {
      let given = args;
      try {
        const value = outgoing.valueOf(outgoing.caller(fetch));
        const init = value === undefined ? undefined : withHeader(args[0], args[1], value);
        if (init) given = [args[0], init, ...args.slice(2)];
      } catch {
        // fetch itself says what is wrong with its arguments.
      }
      return apply(original, self, given);
    };
    return fetch;
  });
}

/** fetch's second argument with our entry in it; undefined where that cannot be made without anyone noticing. */
function withHeader(input: unknown, init: unknown, value: string): object | undefined {
  if (init !== undefined && init !== null && (typeof init !== 'object' || !isPlain(init))) return undefined;
  const given = (init as { headers?: ConstructorParameters<typeof Headers>[0] } | null | undefined)?.headers;
  // undici's Request class of another copy is read by fetch in its own way.
  if (given === undefined && typeof input === 'object' && input !== null && !(input instanceof URL)) {
    if (!(input instanceof Request)) return undefined;
  }
  const headers = new Headers(given ?? (input instanceof Request ? input.headers : undefined));
  headers.set('tracestate', mergeTraceState(value, headers.get('tracestate') ?? undefined));
  return { ...init, headers };
}

function isPlain(object: object): boolean {
  const prototype = getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

interface OtherHeaders {
  /** tracestate is there at most once. */
  readonly isSingle: boolean;
  /** All headers but tracestate, and these. */
  with(added: readonly string[]): unknown;
}

function readHeaders(headers: unknown): { traceParent: string | undefined; traceState: string; others: OtherHeaders } {
  const pairs = Array.isArray(headers) ? pairsOf(headers) : linesOf(typeof headers === 'string' ? headers : '');
  const states = pairs.filter(([name]) => isNamed(name, 'tracestate')).map(([, value]) => String(value));
  const parent = pairs.find(([name]) => isNamed(name, 'traceparent'))?.[1];
  return {
    traceParent: typeof parent === 'string' ? parent : undefined,
    traceState: states.join(','),
    others: {
      isSingle: states.length <= 1,
      with(added) {
        const kept = pairs.filter(([name]) => !isNamed(name, 'tracestate'));
        if (Array.isArray(headers)) return [...kept.flat(), ...added];
        return [...kept, ...pairsOf(added)].map(([name, value]) => `${String(name)}: ${String(value)}\r\n`).join('');
      },
    },
  };
}

function pairsOf(list: readonly unknown[]): [unknown, unknown][] {
  return Array.from({ length: list.length >> 1 }, (_, i) => [list[2 * i], list[2 * i + 1]]);
}

function linesOf(text: string): [unknown, unknown][] {
  return text.split('\r\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon <= 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()] as [unknown, unknown]];
  });
}

function isNamed(name: unknown, wanted: string): boolean {
  return typeof name === 'string' && name.toLowerCase() === wanted;
}
