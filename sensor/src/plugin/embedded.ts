import type { FileLoaded } from '../declarations.js';
import { allocateFunctions, MAX_FUNCTIONS, type SharedState } from '../runtime/sharedState.js';
import type { CodeMap } from '../transform/insertions.js';

/** Global that an output of the build plugin calls first: (script, embedded as JSON) → the id of its function 0. */
export const ENTER = '$hcD';

/** What an output carries of itself. Offsets are into the text before anything was inserted, ids relative. */
export interface Embedded {
  readonly functionCount: number;
  readonly files: readonly FileLoaded[];
  readonly originalLength: number;
  /** Differences of offsets, and lengths of the pieces there. */
  readonly offsets: readonly number[];
  readonly lengths: readonly number[];
  /** Differences of offsets, and the functions from there on. */
  readonly ownedFrom: readonly number[];
  readonly owners: readonly number[];
}

export const differences = (ascending: readonly number[]): number[] =>
  ascending.map((value, i) => value - (ascending[i - 1] ?? 0));

function sums(steps: readonly number[]): number[] {
  let sum = 0;
  return steps.map((step) => (sum += step));
}

/** What stands where in an output that is loaded with `firstId`. */
export function codeMapOf(embedded: Embedded, firstId: number): CodeMap {
  const offsets = sums(embedded.offsets);
  const { lengths } = embedded;
  const pieceStarts = new Int32Array(offsets.length);
  const pieceEnds = new Int32Array(offsets.length);
  const ownedFrom = Int32Array.from(sums(embedded.ownedFrom));
  let inserted = 0;
  let edge = 0;
  for (let i = 0; i <= offsets.length; i++) {
    const offset = offsets[i] ?? Infinity;
    // Pieces at an edge's own offset count as before it.
    for (; edge < ownedFrom.length && (ownedFrom[edge] ?? 0) < offset; edge++)
      ownedFrom[edge] = (ownedFrom[edge] ?? 0) + inserted;
    if (offset === Infinity) break;
    pieceStarts[i] = offset + inserted;
    inserted += lengths[i] ?? 0;
    pieceEnds[i] = offset + inserted;
  }
  const owners = Int32Array.from(embedded.owners, (owner) => (owner < 0 ? -1 : firstId + owner));
  return { ownedFrom, owners, pieceStarts, pieceEnds, originalLength: embedded.originalLength };
}

/** Hears of an output that begins to run. `script` is its name on stack frames. */
export type EnterSink = (script: string, map: CodeMap, files: readonly FileLoaded[]) => void;

/** The function behind ENTER. It never throws. */
export function enterFunction(
  state: Pick<SharedState, 'control'>,
  sink: EnterSink,
): (script: string, json: string) => number {
  return (script, json) => {
    try {
      const embedded = JSON.parse(json) as Embedded;
      const firstId = allocateFunctions(state, embedded.functionCount);
      // Beyond all that is read: it counts for nothing.
      if (firstId === undefined) return MAX_FUNCTIONS;
      const files = embedded.files.map((file) => ({
        ...file,
        functions: file.functions.map((fn) => ({ ...fn, id: firstId + fn.id })),
      }));
      sink(script, codeMapOf(embedded, firstId), files);
      return firstId;
    } catch {
      return MAX_FUNCTIONS;
    }
  };
}
