import { replaceMethod } from './disguise.js';
import { errorCode } from './errorCode.js';
import type { Requests, Work } from './requests.js';
import { throwOn } from '../runtime/throwOn.js';

const { apply } = Reflect;

type Handler = (this: unknown, ...args: unknown[]) => unknown;

interface ServerCall {
  readonly metadata?: { get(name: string): readonly unknown[] };
  emit?: (...args: unknown[]) => unknown;
}

/** https://grpc.github.io/grpc/core/md_doc_statuscodes.html, by number. */
const STATUS_NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** `UNAVAILABLE` where an error has a gRPC status, else its class. */
export function grpcErrorType(error: unknown): string {
  const code: unknown =
    typeof error === 'object' && error !== null ? Object.getOwnPropertyDescriptor(error, 'code')?.value : undefined;
  return (typeof code === 'number' ? STATUS_NAMES[code] : undefined) ?? errorCode(error);
}

/**
 * `@grpc/grpc-js/build/src/server.js`: every handler passes through `register`. `addService` binds handlers, which hides
 * whose they are, so it is noted there who stands behind each path.
 */
export function patchGrpcServer(Server: unknown, requests: Requests): void {
  if (typeof Server !== 'function') return;
  const prototype = Server.prototype as object;
  let adding: { readonly service: object; readonly implementation: object } | undefined;

  replaceMethod(prototype, 'addService', (original) => {
    return (self, args) => {
      const [service, implementation] = args;
      const outer = adding;
      if (typeof service === 'object' && service && typeof implementation === 'object' && implementation)
        adding = { service, implementation };
      try {
        return apply(original, self, args);
      } finally {
        adding = outer;
      }
    };
  });
  replaceMethod(prototype, 'register', (original) => {
    return (self, args) => {
      const [path, handler, , , type] = args;
      if (typeof path !== 'string' || typeof handler !== 'function') return apply(original, self, args);
      const written = adding ? implementationOf(adding.service, adding.implementation, path) : handler;
      const observed = observedHandler(handler as Handler, written ?? handler, path, type, requests);
      return apply(original, self, [path, observed, ...args.slice(2)]);
    };
  });
}

function implementationOf(service: object, implementation: object, path: string): unknown {
  const methods = implementation as Record<string, unknown>;
  for (const [name, method] of Object.entries(service) as [string, { path?: unknown; originalName?: unknown }][]) {
    if (method.path !== path) continue;
    return methods[name] ?? (typeof method.originalName === 'string' ? methods[method.originalName] : undefined);
  }
  return undefined;
}

function observedHandler(handler: Handler, written: unknown, path: string, type: unknown, requests: Requests): Handler {
  const name = path.replace(/^\//, '');
  const isCallback = type === 'unary' || type === 'clientStream';
  return function (this: unknown, ...args: unknown[]): unknown {
    let work: Work;
    try {
      const call = args[0] as ServerCall;
      work = requests.begin('rpc', {
        traceParent: call.metadata?.get('traceparent')[0],
        traceState: call.metadata?.get('tracestate').join(','),
      });
      if (isCallback) args = [call, observedCallback(args[1], work, name, requests), ...args.slice(2)];
      else observeStream(call, work, name, requests);
      requests.handledBy(work, name, written);
    } catch {
      return apply(handler, this, args);
    }
    const before = requests.take(work);
    try {
      return apply(handler, this, args);
    } catch (error) {
      requests.end(work, grpcErrorType(error), name);
      throwOn(error);
    } finally {
      requests.leave(before);
    }
  };
}

function observedCallback(callback: unknown, work: Work, name: string, requests: Requests): unknown {
  if (typeof callback !== 'function') return callback;
  return function (this: unknown, ...args: unknown[]): unknown {
    requests.end(work, args[0] == null ? undefined : grpcErrorType(args[0]), name);
    return apply(callback, this, args) as unknown;
  };
}

/** The end of an answer that is a stream. */
function observeStream(call: ServerCall, work: Work, name: string, requests: Requests): void {
  const { emit } = call;
  if (typeof emit !== 'function') return;
  Object.defineProperty(call, 'emit', {
    configurable: true,
    writable: true,
    enumerable: false,
    value: function (this: unknown, ...args: unknown[]): unknown {
      if (args[0] === 'finish') requests.end(work, undefined, name);
      else if (args[0] === 'error') requests.end(work, grpcErrorType(args[1]), name);
      else if (args[0] === 'cancelled') requests.end(work, 'CANCELLED', name);
      return apply(emit, this, args);
    },
  });
}
