import { type MethodBody, replaceMethod } from './disguise.js';
import type { HttpRequests } from './httpServer.js';
import type { Requests } from './requests.js';

const { apply, construct } = Reflect;

interface Layer {
  readonly handle?: unknown;
  /** Set on the handlers of a route, not on what only leads there. */
  readonly method?: unknown;
  readonly route?: { readonly path?: unknown };
}

interface ExpressRequest {
  readonly method?: unknown;
  readonly baseUrl?: unknown;
  readonly route?: { readonly path?: unknown; readonly stack?: readonly Layer[] };
}

/**
 * Express 4 (`express/lib/router/layer.js`) and 5 (`router/lib/layer.js`): every handler is called by a Layer, and the layers of a
 * route know its pattern. Below a mounted router `req.baseUrl` is what was sent, so the pattern that a router is mounted at is kept
 * from its layer.
 */
export function patchLayer(Layer: unknown, requests: Requests, http: HttpRequests): unknown {
  if (typeof Layer !== 'function') return Layer;
  const prototype = Layer.prototype as object;
  const patterns = new WeakMap<object, string>();
  const mounts = new WeakMap<object, Map<string, string>>();

  function noteMount(layer: Layer, request: ExpressRequest): void {
    const pattern = patterns.get(layer);
    if (pattern === undefined || typeof request.baseUrl !== 'string') return;
    const outer = withoutLast(request.baseUrl, pattern.split('/').length - 1);
    const known = mounts.get(request) ?? new Map<string, string>();
    known.set(request.baseUrl, (known.get(outer) ?? outer) + pattern);
    mounts.set(request, known);
  }

  function routeOf(request: ExpressRequest): string {
    const base = typeof request.baseUrl === 'string' ? request.baseUrl : '';
    const route = (mounts.get(request)?.get(base) ?? base) + patternText(request.route?.path);
    return route.length > 1 ? route.replace(/\/$/, '') : route;
  }

  const around =
    (original: (...args: unknown[]) => unknown): MethodBody =>
    (self, args) => {
      const layer = self as Layer;
      const request = args[0] as ExpressRequest;
      const work = http.workOf(request);
      if (!work) return apply(original, self, args);
      try {
        if (layer.method !== undefined || request.route?.stack?.includes(layer)) {
          requests.handledBy(work, http.nameOf(request.method, routeOf(request)), layer.handle);
        } else if (layer.route === undefined) noteMount(layer, request);
      } catch {
        // A version that we do not know.
      }
      const before = requests.take(work);
      try {
        return apply(original, self, args);
      } finally {
        requests.leave(before);
      }
    };
  replaceMethod(prototype, 'handleRequest', around);
  replaceMethod(prototype, 'handle_request', around);

  // The pattern is not kept by every version, so it is taken where a layer is made.
  const Wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const layer = construct(Layer, args, Layer) as object;
    const pattern = patternText(args[0]);
    if (/[:*(]/.test(pattern) || typeof args[0] !== 'string') patterns.set(layer, pattern.replace(/\/$/, ''));
    return layer;
  };
  Wrapped.prototype = prototype;
  return Object.defineProperties(Wrapped, {
    name: { value: Layer.name, configurable: true },
    length: { value: Layer.length, configurable: true },
  });
}

/** A path without so many of its last segments. */
function withoutLast(path: string, segments: number): string {
  return segments === 0 ? path : path.split('/').slice(0, -segments).join('/');
}

function patternText(path: unknown): string {
  if (typeof path === 'string') return path;
  if (path instanceof RegExp) return path.source.slice(0, 100);
  return Array.isArray(path) ? patternText(path[0]) : '';
}
