import { criticalPaths } from './criticalPath.js';
import { ownerKey, pathOwner, type PathOwner, type ServiceFunction } from './criticalPathOwner.js';
import type { TraceSpan } from './criticalPathTree.js';
import type { Timeline } from './criticalPathTimeline.js';
import { pathSavings } from './slack.js';

/** What one owner did on the critical paths of one entry point. Additive: see `mergePathTotals`. */
export interface OwnerTotals {
  readonly entryPoint: ServiceFunction;
  readonly owner: PathOwner;
  /** Roots whose path it was on. */
  readonly roots: number;
  /** Its own time on the paths. */
  readonly selfNanos: number;
  /** The sum over the roots of what making it faster would save at most in each. */
  readonly savesAtMostNanos: number;
  /** False when that is only a bound for some root. */
  readonly savesExact: boolean;
}

export interface EntryPointTotals {
  readonly entryPoint: ServiceFunction;
  readonly roots: number;
  /** The durations of the roots: their end-to-end time. */
  readonly totalNanos: number;
}

/** Sums over traces. Adding them is all that is needed to go from minutes to hours, or to bring collectors together. */
export interface PathTotals {
  readonly entryPoints: readonly EntryPointTotals[];
  readonly owners: readonly OwnerTotals[];
  /** Roots that are not counted because a part of their trace is missing: what they waited for is not known. */
  readonly partialRoots: number;
}

/** An owner's part in an entry point's latency. */
export interface PathShare {
  readonly owner: PathOwner;
  /** Its part of the entry point's end-to-end time, 0..1; all shares of an entry point add up to 1. */
  readonly share: number;
  /** Roots whose path it was on, and all roots of the entry point. */
  readonly roots: number;
  readonly ofRoots: number;
  /** Per root of the entry point, in the mean, whether it was on the path or not. */
  readonly meanSelfNanos: number;
  readonly meanSavesAtMostNanos: number;
  readonly savesExact: boolean;
}

export interface PathTotalsOptions {
  /** How many traces this one stands for where traces were sampled: 1 / probability. 1 unless given. */
  readonly weight?: number;
  /** Passed to `pathSavings`: 0 for bounds only, which cost nothing. */
  readonly maxSpanVisits?: number;
}

/** The totals of one trace. An entry point is the function of a root: of the trace's own, or of a message's consumer. */
export function pathTotals(timeline: Timeline<TraceSpan>, options: PathTotalsOptions = {}): PathTotals {
  const { weight = 1, maxSpanVisits } = options;
  const keys = new Map<number, string>();
  const keyOf = (index: number): string => {
    let key = keys.get(index);
    if (key === undefined) keys.set(index, (key = ownerKey(pathOwner(timeline, index))));
    return key;
  };
  const parts: PathTotals[] = [];
  for (const path of criticalPaths(timeline)) {
    const span = timeline.spans[path.root.index];
    if (!span || path.root.origin === 'orphan' || path.root.origin === 'cycle') {
      parts.push({ entryPoints: [], owners: [], partialRoots: weight });
      continue;
    }
    const entryPoint = { service: span.service, functionKey: span.functionKey };
    const owners = new Map(path.segments.map((segment) => [keyOf(segment.span), segment.span]));
    parts.push({
      entryPoints: [{ entryPoint, roots: weight, totalNanos: path.durationNanos * weight }],
      owners: [...pathSavings(timeline, path, keyOf, maxSpanVisits)].map(
        ([key, { selfNanos, savesAtMostNanos, exact }]) => ({
          entryPoint,
          owner: pathOwner(timeline, owners.get(key) ?? path.root.index),
          roots: weight,
          selfNanos: selfNanos * weight,
          savesAtMostNanos: savesAtMostNanos * weight,
          savesExact: exact,
        }),
      ),
      partialRoots: 0,
    });
  }
  return mergePathTotals(parts);
}

export function mergePathTotals(parts: Iterable<PathTotals>): PathTotals {
  const entryPoints = new Map<string, EntryPointTotals>();
  const owners = new Map<string, OwnerTotals>();
  let partialRoots = 0;
  for (const part of parts) {
    partialRoots += part.partialRoots;
    for (const added of part.entryPoints) {
      const key = functionKeyOf(added.entryPoint);
      const sum = entryPoints.get(key);
      entryPoints.set(key, {
        entryPoint: added.entryPoint,
        roots: (sum?.roots ?? 0) + added.roots,
        totalNanos: (sum?.totalNanos ?? 0) + added.totalNanos,
      });
    }
    for (const added of part.owners) {
      const key = functionKeyOf(added.entryPoint) + ownerKey(added.owner);
      const sum = owners.get(key);
      owners.set(key, {
        entryPoint: added.entryPoint,
        owner: added.owner,
        roots: (sum?.roots ?? 0) + added.roots,
        selfNanos: (sum?.selfNanos ?? 0) + added.selfNanos,
        savesAtMostNanos: (sum?.savesAtMostNanos ?? 0) + added.savesAtMostNanos,
        savesExact: (sum?.savesExact ?? true) && added.savesExact,
      });
    }
  }
  return { entryPoints: [...entryPoints.values()], owners: [...owners.values()], partialRoots };
}

/** Who takes an entry point's time, the largest share first; empty when it is not known or took no time. */
export function pathShares(totals: PathTotals, entryPoint: ServiceFunction): PathShare[] {
  const key = functionKeyOf(entryPoint);
  const entry = totals.entryPoints.find((each) => functionKeyOf(each.entryPoint) === key);
  if (!entry || entry.totalNanos <= 0 || entry.roots <= 0) return [];
  return totals.owners
    .filter((each) => functionKeyOf(each.entryPoint) === key)
    .map(({ owner, roots, selfNanos, savesAtMostNanos, savesExact }) => ({
      owner,
      share: selfNanos / entry.totalNanos,
      roots,
      ofRoots: entry.roots,
      meanSelfNanos: selfNanos / entry.roots,
      meanSavesAtMostNanos: savesAtMostNanos / entry.roots,
      savesExact,
    }))
    .sort((a, b) => b.share - a.share || (ownerKey(a.owner) < ownerKey(b.owner) ? -1 : 1));
}

function functionKeyOf({ service, functionKey }: ServiceFunction): string {
  return JSON.stringify([service, functionKey]);
}
