import type { SampleListener } from '../context/sampleListener.js';
import { captureCaller } from './callerCapture.js';
import type { Cells } from './cells.js';
import { Detail, type Governor } from './governor.js';
import type { LoadedFiles } from './loadedFiles.js';
import { CellKind, MAX_FUNCTIONS, type SharedState } from './sharedState.js';

/** Until so many calls after a reset, every call is sampled. */
const SAMPLES_AT_FIRST = 16;
/** Then each sample waits for this share of the calls so far. */
const SHARE_UNTIL_NEXT = 4;
/** After so many calls in a row from the same caller, the next one most likely is from there too. */
const SURE_OF_CALLER = 32;
/** Of those, the caller of one in so many is looked up. */
const CHECK_CALLER = 16;

const { max, min, floor, ceil, random } = Math;

export interface SamplerParts {
  readonly state: SharedState;
  readonly cells: Cells;
  readonly files: LoadedFiles;
  readonly governor: Governor;
  readonly samples: SampleListener;
  /** Runs before a caller is looked up, so that files which another thread has instrumented are known. */
  readonly beforeCapture: () => void;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Decides which calls are looked at closely, and looks up their callers. */
export class Sampler {
  readonly #parts: SamplerParts;
  /** By function: the count at its last sample, and at the last one whose caller was looked up. */
  readonly #sampledAt = new Int32Array(MAX_FUNCTIONS);
  readonly #caughtAt = new Int32Array(MAX_FUNCTIONS);
  /** By function: the last caller seen, and how often it was seen in a row. */
  readonly #caller = new Int32Array(MAX_FUNCTIONS);
  readonly #streak = new Uint8Array(MAX_FUNCTIONS);

  constructor(parts: SamplerParts) {
    this.#parts = parts;
  }

  /** A call of `fn` is due, which called `probe`. Gives the time if the call is to be timed, else 0. */
  sample(fn: number, probe: (fn: number) => unknown): number {
    const { state, governor, samples, now } = this.#parts;
    const start = now();
    const count = state.counts[fn] ?? 0;
    const sinceReset = (count - (state.resetAt[fn] ?? 0)) | 0;
    const isFirst = (count - (this.#sampledAt[fn] ?? 0)) >>> 0 >= sinceReset;
    if (!governor.allows(isFirst ? Detail.first : Detail.duration, start, sinceReset > SAMPLES_AT_FIRST)) {
      // Ever later, so that asking costs next to nothing.
      this.#schedule(fn, count, max(4, sinceReset));
      return 0;
    }
    this.#schedule(fn, count, this.#step(fn, sinceReset));
    const weight = (count - (this.#sampledAt[fn] ?? 0)) >>> 0;
    this.#sampledAt[fn] = count;
    if (this.#wantsCaller(fn, count, sinceReset, start)) this.#lookUpCaller(fn, count, probe);
    samples.sampled(fn, weight);
    const end = now();
    governor.spent(end - start);
    return end;
  }

  #wantsCaller(fn: number, count: number, sinceReset: number, time: number): boolean {
    const { governor } = this.#parts;
    const isFirst = (count - (this.#caughtAt[fn] ?? 0)) >>> 0 >= sinceReset;
    const isRare = sinceReset <= SAMPLES_AT_FIRST;
    if ((this.#streak[fn] ?? 0) >= SURE_OF_CALLER) {
      const isChecked = (isRare && governor.isIdle()) || random() * CHECK_CALLER < 1;
      if (!isChecked) return false;
    }
    return governor.allows(isFirst ? Detail.first : isRare ? Detail.rare : Detail.further, time);
  }

  #lookUpCaller(fn: number, count: number, probe: (fn: number) => unknown): void {
    const { cells, files, beforeCapture } = this.#parts;
    beforeCapture();
    const caller = captureCaller(fn, probe, files) + 1;
    // The calls since the last look count as this one's. Not so the first call after a report: it is the one that time has chosen, and
    // those before it have been reported.
    const sinceReset = (count - (this.#parts.state.resetAt[fn] ?? 0)) >>> 0;
    const sinceLook = (count - (this.#caughtAt[fn] ?? 0)) >>> 0;
    cells.add(fn, CellKind.edge, caller, min(sinceLook, max(1, sinceReset)));
    this.#caughtAt[fn] = count;
    const streak = this.#streak[fn] ?? 0;
    if (this.#caller[fn] !== caller) this.#streak[fn] = 0;
    else if (streak < SURE_OF_CALLER) this.#streak[fn] = streak + 1;
    this.#caller[fn] = caller;
  }

  /** The distance to the next sample, if the budget lasts. */
  #step(fn: number, sinceReset: number): number {
    const suggested = sinceReset < 2 ? 1 : (this.#parts.state.stride[fn] ?? 0);
    const grown = sinceReset < SAMPLES_AT_FIRST ? 1 : floor(sinceReset / SHARE_UNTIL_NEXT);
    return max(suggested, grown, 1);
  }

  /** Jittered, so that samples do not beat with a pattern in the calls. */
  #schedule(fn: number, count: number, step: number): void {
    const distance = step < 3 ? step : ceil(step * (0.5 + random()));
    this.#parts.state.nextSample[fn] = (count + distance - 1) | 0;
  }
}
