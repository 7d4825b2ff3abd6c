const { apply } = Reflect;

/** Signals that end a process which does not handle them. */
const FATAL_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export interface ProcessEnd {
  /** Every `exit` listener of the program has run, or a fatal signal came that the program leaves to the default. */
  report(): void;
  /** An exception or a rejection that nobody handles ends the process; nothing but Node's own report follows. */
  fatal(error: unknown, fromPromise: boolean): void;
}

/** Tells when the process ends. A signal is then delivered as if nobody had listened. */
export function onProcessEnd(end: ProcessEnd, handlesSignals: boolean): void {
  const guarded = (run: () => void): void => {
    try {
      run();
    } catch {
      // The last interval is lost, or the place of the error; the process ends as it would.
    }
  };
  const flush = (): void => guarded(() => end.report());
  let fatal: (() => void) | undefined;
  // Exit listeners run in order of registration; what they call still counts, so the flush comes after the event.
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its receiver by Reflect.apply
  const { emit } = process;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- a method, because functions made otherwise have a prototype
  const replacement = {
    emit(this: NodeJS.Process, event: string, ...args: unknown[]): boolean {
      try {
        const handled = apply(emit, this, [event, ...args]) as boolean;
        if (event === 'uncaughtException' && !handled) {
          fatal = () => end.fatal(args[0], args[1] === 'unhandledRejection');
          // No `exit` event follows when it is being handled already.
          if ((this as { _exiting?: boolean })._exiting) guarded(fatal);
        }
        return handled;
      } finally {
        if (event === 'exit') {
          if (fatal) guarded(fatal);
          flush();
        }
      }
    },
  }.emit;
  for (const property of ['name', 'length'] as const) {
    Object.defineProperty(replacement, property, { value: emit[property], configurable: true });
  }
  Object.defineProperty(process, 'emit', {
    value: replacement,
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
