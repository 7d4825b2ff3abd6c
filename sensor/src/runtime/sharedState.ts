/**
 * The memory that the program's thread, the off-thread loader hooks and the reporter share. The program's thread only adds
 * to it; the reporter reads it and never makes the program wait.
 */

// Kept from before the program ran: programs replace what they like.
const { add, and, or, sub } = Atomics;

/** Functions that one thread of the program can have observed. */
export const MAX_FUNCTIONS = 1 << 18;
/** Distinct (function, caller), (function, error) and (function, duration bucket) pairs. */
export const MAX_CELLS = 1 << 17;
/** Of these, at most so many may be edges. */
export const MAX_EDGES = 1 << 16;
/** Counts of entry points, dependencies, callers in other services and shares: see context/series.ts. */
export const MAX_SERIES = 1 << 16;

/** What a cell counts. */
export const CellKind = {
  /** `detail`: caller's id + 1, or 0 for entry from outside. Count: calls that the samples stand for. */
  edge: 0,
  /** `detail`: error type index × 2 + origin (0 thrown, 1 passed). Count: failed calls. */
  error: 1,
  /** `detail`: bucket index + DURATION_OFFSET. Count: timed calls. */
  duration: 2,
} as const;

export type CellKind = (typeof CellKind)[keyof typeof CellKind];

/** Added to a bucket index so that it is not negative; the bucket of zero has detail 0. */
export const DURATION_OFFSET = 1024;

/** Indexes into `control`. */
export const Control = {
  /** The next function id. */
  nextFunction: 0,
  /** Cells in use. */
  cells: 1,
  /** The reporter: see ReporterState. */
  reporter: 2,
  /** Flushes that the program's thread has asked for, and that the reporter has finished. */
  flushAsked: 3,
  flushDone: 4,
  /** Which registration of the off-thread hooks is in force. */
  hooksGeneration: 5,
  /** Bits of `fatalSignals` that the program handles itself. */
  handledSignals: 6,
  /** Series in use; each is declared before it is counted here. */
  series: 7,
  /** Drops by reason start here. */
  drops: 16,
  size: 32,
} as const;

export const ReporterState = {
  starting: 0,
  /** The last attempt succeeded, or none was made yet. */
  ready: 1,
  /** The last attempt failed: nobody is there to wait for. */
  hopeless: 2,
  ended: 3,
} as const;

/** Signals that end a process which does not handle them; the index is the bit in `Control.handledSignals`. */
export const fatalSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Why something was given up; the index is the place in `control` after `Control.drops`. */
export const dropReasons = [
  'function_limit',
  'edge_limit',
  'error_limit',
  'duration_limit',
  'declaration_limit',
  'context_limit',
  'rejected_by_collector',
  'governor_samples',
] as const;
export type DropReason = (typeof dropReasons)[number];

export interface SharedBuffers {
  readonly control: SharedArrayBuffer;
  readonly functions: SharedArrayBuffer;
  readonly durationSums: SharedArrayBuffer;
  readonly cells: SharedArrayBuffer;
  readonly series: SharedArrayBuffer;
}

export interface SharedState {
  readonly buffers: SharedBuffers;
  readonly control: Int32Array;
  /** By function id: calls, exact, wrapping. */
  readonly counts: Int32Array;
  /** By function id: the count at which the next call is sampled. */
  readonly nextSample: Int32Array;
  /** By function id: the count at the reporter's last reset. */
  readonly resetAt: Int32Array;
  /** By function id: the distance of samples that the last interval suggests, at least 1; 0 before there was one. */
  readonly stride: Int32Array;
  /** By function id: seconds that its timed calls took. */
  readonly durationSums: Float64Array;
  /** By cell: function id × 4 + CellKind. */
  readonly cellOwner: Int32Array;
  readonly cellDetail: Int32Array;
  readonly cellCount: Int32Array;
  /** By cell of an edge: the samples behind its count. */
  readonly cellSamples: Int32Array;
  /** By series: its count, exact, wrapping. */
  readonly seriesCounts: Int32Array;
  /** By series of durations: their sum, seconds. */
  readonly seriesSums: Float64Array;
}

export function allocateShared(): SharedBuffers {
  return {
    control: new SharedArrayBuffer(4 * Control.size),
    functions: new SharedArrayBuffer(4 * 4 * MAX_FUNCTIONS),
    durationSums: new SharedArrayBuffer(8 * MAX_FUNCTIONS),
    cells: new SharedArrayBuffer(4 * 4 * MAX_CELLS),
    series: new SharedArrayBuffer((4 + 8) * MAX_SERIES),
  };
}

export function viewShared(buffers: SharedBuffers): SharedState {
  const perFunction = (i: number): Int32Array =>
    new Int32Array(buffers.functions, 4 * i * MAX_FUNCTIONS, MAX_FUNCTIONS);
  const perCell = (i: number): Int32Array => new Int32Array(buffers.cells, 4 * i * MAX_CELLS, MAX_CELLS);
  return {
    buffers,
    control: new Int32Array(buffers.control),
    counts: perFunction(0),
    nextSample: perFunction(1),
    resetAt: perFunction(2),
    stride: perFunction(3),
    durationSums: new Float64Array(buffers.durationSums),
    cellOwner: perCell(0),
    cellDetail: perCell(1),
    cellCount: perCell(2),
    cellSamples: perCell(3),
    seriesSums: new Float64Array(buffers.series, 0, MAX_SERIES),
    seriesCounts: new Int32Array(buffers.series, 8 * MAX_SERIES, MAX_SERIES),
  };
}

/** Takes `count` consecutive function ids; returns the first, or undefined when there is no room left. Any thread may. */
export function allocateFunctions(state: Pick<SharedState, 'control'>, count: number): number | undefined {
  const first = add(state.control, Control.nextFunction, count);
  if (first >= 0 && first + count <= MAX_FUNCTIONS) return first;
  sub(state.control, Control.nextFunction, count);
  countDrop(state, 'function_limit', count);
  return undefined;
}

export function countDrop(state: Pick<SharedState, 'control'>, reason: DropReason, count = 1): void {
  add(state.control, Control.drops + dropReasons.indexOf(reason), count);
}

export function noteHandledSignal(
  state: Pick<SharedState, 'control'>,
  signal: (typeof fatalSignals)[number],
  isHandled: boolean,
): void {
  const bit = 1 << fatalSignals.indexOf(signal);
  if (isHandled) or(state.control, Control.handledSignals, bit);
  else and(state.control, Control.handledSignals, ~bit);
}
