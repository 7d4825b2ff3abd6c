import { replaceMethod, wrap } from './disguise.js';
import type { HttpRequests } from './httpServer.js';
import type { Requests } from './requests.js';
import { prototypeOf, textAt, valueAt } from './shapes.js';

const { apply } = Reflect;

type Middleware = (...args: never[]) => unknown;

/** @koa/router and koa-router: every route passes through `register`, and a request's context knows the route that it has reached. */
export function patchKoaRouter(exports: unknown, requests: Requests, http: HttpRequests): void {
  const prototype =
    prototypeOf(exports) ?? prototypeOf(valueAt(exports, 'Router')) ?? prototypeOf(valueAt(exports, 'default'));
  if (!prototype) return;
  const observed = new WeakSet();

  function observedHandler(handler: Middleware, route: unknown): Middleware {
    const wrapper = wrap(handler, (self, args) => {
      const context = args[0];
      const request = valueAt(context, 'req');
      const work = http.workOf(request);
      if (!work) return apply(handler, self, args);
      const matched = textAt(context, '_matchedRoute') || (typeof route === 'string' ? route : '*');
      requests.handledBy(work, http.nameOf(valueAt(request, 'method'), matched), handler);
      const before = requests.take(work);
      try {
        return apply(handler, self, args);
      } finally {
        requests.leave(before);
      }
    });
    observed.add(wrapper);
    return wrapper;
  }

  replaceMethod(prototype, 'register', (original) => (self, args) => {
    const [path, methods, middleware] = args;
    // What is used by all routes below a path has no methods.
    if (!Array.isArray(methods) || methods.length === 0) return apply(original, self, args);
    const list: unknown[] = Array.isArray(middleware) ? (middleware as unknown[]).slice() : [middleware];
    const last = list.at(-1);
    if (typeof last !== 'function' || observed.has(last)) return apply(original, self, args);
    list[list.length - 1] = observedHandler(last as Middleware, path);
    return apply(original, self, args.with(2, list));
  });
}
