import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { log } from '../log.js';
import { Control, fatalSignals, type SharedState } from '../runtime/sharedState.js';

/** Node's own handle of a signal, behind `process.on('SIGTERM', …)`. */
interface SignalHandle {
  onsignal: () => void;
  /** Returns 0, or an error code of libuv. */
  start(signal: number): number;
  unref(): void;
  close(): void;
}

/**
 * Before a fatal signal that the program leaves to the default ends the process, calls `flush`, whose time is bounded. It happens
 * on this thread, so that the program has no listener more than it has, and one that never yields can be ended too. Needs the flag
 * `--expose-internals` on this thread; where Node no longer gives the handle, signals end the process at once.
 */
export function watchSignals({ control }: Pick<SharedState, 'control'>, flush: () => Promise<void>): void {
  const handles: SignalHandle[] = [];
  let isEnding = false;
  const end = (signal: NodeJS.Signals): void => {
    for (const handle of handles) handle.close();
    // After the handles are closed nobody catches the signal any more.
    setImmediate(() => process.kill(process.pid, signal));
  };
  try {
    const internals = createRequire(import.meta.url)('internal/test/binding') as {
      internalBinding(name: 'signal_wrap'): { Signal: new () => SignalHandle };
    };
    const { Signal } = internals.internalBinding('signal_wrap');
    fatalSignals.forEach((signal, bit) => {
      const handle = new Signal();
      handle.unref();
      handle.onsignal = () => {
        if (Atomics.load(control, Control.handledSignals) & (1 << bit)) return;
        if (isEnding) return end(signal);
        isEnding = true;
        void flush().finally(() => end(signal));
      };
      if (handle.start(constants.signals[signal]) === 0) handles.push(handle);
      else handle.close();
    });
  } catch (error) {
    log('info', `a signal that ends the process loses the last interval: ${String(error)}`);
  }
}
