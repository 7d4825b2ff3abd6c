import { asWork } from './consumers.js';
import { observeDependency } from './dependencyMethods.js';
import { replaceMethod, wrap } from './disguise.js';
import type { Outgoing } from './outgoing.js';
import type { Requests } from './requests.js';
import { prototypeOf, textAt, valueAt } from './shapes.js';

const { apply } = Reflect;

/** `kafkajs/src/index.js`: its class makes producers and consumers, which are plain objects. */
export function patchKafka(exports: unknown, requests: Requests, outgoing: Outgoing): void {
  const prototype = prototypeOf(exports);
  if (!prototype) return;
  replaceMethod(prototype, 'producer', (original) => (self, args) => {
    const producer = apply(original, self, args);
    observeProducer(producer, outgoing);
    return producer;
  });
  replaceMethod(prototype, 'consumer', (original) => (self, args) => {
    const consumer = apply(original, self, args);
    if (typeof consumer !== 'object' || consumer === null) return consumer;
    replaceMethod(consumer, 'run', (run) => (receiver, runArgs) => {
      const [config] = runArgs;
      if (typeof config !== 'object' || config === null) return apply(run, receiver, runArgs);
      return apply(run, receiver, [{ ...config, ...observedHandlers(config, requests) }, ...runArgs.slice(1)]);
    });
    return consumer;
  });
}

function observeProducer(producer: unknown, outgoing: Outgoing): void {
  if (typeof producer !== 'object' || producer === null) return;
  observeDependency(producer, 'send', outgoing, {
    kind: 'queue',
    target: (_, [record]) => `kafka ${textAt(record, 'topic')}`,
  });
  observeDependency(producer, 'sendBatch', outgoing, {
    kind: 'queue',
    target(_, [batch]) {
      const messages = valueAt(batch, 'topicMessages');
      const topics = Array.isArray(messages) ? [...new Set(messages.map((one) => textAt(one, 'topic')))] : [];
      return `kafka ${topics.length === 1 ? topics[0] : ''}`.trim();
    },
  });
  replaceMethod(producer, 'transaction', (original) => (self, args) => {
    const transaction = apply(original, self, args);
    const found = (value: unknown): unknown => {
      observeProducer(value, outgoing);
      return value;
    };
    return transaction instanceof Promise ? transaction.then(found) : found(transaction);
  });
}

/** `eachMessage` gets a payload with the topic, `eachBatch` one with a batch that has it. */
function observedHandlers(config: object, requests: Requests): Record<string, unknown> {
  const paths = { eachMessage: ['topic'], eachBatch: ['batch', 'topic'] };
  return Object.fromEntries(
    Object.entries(paths).flatMap(([name, path]) => {
      const handler = valueAt(config, name);
      if (typeof handler !== 'function') return [];
      const method = handler as (...args: never[]) => unknown;
      const observed = wrap(method, (self, args) =>
        asWork(requests, 'queue', textAt(args[0], ...path), handler, () => apply(handler, self, args) as unknown),
      );
      return [[name, observed]];
    }),
  );
}
