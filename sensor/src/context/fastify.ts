import { listen } from './channels.js';
import { wrap } from './disguise.js';
import type { HttpRequests } from './httpServer.js';
import type { Requests } from './requests.js';

const { apply } = Reflect;

type Handler = (this: unknown, ...args: unknown[]) => unknown;

interface RouteOptions {
  readonly url?: unknown;
  handler?: unknown;
}

interface FastifyInstance {
  addHook(name: 'onRoute', hook: (options: RouteOptions) => void): unknown;
}

/**
 * Fastify announces each instance on a channel, and each route to a hook before it binds the handler, which would hide whose
 * handler it is.
 */
export function observeFastify(requests: Requests, http: HttpRequests): void {
  const observed = new WeakSet();

  function observedHandler(handler: Handler, url: string): Handler {
    return wrap(handler, (self, args) => {
      const request = args[0] as { readonly raw?: unknown; readonly method?: unknown } | undefined;
      const work = http.workOf(request?.raw);
      if (!work) return apply(handler, self, args);
      requests.handledBy(work, http.nameOf(request?.method, url), handler);
      const before = requests.take(work);
      try {
        return apply(handler, self, args);
      } finally {
        requests.leave(before);
      }
    });
  }

  listen('fastify.initialization', (message) => {
    (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', (options) => {
      const { handler, url } = options;
      // A HEAD route takes over the handler of its GET route.
      if (typeof handler !== 'function' || typeof url !== 'string' || observed.has(handler)) return;
      const wrapper = observedHandler(handler as Handler, url);
      observed.add(wrapper);
      options.handler = wrapper;
    });
  });
}
