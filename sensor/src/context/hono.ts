import { replaceMethod, wrap } from './disguise.js';
import type { HttpRequests } from './httpServer.js';
import type { OwnFunctions } from './ownFunctions.js';
import { UNKNOWN } from './ownFunctions.js';
import type { Requests } from './requests.js';
import { prototypeOf, textAt, valueAt } from './shapes.js';

const { apply } = Reflect;

type Handler = (...args: never[]) => unknown;

/** What a mounted application with an error handler of its own puts around a handler. */
const COMPOSED = '__COMPOSED_HANDLER';

/**
 * Hono gives each handler to a router, with the route as it was written. On Node's server the context's environment has the
 * request of node:http; a handler of all methods is nearly always a middleware, so that it does not name the entry point if it stands for all paths.
 */
export function patchHonoRouter(exports: unknown, requests: Requests, http: HttpRequests, own: OwnFunctions): void {
  const routers = typeof exports === 'object' && exports !== null ? Object.values(exports) : [];
  const observed = new WeakMap<object, Handler>();

  function observedHandler(handler: Handler, written: unknown, route: string): Handler {
    const known = observed.get(handler);
    if (known) return known;
    const wrapper = wrap(handler, (self, args) => {
      const request = valueAt(args[0], 'env', 'incoming');
      const work = http.workOf(request);
      if (!work) return apply(handler, self, args);
      requests.handledBy(work, http.nameOf(valueAt(request, 'method'), route), written);
      const before = requests.take(work);
      try {
        return apply(handler, self, args);
      } finally {
        requests.leave(before);
      }
    }) as Handler;
    observed.set(wrapper, wrapper);
    return wrapper;
  }

  for (const router of routers) {
    const prototype = prototypeOf(router);
    if (!prototype) continue;
    replaceMethod(prototype, 'add', (original) => (self, args) => {
      const [method, path, entry] = args;
      const parts: readonly unknown[] = Array.isArray(entry) ? entry : [];
      const [handler] = parts;
      if (typeof handler !== 'function' || typeof path !== 'string') {
        return apply(original, self, args);
      }
      const written = valueAt(handler, COMPOSED) ?? handler;
      const isForAll = method === 'ALL' && (path.endsWith('*') || own.idOf(written) === UNKNOWN);
      if (isForAll) return apply(original, self, args);
      const route = textAt(parts[1], 'path') || path;
      return apply(
        original,
        self,
        args.with(2, [observedHandler(handler as Handler, written, route), ...parts.slice(1)]),
      );
    });
  }
}
