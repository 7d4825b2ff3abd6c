import * as diagnostics from 'node:diagnostics_channel';
import { wrap } from './disguise.js';

type Listener = (message: unknown) => void;

const { apply, getPrototypeOf } = Reflect;

/** Listens to a channel; whatever the listener throws stays here. */
export function listen(name: string, listener: Listener): void {
  diagnostics.subscribe(name, guarded(listener));
}

/**
 * Listens and stays the last of the listeners, so that it sees what the others made of a message: an OpenTelemetry SDK puts its
 * headers on a request in a listener that subscribes later than ours.
 */
export function listenLast(name: string, listener: Listener): void {
  const channel = diagnostics.channel(name);
  const ours = guarded(listener);
  channel.subscribe(ours);
  const prototypeSubscribe = (): Listener => {
    const prototype = getPrototypeOf(channel) as { subscribe: Listener } | null;
    return prototype?.subscribe ?? (() => undefined);
  };
  const subscribe = wrap(prototypeSubscribe(), (self, args) => {
    apply(prototypeSubscribe(), self, args as [Listener]);
    if (self !== channel) return;
    channel.unsubscribe(ours);
    apply(prototypeSubscribe(), channel, [ours]);
  });
  Object.defineProperty(channel, 'subscribe', {
    value: subscribe,
    configurable: true,
    writable: true,
    enumerable: false,
  });
}

function guarded(listener: Listener): Listener {
  return (message) => {
    try {
      listener(message);
    } catch {
      // A shape that we do not know: the program goes on, this message is not counted.
    }
  };
}
