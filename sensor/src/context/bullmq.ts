import { asWork } from './consumers.js';
import { observeDependency } from './dependencyMethods.js';
import { replaceMethod } from './disguise.js';
import type { Outgoing } from './outgoing.js';
import type { Requests } from './requests.js';
import { prototypeOf, textAt, valueAt } from './shapes.js';

const { apply } = Reflect;

/** `bullmq/dist/…/classes/worker.js`: each job is handed to the processor by `callProcessJob`. */
export function patchBullWorker(exports: unknown, requests: Requests): void {
  const prototype = prototypeOf(valueAt(exports, 'Worker'));
  if (!prototype) return;
  replaceMethod(prototype, 'callProcessJob', (original) => (self, args) => {
    const processor = valueAt(self, 'processFn');
    return asWork(requests, 'queue', textAt(self, 'name'), processor, () => apply(original, self, args));
  });
}

/** `bullmq/dist/…/classes/queue.js`. */
export function patchBullQueue(exports: unknown, outgoing: Outgoing): void {
  const prototype = prototypeOf(valueAt(exports, 'Queue'));
  if (!prototype) return;
  for (const method of ['add', 'addBulk']) {
    observeDependency(prototype, method, outgoing, {
      kind: 'queue',
      target: (self) => `bullmq ${textAt(self, 'name')}`,
    });
  }
}
