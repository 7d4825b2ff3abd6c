/** Signals that end a process which does not handle them. */
const FATAL_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Calls `flush` when the process ends: after every `exit` listener of the program, and before a fatal signal that the program
 * leaves to the default, which is then delivered as if nobody had listened.
 */
export function onProcessEnd(flush: () => void, handlesSignals: boolean): void {
  // Exit listeners run in order of registration; what they call still counts, so the flush comes after the event.
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its receiver by Reflect.apply
  const { emit } = process;
  const emitThenFlush = function (this: NodeJS.Process, event: string, ...args: unknown[]): boolean {
    try {
      return Reflect.apply(emit, this, [event, ...args]) as boolean;
    } finally {
      if (event === 'exit') flush();
    }
  };
  Object.defineProperty(process, 'emit', {
    value: emitThenFlush,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  if (!handlesSignals) return;
  for (const signal of FATAL_SIGNALS) {
    const onSignal = (): void => {
      // A handler of the program decides what the signal means.
      if (process.listenerCount(signal) > 1) return;
      flush();
      process.removeListener(signal, onSignal);
      process.kill(process.pid, signal);
    };
    process.on(signal, onSignal);
  }
}
