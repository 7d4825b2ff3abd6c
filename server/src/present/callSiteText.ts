import { formatShare } from '@hindcast/core/format';
import { emptyHistogram, quantile } from '@hindcast/core/histogram';
import type { CalleeFacts } from '../collector/detailFeed.js';
import type { Exemplar } from '../collector/criticalPath.js';
import type { FunctionFacts, FunctionId } from '../collector/facts.js';
import type { FunctionDetail } from '../collector/functionDetail.js';
import { groupBy } from '../groupBy.js';
import { segmentsOf } from '../match/functionText.js';
import type { CallSite } from '../source/callSites.js';

/** A call that takes less of the caller's time is not worth a hint. */
const MIN_SHARE = 0.3;
/** A callee's mean says how long it takes for this caller only when this caller makes most of its calls. */
const MIN_PART_OF_CALLS = 0.9;
/** Slow calls that must agree. */
const MIN_EXEMPLARS = 2;
const MIN_DEPENDENCY_CALLS = 1.5;
/** Quantiles are within 2.17 %. */
const NEAR = 0.95;

/** What is shown behind the line of a call. */
export interface CallSiteHint {
  readonly site: CallSite;
  readonly text: string;
  /** What it is made of: one sentence. Plain text. */
  readonly reason: string;
}

/**
 * Hints for the calls of one function: `⟵ 83 % of p99`, `⟵ 2 db calls`. Only where nothing else is possible: one callee of
 * that name was seen, and the function's text has one call of that name.
 */
export function callSiteHints(
  sites: readonly CallSite[],
  own: { readonly service: string; readonly facts: FunctionFacts },
  callees: readonly CalleeFacts[],
  detail: FunctionDetail | undefined,
): CallSiteHint[] {
  const byName = groupBy(
    callees.filter(({ callee }) => callee.service === own.service && callee.id.name !== own.facts.id.name),
    ({ callee }) => calledName(callee.id),
  );
  const sitesByName = groupBy(sites, ({ name }) => name);
  const byLine = new Map<number, { hint: CallSiteHint; weight: number }>();
  for (const [name, [callee, another]] of byName) {
    const [site, anotherSite] = sitesByName.get(name) ?? [];
    if (!callee || another || !site || anotherSite) continue;
    const share = shareOfSlow(own.facts, callee, detail?.exemplars ?? []) ?? shareOfMean(own.facts, callee);
    const parts = [...(share ? [share.text] : []), ...dependencyParts(callee)];
    if (parts.length === 0) continue;
    const weight = share?.share ?? 0;
    // A line's end has room for one: the one that takes more.
    if ((byLine.get(site.line)?.weight ?? -1) >= weight) continue;
    const reasons = [
      ...(share ? [share.reason] : []),
      ...(dependencyParts(callee).length > 0 ? ['What it calls is counted each time that it is called.'] : []),
    ];
    byLine.set(site.line, { hint: { site, text: `⟵ ${parts.join(' · ')}`, reason: reasons.join(' ') }, weight });
  }
  return [...byLine.values()].map(({ hint }) => hint).sort((a, b) => a.site.start - b.site.start);
}

/** The name by which a function is called in source: constructors by their class. */
export function calledName({ name }: FunctionId): string {
  const segments = segmentsOf(name);
  const last = segments.at(-1) ?? '';
  const isConstructor = ['constructor', '__init__', '<init>', '__construct', 'initialize', 'ctor'].includes(last);
  return (isConstructor ? segments.filter((segment) => segment !== '').at(-2) : last)?.replace(/^.*[$+]/, '') ?? last;
}

interface Share {
  readonly share: number;
  readonly text: string;
  readonly reason: string;
}

/** Of the slowest calls that were kept, how much was spent in the callee. */
function shareOfSlow(facts: FunctionFacts, { callee }: CalleeFacts, exemplars: readonly Exemplar[]): Share | undefined {
  const p90 = quantile(facts.duration ?? emptyHistogram, 0.9);
  const p99 = quantile(facts.duration ?? emptyHistogram, 0.99);
  if (p90 === undefined || p99 === undefined) return undefined;
  const seen = exemplars.flatMap((exemplar) => {
    const at = exemplar.steps.findIndex(({ id }) => isSame(id, facts.id));
    const step = exemplar.steps[at];
    if (!step || step.durationSeconds < p90 * NEAR) return [];
    const inner = exemplar.steps.filter(
      (other, index) => isSame(other.id, callee.id) && (other.parent ?? index - 1) === at,
    );
    const seconds = inner.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
    return [{ seconds: step.durationSeconds, share: Math.min(1, seconds / step.durationSeconds) }];
  });
  if (seen.length < MIN_EXEMPLARS) return undefined;
  const share = median(seen.map((one) => one.share));
  if (share < MIN_SHARE) return undefined;
  const isP99 = median(seen.map((one) => one.seconds)) >= p99 * NEAR;
  return {
    share,
    text: `${formatShare(share)} of ${isP99 ? 'p99' : 'slow calls'}`,
    reason: `Of ${seen.length} of the slowest calls that were kept, this call took that share of the time.`,
  };
}

/** Of all calls together, as far as the callee's mean speaks for this caller. */
function shareOfMean(facts: FunctionFacts, { callee, calls }: CalleeFacts): Share | undefined {
  if (!facts.duration || !callee.duration || facts.duration.count === 0 || callee.duration.count === 0)
    return undefined;
  if (callee.calls === 0 || calls / callee.calls < MIN_PART_OF_CALLS) return undefined;
  const ownSeconds = (facts.duration.sumSeconds / facts.duration.count) * facts.calls;
  const seconds = (callee.duration.sumSeconds / callee.duration.count) * calls;
  const share = ownSeconds > 0 ? seconds / ownSeconds : 0;
  // More than the whole: calls that ran beside each other, of which no share can be told.
  if (share < MIN_SHARE || share > 1.1) return undefined;
  return {
    share: Math.min(1, share),
    text: `${formatShare(Math.min(1, share))} of the time`,
    reason: 'Estimated from the mean durations of the two functions.',
  };
}

/** `2 db calls`: what the callee does itself each time. */
function dependencyParts({ callee }: CalleeFacts): string[] {
  if (callee.calls === 0) return [];
  const kinds = groupBy(callee.dependencies, ({ kind }) => kind);
  return [...kinds]
    .map(([kind, all]) => ({ kind, each: all.reduce((sum, { calls }) => sum + calls, 0) / callee.calls }))
    .filter(({ each }) => each >= MIN_DEPENDENCY_CALLS)
    .sort((a, b) => b.each - a.each)
    .slice(0, 1)
    .map(({ kind, each }) => `${each >= 10 ? Math.round(each) : Number(each.toFixed(1))} ${kind} calls`);
}

function isSame(a: FunctionId, b: FunctionId): boolean {
  return a.name === b.name && (a.line === 0 || b.line === 0 || a.line === b.line);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
