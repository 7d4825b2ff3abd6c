import { disguise } from './context/disguise.js';
import { fatalSignals } from './runtime/sharedState.js';

const { apply } = Reflect;

export interface ProcessEnd {
  /** Every `exit` listener of the program has run. */
  report(): void;
  /** An exception or a rejection that nobody handles ends the process; nothing but Node's own report follows. */
  fatal(error: unknown, fromPromise: boolean): void;
  /** The program handles the signal from now on, or no longer. */
  handles(signal: FatalSignal, isHandled: boolean): void;
}

type FatalSignal = (typeof fatalSignals)[number];

/** Tells when the process ends, and of the signals that do not end it. */
export function onProcessEnd(end: ProcessEnd): void {
  const guarded = (run: () => void): void => {
    try {
      run();
    } catch {
      // The last interval is lost, or the place of the error; the process ends as it would.
    }
  };
  const flush = (): void => guarded(() => end.report());
  const leaving = beforeLeaving(flush);
  let fatal: (() => void) | undefined;
  // Exit listeners run in order of registration; what they call still counts, so the flush comes after the event.
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its receiver by Reflect.apply
  const { emit } = process;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- a method, because functions made otherwise have a prototype
  const replacement = {
    emit(this: NodeJS.Process, event: string, ...args: unknown[]): boolean {
      let restore: (() => void) | undefined;
      if (event === 'exit') guarded(() => (restore = leaving.start()));
      try {
        const handled = apply(emit, this, [event, ...args]) as boolean;
        if (event === 'newListener' || event === 'removeListener') {
          const signal = fatalSignals.find((name) => name === args[0]);
          if (signal) guarded(() => end.handles(signal, event === 'newListener' || this.listenerCount(signal) > 0));
        }
        if (event === 'uncaughtException' && !handled) {
          fatal = () => end.fatal(args[0], args[1] === 'unhandledRejection');
          // No `exit` event follows when it is being handled already.
          if ((this as { _exiting?: boolean })._exiting) guarded(fatal);
        }
        return handled;
      } finally {
        if (restore) guarded(restore);
        if (event === 'exit') {
          if (fatal) guarded(fatal);
          flush();
        }
      }
    },
  }.emit;
  disguise(replacement, emit);
  Object.defineProperty(process, 'emit', {
    value: replacement,
    configurable: true,
    writable: true,
    enumerable: false,
  });
}

/**
 * `process.exit` in an `exit` listener ends the process at once: between `start` and the function it returns, `run` goes before it.
 * Made beforehand, because by then the program may have replaced whatever is needed for it.
 */
function beforeLeaving(run: () => void): { start(): () => void } {
  const host = process as unknown as { reallyExit: (this: unknown, code: number) => void };
  let original = host.reallyExit;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its receiver by Reflect.apply
  const replacement = {
    reallyExit(this: unknown, code: number): void {
      run();
      apply(original, this, [code]);
    },
  }.reallyExit;
  disguise(replacement, original);
  return {
    start() {
      original = host.reallyExit;
      host.reallyExit = replacement;
      return () => {
        if (host.reallyExit === replacement) host.reallyExit = original;
      };
    },
  };
}
