import { replaceMethod, wrap } from './disguise.js';
import type { HttpRequests } from './httpServer.js';
import type { Requests } from './requests.js';
import { prototypeOf, valueAt } from './shapes.js';

const { apply } = Reflect;

/**
 * `@nestjs/core/router/router-execution-context.js` makes, of a controller's method, the handler that Express or Fastify calls. The route
 * is known from them; here is who stands behind it.
 */
export function patchNest(exports: unknown, requests: Requests, http: HttpRequests): void {
  const prototype = prototypeOf(valueAt(exports, 'RouterExecutionContext'));
  if (!prototype) return;
  replaceMethod(prototype, 'create', (original) => (self, args) => {
    const handler = apply(original, self, args);
    const method = args[1];
    if (typeof handler !== 'function' || typeof method !== 'function') return handler;
    return wrap(handler as (...args: never[]) => unknown, (receiver, given) => {
      const request = valueAt(given[0], 'raw') ?? given[0];
      const work = http.workOf(request);
      if (!work) return apply(handler, receiver, given) as unknown;
      const subject = work.entry?.subject;
      const name = subject?.kind === 'entry' ? subject.name : http.nameOf(valueAt(request, 'method'), '*');
      requests.handledBy(work, name, method);
      return apply(handler, receiver, given) as unknown;
    });
  });
}
