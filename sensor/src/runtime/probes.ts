import { types } from 'node:util';
import { bucketIndex } from '@hindcast/proto/durationBuckets';
import type { SampleListener } from '../context/sampleListener.js';
import { probeNames } from '../transform/injected.js';
import { Cells } from './cells.js';
import { type ErrorTypes, isErrorObject } from './errorTypes.js';
import type { FatalErrors } from './fatalErrors.js';
import type { Governor } from './governor.js';
import type { LoadedFiles } from './loadedFiles.js';
import { Sampler } from './sampler.js';
import { CellKind, DURATION_OFFSET, type SharedState } from './sharedState.js';

/** Async calls that are being timed at once; the oldest is given up for a new one. */
const MAX_PENDING = 10_000;
/** The next after it is the first again. */
const LARGEST_TOKEN = 0x1fffffff;
/** Synchronous calls that are being timed at once: as deep as a stack of them may be. */
const MAX_DEPTH = 1_000;

/**
 * Defines the globals that injected code calls. `beforeCapture` runs before a caller is looked up, so that files which
 * another thread has instrumented are known. Nothing here throws into the program or runs code of it.
 */
export function installProbes(
  state: SharedState,
  files: LoadedFiles,
  errorTypes: ErrorTypes,
  fatalErrors: FatalErrors,
  governor: Governor,
  beforeCapture: () => void,
  samples: SampleListener,
): void {
  const { counts, nextSample, durationSums } = state;
  const cells = new Cells(state);
  const now = performance.now.bind(performance);
  const sampler = new Sampler({ state, cells, files, governor, samples, beforeCapture, now });
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its receiver by Reflect.apply
  const intrinsicThen = Promise.prototype.then;
  const promisePrototype = Promise.prototype;
  const { apply, getPrototypeOf, getOwnPropertyDescriptor } = Reflect;

  /** The time when the call of `fn` began, if it is to be timed, else 0. */
  function sample(fn: number, probe: (fn: number) => unknown): number {
    try {
      return sampler.sample(fn, probe);
    } catch {
      // A full stack or a frozen Error: the call goes on, the sample is lost.
      return 0;
    }
  }

  function recordDuration(fn: number, start: number): void {
    const end = now();
    const milliseconds = end - start;
    samples.ended(fn, milliseconds);
    const seconds = milliseconds / 1000;
    const bucket = bucketIndex(seconds);
    cells.add(fn, CellKind.duration, bucket === undefined ? 0 : Math.max(1, bucket + DURATION_OFFSET), 1);
    if (seconds > 0) durationSums[fn] = (durationSums[fn] ?? 0) + seconds;
    governor.spent(now() - end);
  }

  /** By depth: when the due synchronous calls began that have not ended; 0 for one that is not timed. */
  const starts = new Float64Array(MAX_DEPTH + 1);
  let depth = 0;

  const pending = new Map<number, number>();
  let lastToken = 0;

  const probes = {
    counts,
    nextSample,
    failed: (fn: number, error: unknown, throwsItself: number): unknown => {
      try {
        const passed = errorTypes.isFresh(error, throwsItself === 1) ? 0 : 1;
        cells.add(fn, CellKind.error, errorTypes.indexOf(error) * 2 + passed, 1);
      } catch {
        // As above: the error itself is what matters.
      }
      if (!isErrorObject(error)) fatalErrors.throwFromPlace(error);
      return error;
    },
    thrown: (fn: number, line: number, column: number, value: unknown): unknown => {
      fatalErrors.noteThrow(fn, line, column, value);
      return value;
    },
    sampled: (fn: number): void => {
      sample(fn, probes.sampled);
    },
    // V8 throws optimised code away when it meets a kind of number, or comes to a place, that it has not seen before. So a token is a
    // small integer, as the 0 of all other calls is, and each due call comes to its end, timed or not.
    startSync: (fn: number): number => {
      const start = sample(fn, probes.startSync);
      if (depth >= MAX_DEPTH) return 0;
      starts[++depth] = start;
      return depth;
    },
    endSync: (fn: number, token: number): void => {
      try {
        // Calls that a full stack has kept from ending end with this one.
        depth = token - 1;
        const start = starts[token] ?? 0;
        if (start !== 0) recordDuration(fn, start);
      } catch {
        // As above.
      }
    },
    startAsync: (fn: number): number => {
      const start = sample(fn, probes.startAsync);
      lastToken = (lastToken & LARGEST_TOKEN) + 1;
      if (start === 0) return lastToken;
      try {
        if (pending.size >= MAX_PENDING) pending.delete(pending.keys().next().value ?? 0);
        pending.set(lastToken, start);
      } catch {
        // As above.
      }
      return lastToken;
    },
    endAsync: (fn: number, token: number): void => {
      try {
        const start = pending.get(token);
        if (start === undefined) return;
        pending.delete(token);
        recordDuration(fn, start);
      } catch {
        // As above.
      }
    },
    returned: (fn: number, token: number, value: unknown): unknown => {
      try {
        if (typeof value === 'object' && value !== null && isPlainPromise(value)) observe(fn, token, value);
      } catch {
        // As above.
      }
      return value;
    },
  };

  /** A promise whose `then` can be called without anyone noticing. */
  function isPlainPromise(value: object): boolean {
    return (
      types.isPromise(value) &&
      !types.isProxy(value) &&
      getPrototypeOf(value) === promisePrototype &&
      getOwnPropertyDescriptor(value, 'constructor') === undefined &&
      getOwnPropertyDescriptor(promisePrototype, 'constructor')?.value === Promise
    );
  }

  const onRejection: ((error: unknown) => void)[] = [];

  /** The async function adopts the promise, so it counts as handled anyway; observing it adds a reaction, no waiting. */
  function observe(fn: number, token: number, promise: object): void {
    const start = pending.get(token);
    const reject = (onRejection[fn] ??= (error) => void probes.failed(fn, error, 0));
    if (start === undefined) {
      void apply(intrinsicThen, promise, [undefined, reject]);
      return;
    }
    pending.delete(token);
    const finish = (): void => {
      try {
        recordDuration(fn, start);
      } catch {
        // As above.
      }
    };
    const fail = (error: unknown): void => {
      finish();
      reject(error);
    };
    void apply(intrinsicThen, promise, [finish, fail]);
  }

  for (const probe of Object.keys(probeNames) as (keyof typeof probeNames)[]) {
    Object.defineProperty(globalThis, probeNames[probe], { value: probes[probe] });
  }
}
