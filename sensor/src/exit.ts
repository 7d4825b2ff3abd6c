const { apply } = Reflect;

/** Signals that end a process which does not handle them. */
const FATAL_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Calls `report` when the process ends: after every `exit` listener of the program, and before a fatal signal that the program
 * leaves to the default, which is then delivered as if nobody had listened.
 */
export function onProcessEnd(report: () => void, handlesSignals: boolean): void {
  const flush = (): void => {
    try {
      report();
    } catch {
      // The last interval is lost; the process ends as it would.
    }
  };
  // Exit listeners run in order of registration; what they call still counts, so the flush comes after the event.
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its receiver by Reflect.apply
  const { emit } = process;
  const emitThenFlush = function (this: NodeJS.Process, event: string, ...args: unknown[]): boolean {
    try {
      return apply(emit, this, [event, ...args]) as boolean;
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
  // The program may take the global away.
  const program = process;
  for (const signal of FATAL_SIGNALS) {
    const onSignal = (): void => {
      // A handler of the program decides what the signal means.
      if (program.listenerCount(signal) > 1) return;
      flush();
      program.removeListener(signal, onSignal);
      program.kill(program.pid, signal);
    };
    program.on(signal, onSignal);
  }
}
