import { type MethodBody, replaceMethod } from './disguise.js';
import type { HttpRequests } from './httpServer.js';
import type { Requests } from './requests.js';
import { prototypeOf, textAt, valueAt } from './shapes.js';

const { apply, getPrototypeOf } = Reflect;

const patched = new WeakSet();

/**
 * Next.js 15.4 and newer: the runtimes in `next/dist/compiled/next-server` export the classes of route modules, whose `prepare` is
 * called with the request of node:http before anything else. A route handler is known by then if its file has been loaded.
 */
export function patchNextRuntime(exports: unknown, requests: Requests, http: HttpRequests): void {
  if (typeof exports !== 'object' || exports === null) return;
  for (const [name, value] of Object.entries(exports)) {
    if (!name.endsWith('RouteModule')) continue;
    let prototype: object | null = prototypeOf(value) ?? null;
    while (prototype && !Object.hasOwn(prototype, 'prepare')) prototype = getPrototypeOf(prototype);
    if (!prototype || patched.has(prototype)) continue;
    patched.add(prototype);
    replaceMethod(prototype, 'prepare', (original) => observed(original, requests, http));
  }
}

function observed(original: (...args: unknown[]) => unknown, requests: Requests, http: HttpRequests): MethodBody {
  return (self, args) => {
    try {
      const request = valueAt(args[0], 'originalRequest') ?? args[0];
      const work = http.workOf(request);
      const method = textAt(request, 'method');
      const route = textAt(self, 'definition', 'pathname');
      if (work && route !== '') requests.handledBy(work, http.nameOf(method, route), valueAt(self, 'userland', method));
    } catch {
      // A version that we do not know.
    }
    return apply(original, self, args);
  };
}
