import { asWork } from './consumers.js';
import { observeDependency } from './dependencyMethods.js';
import { replaceMethod } from './disguise.js';
import type { Outgoing } from './outgoing.js';
import type { Requests } from './requests.js';
import { prototypeOf, valueAt } from './shapes.js';

const { apply } = Reflect;

/**
 * amqplib, `lib/channel_model.js` and `lib/callback_model.js`. A message is done when the consumer's promise is, or with its call;
 * publishing is done when it is written, on channels that confirm when it is confirmed.
 */
export function patchAmqp(exports: unknown, requests: Requests, outgoing: Outgoing): void {
  for (const name of ['Channel', 'ConfirmChannel']) {
    const prototype = prototypeOf(valueAt(exports, name));
    if (!prototype) continue;
    replaceMethod(prototype, 'consume', (original) => (self, args) => {
      const [queue, handler] = args;
      if (typeof queue !== 'string' || typeof handler !== 'function') return apply(original, self, args);
      const observed = function (this: unknown, ...message: unknown[]): unknown {
        // Null says that the broker has cancelled the consumer.
        if (message[0] === null) return apply(handler, this, message) as unknown;
        return asWork(requests, 'queue', queue, handler, () => apply(handler, this, message) as unknown);
      };
      return apply(original, self, args.with(1, observed));
    });
    observeDependency(prototype, 'publish', outgoing, {
      kind: 'queue',
      // Without an exchange the key is the queue's name; with one it is data.
      target: (_, [exchange, key]) =>
        `rabbitmq ${typeof exchange === 'string' && exchange !== '' ? exchange : String(key)}`,
    });
  }
}
