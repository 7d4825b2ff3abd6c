import { type MessagePort, Worker } from 'node:worker_threads';
import { Control, ReporterState, type SharedBuffers, type SharedState } from '../runtime/sharedState.js';

/** What the reporter's thread is started with. */
export interface ReporterData {
  readonly buffers: SharedBuffers;
  /** Each carries arrays of Declaration. */
  readonly declarationPorts: readonly MessagePort[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly script: string | undefined;
  readonly scriptIsDirectory: boolean;
  readonly workingDirectory: string;
  readonly sensorVersion: string;
  /** How long the program waits at its end for the last report. */
  readonly exitTimeoutMs: number;
  /** Fatal signals are for this reporter to answer: there may be one in every thread. */
  readonly watchesSignals: boolean;
}

export interface Reporter {
  /** Asks for a last report and waits for it, at most `exitTimeoutMs`, and not at all when there is no hope. Blocks the thread. */
  flush(): void;
}

// Kept from before the program ran: programs replace what they like.
const { load, store, wait } = Atomics;
const now = performance.now.bind(performance);

/** Starts the reporter's thread. It neither keeps the process alive nor shares its standard streams. */
export function startReporter(data: ReporterData, state: SharedState): Reporter {
  // The options of the program, this very sensor among them, are not for its helper.
  const env = { ...data.env };
  delete env['NODE_OPTIONS'];
  const worker = new Worker(new URL('reporter.mjs', import.meta.url), {
    name: 'hindcast-reporter',
    workerData: data,
    transferList: [...data.declarationPorts],
    // Signals reach threads other than the main one only through Node's internals. No other thread can see them by this.
    // A warning on its stderr, as that flag brings, would keep the process alive until somebody reads it.
    execArgv: data.watchesSignals ? ['--expose-internals', '--no-warnings'] : ['--no-warnings'],
    env,
    stdin: false,
    stdout: true,
    stderr: true,
    trackUnmanagedFds: false,
    // Its garbage is that of a report; Node's default lets it grow to many times as much before it is collected.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
  const end = (): void => void store(state.control, Control.reporter, ReporterState.ended);
  worker.on('error', end);
  worker.on('exit', end);
  // Nobody reads them; what is written to them would keep the process alive until somebody does.
  worker.stdout.destroy();
  worker.stderr.destroy();
  worker.unref();
  let asked = 0;
  return {
    flush() {
      const reporter = load(state.control, Control.reporter);
      if (reporter === ReporterState.hopeless || reporter === ReporterState.ended) return;
      worker.postMessage(++asked);
      const deadline = now() + data.exitTimeoutMs;
      for (let done = load(state.control, Control.flushDone); done < asked;) {
        const left = deadline - now();
        if (left <= 0) return;
        wait(state.control, Control.flushDone, done, left);
        done = load(state.control, Control.flushDone);
      }
    },
  };
}
