import type { ServerWritableStream } from '@grpc/grpc-js';
import { hindcast } from '@hindcast/proto/generated/query.js';
import type { Changes } from './changes.js';
import { timestamp } from './messages.js';

import v1 = hindcast.v1;

type WatchCall = Pick<
  ServerWritableStream<v1.WatchRequest, v1.WatchResponse.$Properties>,
  'request' | 'write' | 'end' | 'on' | 'once'
>;

const MIN_INTERVAL_MS = 1000;

/**
 * Serves one Watch call: a message at once, then one for all changes of at least a second together, and none while the client
 * does not read: what it would have been told waits as one set of names. Returns how to end it.
 */
export function watch(call: WatchCall, changes: Changes): () => void {
  const service = call.request.scope?.service ?? '';
  let services = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isBlocked = false;
  let isEnded = false;

  const send = (names: readonly string[]): void => {
    isBlocked = !call.write({
      generation: changes.generation,
      changedAt: timestamp(changes.changedAtMs),
      services: [...names],
    });
    if (isBlocked) {
      call.once('drain', () => {
        isBlocked = false;
        schedule();
      });
    }
    timer = setTimeout(() => {
      timer = undefined;
      schedule();
    }, MIN_INTERVAL_MS);
  };
  const schedule = (): void => {
    if (isEnded || isBlocked || timer !== undefined || services.size === 0) return;
    const names = [...services];
    services = new Set();
    send(names);
  };
  const stop = (): void => {
    isEnded = true;
    clearTimeout(timer);
    unsubscribe();
  };
  const unsubscribe = changes.subscribe((change) => {
    for (const name of change.services) if (service === '' || name === service) services.add(name);
    schedule();
  });
  call.on('cancelled', stop);
  call.on('error', stop);
  send([]);
  return () => {
    stop();
    call.end();
  };
}
