import { normalUpperTail } from './distributions.js';
import { requireCounts, type MinuteCounts, type RateComparison } from './minuteCounts.js';

/** A minute in which both versions ran. */
export interface SharedMinute {
  readonly baseline: MinuteCounts;
  readonly candidate: MinuteCounts;
}

/**
 * Compares two versions that ran at the same time, within each minute (Mantel and Haenszel, J. Natl. Cancer Inst. 22, 1959): what
 * made a minute slow or faulty for both of them cancels out. Undefined when no minute tells anything: one version had no calls,
 * or there was no event, or nothing else.
 *
 * It takes calls within a minute as independent. A bias between the versions' instances is a difference to it, so with many
 * calls it needs a floor for the effect beside it.
 */
export function cochranMantelHaenszel(minutes: Iterable<SharedMinute>): RateComparison | undefined {
  let excess = 0;
  let variance = 0;
  let weightedCandidate = 0;
  let weightedBaseline = 0;
  for (const { baseline, candidate } of minutes) {
    requireCounts(baseline);
    requireCounts(candidate);
    const calls = baseline.calls + candidate.calls;
    const events = baseline.events + candidate.events;
    if (baseline.calls === 0 || candidate.calls === 0) continue;
    excess += candidate.events - (candidate.calls * events) / calls;
    variance += (candidate.calls * baseline.calls * events * (calls - events)) / (calls * calls * (calls - 1));
    weightedCandidate += (candidate.events * baseline.calls) / calls;
    weightedBaseline += (baseline.events * candidate.calls) / calls;
  }
  if (!(variance > 0)) return undefined;
  const score = excess / Math.sqrt(variance);
  return { ratio: weightedCandidate / weightedBaseline, score, pValue: 2 * normalUpperTail(Math.abs(score)) };
}
