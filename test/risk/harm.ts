import type { EntryOutcome, Outcome } from './simulate.js';

/** What a change does to production each minute, as the simulation measured it. */
export interface Harm {
  readonly failures: number;
  /** Seconds that people wait longer. */
  readonly waitedSeconds: number;
  /** Seconds that jobs and consumers take longer. */
  readonly workedSeconds: number;
  readonly dependencyCalls: number;
  /** All of it in failed calls a minute. */
  readonly total: number;
}

/** What is as bad as one failed call. They are judgements, made before anything was fitted, and no part of the formula. */
const WAITED_SECONDS = 10;
const WORKED_SECONDS = 200;
const DEPENDENCY_CALLS = 1000;
/** A failure where no person waits is tried again. */
const UNWATCHED = 0.2;

/** The changes that do more than this are the harmful ones. */
export const HARMFUL = 1;

/** The difference of two simulations of which one has the change. What became better is no harm, and offsets none. */
export function harmOf(before: Outcome, after: Outcome): Harm {
  let [failures, weighted, waitedSeconds, workedSeconds, dependencyCalls] = [0, 0, 0, 0, 0];
  for (const [name, now] of after.entries) {
    const old = before.entries.get(name);
    const change = (of: (entry: EntryOutcome) => number): number =>
      Math.max(0, now.callsPerMinute * (of(now) - (old ? of(old) : 0)));
    const failed = change((it) => it.failuresPerCall);
    failures += failed;
    weighted += failed * (now.isInteractive ? 1 : UNWATCHED);
    if (now.isInteractive) waitedSeconds += change((it) => it.secondsPerCall);
    else workedSeconds += change((it) => it.secondsPerCall);
    for (const target of new Set([...now.asked.keys(), ...(old?.asked.keys() ?? [])]))
      dependencyCalls += change((it) => it.asked.get(target) ?? 0);
  }
  const total =
    weighted + waitedSeconds / WAITED_SECONDS + workedSeconds / WORKED_SECONDS + dependencyCalls / DEPENDENCY_CALLS;
  return { failures, waitedSeconds, workedSeconds, dependencyCalls, total };
}
