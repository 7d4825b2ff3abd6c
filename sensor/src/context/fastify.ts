import { listen } from './channels.js';
import { wrap } from './disguise.js';
import type { HttpRequests } from './httpServer.js';
import type { Requests, Work } from './requests.js';
import { prototypeOf, valueAt } from './shapes.js';

const { apply } = Reflect;

/** Routes that were noted and not made. */
const MAX_PENDING = 1_000;

type Handler = (this: unknown, ...args: unknown[]) => unknown;

/** A route's options as the hooks get them; Fastify goes on to change them until the route is made. */
interface RouteOptions {
  readonly url?: unknown;
  readonly prefix?: unknown;
  readonly method?: unknown;
  readonly handler?: unknown;
}

interface FastifyInstance {
  addHook(name: 'onRoute', hook: (this: object, options: RouteOptions) => void): unknown;
}

/**
 * Fastify announces each instance on a channel, and each route to a hook before it binds the handler, which would hide whose handler it
 * is. The hook only takes note: the program's own hooks, which come later, are to see the program's handler. The bound handler
 * is replaced where Fastify keeps it (`fastify/lib/context.js`); a copy that was bundled into own code tells when it calls one.
 */
export class FastifyRoutes {
  readonly #requests: Requests;
  readonly #http: HttpRequests;
  /** Routes that are being made, the innermost last: a hook may add routes too. */
  readonly #pending: RouteOptions[] = [];
  /** What was last made a route: one at a prefix is two, of which hooks are told once. */
  #latest: RouteOptions | undefined;
  /** By instance, method and URL: for copies that only tell when they call a handler. */
  readonly #routes = new WeakMap<object, Map<string, RouteOptions>>();
  #hasContext = false;
  #isListening = false;

  constructor(requests: Requests, http: HttpRequests) {
    this.#requests = requests;
    this.#http = http;
  }

  install(): void {
    listen('fastify.initialization', (message) => {
      if (!this.#hasContext) this.#listenToHandlers();
      const note = this.#noteRoute.bind(this);
      (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', function (options) {
        note(this, options);
      });
    });
  }

  /** `fastify/lib/context.js`: the class of what Fastify knows of a route; `handler` is set once, by its constructor. */
  patchContext(exports: unknown): void {
    const prototype = prototypeOf(exports);
    if (!prototype || 'handler' in prototype) return;
    this.#hasContext = true;
    const observed = this.#observed.bind(this);
    Object.defineProperty(prototype, 'handler', {
      configurable: true,
      enumerable: false,
      get: () => undefined,
      set(this: object, bound: unknown) {
        const value = typeof bound === 'function' ? observed(this, bound as Handler) : bound;
        Object.defineProperty(this, 'handler', { value, configurable: true, writable: true, enumerable: true });
      },
    });
  }

  #noteRoute(instance: object, options: RouteOptions): void {
    if (this.#hasContext) {
      if (this.#pending.length >= MAX_PENDING) this.#pending.shift();
      this.#pending.push(options);
      return;
    }
    const routes = this.#routes.get(instance) ?? new Map<string, RouteOptions>();
    this.#routes.set(instance, routes.set(routeKey(options), options));
  }

  /** Routes that were given up after the hook was told leave their options behind; those are skipped. */
  #optionsOf(bound: Handler): RouteOptions | undefined {
    for (let options = this.#pending.pop(); options; options = this.#pending.pop()) {
      if (isBoundFrom(bound, options.handler)) return (this.#latest = options);
    }
    return isBoundFrom(bound, this.#latest?.handler) ? this.#latest : undefined;
  }

  #observed(context: object, bound: Handler): Handler {
    const options = this.#optionsOf(bound);
    if (!options) return bound;
    const { handler } = options;
    return wrap(bound, (self, args) => {
      const request = args[0];
      const work = this.#http.workOf(valueAt(request, 'raw'));
      const url = valueAt(valueAt(context, 'config'), 'url');
      // Handlers of what was not found have no route.
      if (!work || (url !== options.url && url !== options.prefix)) return apply(bound, self, args);
      this.#handle(work, request, url, handler);
      const before = this.#requests.take(work);
      try {
        return apply(bound, self, args);
      } finally {
        this.#requests.leave(before);
      }
    });
  }

  #handle(work: Work, request: unknown, url: unknown, handler: unknown): void {
    if (typeof url !== 'string') return;
    this.#requests.handledBy(work, this.#http.nameOf(valueAt(request, 'method'), url), handler);
  }

  #listenToHandlers(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    const running = new WeakMap<object, Work | undefined>();
    listen('tracing:fastify.request.handler:start', (message) => {
      const { request, route } = message as { request: unknown; route: RouteOptions };
      const work = this.#http.workOf(valueAt(request, 'raw'));
      if (!work) return;
      const options = this.#routes.get(valueAt(request, 'server') as object)?.get(routeKey(route));
      this.#handle(work, request, route.url, options?.handler);
      running.set(message as object, this.#requests.take(work));
    });
    listen('tracing:fastify.request.handler:end', (message) => {
      if (running.has(message as object)) this.#requests.leave(running.get(message as object));
    });
  }
}

const routeKey = ({ method, url }: RouteOptions): string => `${String(method)} ${String(url)}`;

function isBoundFrom(bound: Handler, handler: unknown): boolean {
  const name = valueAt(handler, 'name');
  return typeof handler === 'function' && bound.name === `bound ${typeof name === 'string' ? name : ''}`;
}
