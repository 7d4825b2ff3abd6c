import { formatAge, formatCount, formatDuration, formatRate, formatShare } from '@hindcast/core/format';
import { perMinute } from '@hindcast/core/rates';
import { numbersOf, type Numbers } from '../answers/annotateFile.js';
import type { Deployment, FunctionFacts } from '../collector/facts.js';
import type { FunctionInService } from '../match/fileFacts.js';
import type { FunctionMatch } from '../match/matchFunctions.js';
import { callerItems, dependencyItems, entryPointItems, errorItems } from './factItems.js';
import type { Item, ItemGroup, Sheet } from './answer.js';
import { fenced, fromProduction, ownText } from './productionText.js';
import type { LocatedFacts } from './runtimeFacts.js';

/** Data that has not moved for this long is old, and answers say so first. */
const STALE_AFTER_SECONDS = 15 * 60;
const PERCENTILE_NEEDS_CALLS = 100;

/** What is known of one function of the working tree, one sheet for each service that runs it. */
export function functionSheets(
  located: LocatedFacts,
  nowMs: number,
  groups: (view: FunctionInService) => readonly ItemGroup[] = () => [],
): Sheet[] {
  const { own, file, facts } = located;
  const place = { function: ownText(own.source.name), file: ownText(file.path), line: own.source.line };
  const title = `${place.function} ${place.file}:${place.line}`;
  if (own.services.length === 0) {
    const reason = ownText(facts.message, 300);
    return [
      {
        heading: title,
        lines: [`Not observed: ${reason}`],
        groups: [],
        data: { ...place, state: 'not_observed', reason },
        short: `${title}: not observed`,
        shortData: { ...place, state: 'not_observed' },
      },
    ];
  }
  return own.services.map((view) => serviceSheet(view, title, place, nowMs, groups(view)));
}

function serviceSheet(
  view: FunctionInService,
  title: string,
  place: { readonly function: string; readonly file: string; readonly line: number },
  nowMs: number,
  more: readonly ItemGroup[],
): Sheet {
  const { facts, deployment, match } = view;
  const numbers = numbersOf(facts, deployment);
  // Nothing was heard of it in this window: that says nothing, whatever the store concludes.
  const isSilent = facts?.state !== 'ran' && deployment.observedSeconds === 0;
  const state = isSilent ? 'no_data' : (facts?.state ?? 'not_observed');
  const caution = cautions(view, nowMs);
  const stateLine = isSilent
    ? 'No data: its service reported nothing in this window, which says nothing about the function'
    : stateText(view, numbers, nowMs);
  const groups = facts && state === 'ran' ? [...surroundings(facts), ...more] : [...more];
  const data = {
    ...place,
    state,
    ...(match ? { match: `${match.kind}, ${match.confidence} confidence` } : {}),
    ...(caution.length > 0 ? { cautions: caution } : {}),
    ...(state === 'ran' ? numberData(numbers) : { reason: stateLine }),
  };
  return {
    heading: title,
    source: sourceItem(deployment, nowMs),
    lines: [...caution.map((line) => `Caution: ${line}`), `${stateLine}${matchText(match)}`],
    groups,
    data,
    short: `${title}: ${stateLine}${caution.length > 0 ? ` (caution: ${caution.length})` : ''}`,
    shortData: {
      ...place,
      state,
      ...(numbers.callsPerMinute === null ? {} : { callsPerMinute: numbers.callsPerMinute }),
      ...(caution.length > 0 ? { cautions: caution.length } : {}),
    },
  };
}

/** Which service, version and instances, over what time. */
export function sourceItem(deployment: Deployment, nowMs: number): Item {
  const { instances, observedSeconds, source } = deployment;
  const name = sourceOf(deployment);
  const traced = source === 'spans' ? ', traced calls only' : '';
  return {
    text: `${fenced(name, 160)}: ${instances} ${instances === 1 ? 'instance' : 'instances'}, observed ${formatAge(observedSeconds)}, last data ${ageOf(deployment, nowMs)} ago${traced}`,
    data: {
      ...fromProduction(name, 160),
      instances,
      observedMinutes: Math.round(observedSeconds / 6) / 10,
      lastDataAge: ageOf(deployment, nowMs),
      counts: source === 'spans' ? 'traced calls only' : 'every call',
    },
  };
}

/** `orders 1.4.2 production @ab12cd34`. */
export function sourceOf({ service, version, environment, revision }: Deployment): string {
  return [service, version, environment, revision === '' ? '' : `@${revision.slice(0, 10)}`]
    .filter((part) => part !== '')
    .join(' ');
}

function stateText(view: FunctionInService, numbers: Numbers, nowMs: number): string {
  const { facts, deployment } = view;
  if (!facts || facts.state === 'not_observed') {
    return `Not observed: ${ownText(facts?.notObservedReason || view.notObservedReason || 'nothing deployed is this function.', 300)}`;
  }
  if (facts.state === 'never_ran') {
    const since =
      facts.declaredSinceMs === undefined ? '' : ` for ${formatAge((nowMs - facts.declaredSinceMs) / 1000)}`;
    const last =
      facts.lastCalledMs === undefined
        ? 'no call on record'
        : `last called ${formatAge((nowMs - facts.lastCalledMs) / 1000)} ago`;
    return `Never ran in this window: loaded${since} on ${deployment.instances} ${deployment.instances === 1 ? 'instance' : 'instances'}, ${last}`;
  }
  return rateText(facts, numbers, deployment);
}

/** `60.2k/min (3.6M calls) · p50 3.1 ms, p99 12 ms (2.4k timed) · 0.2 % errors (7.2k)`. */
export function rateText(facts: FunctionFacts, numbers: Numbers, deployment: Deployment): string {
  const rate = formatRate(perMinute(facts.calls, deployment.observedSeconds));
  const parts = [`${rate} (${formatCount(facts.calls)} ${facts.calls === 1 ? 'call' : 'calls'})`];
  if (numbers.p50Ms !== null && numbers.p99Ms !== null) {
    const timed = numbers.durationSamples ?? 0;
    const few = timed < PERCENTILE_NEEDS_CALLS ? ', few' : '';
    parts.push(
      `p50 ${formatDuration(numbers.p50Ms / 1000)}, p99 ${formatDuration(numbers.p99Ms / 1000)} (${formatCount(timed)} timed${few})`,
    );
  } else parts.push('not timed');
  parts.push(
    facts.errors === 0 ? 'no errors' : `${formatShare(numbers.errorRate ?? 0)} errors (${formatCount(facts.errors)})`,
  );
  return parts.join(' · ');
}

function numberData(numbers: Numbers): Record<string, number | null> {
  const { calls, callsPerMinute, errors, errorRate, p50Ms, p99Ms, durationSamples } = numbers;
  return {
    calls,
    callsPerMinute: short(callsPerMinute),
    errors,
    errorRate: short(errorRate),
    p50Ms: short(p50Ms),
    p99Ms: short(p99Ms),
    timedCalls: durationSamples,
  };
}

/** Three significant digits: what the buckets can tell. */
function short(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(3));
}

/** What could mislead someone who takes the numbers for today's truth about this text. */
function cautions({ deployment, match, facts, others }: FunctionInService, nowMs: number): string[] {
  const found: string[] = [];
  if (deployment.lastSeenMs !== undefined && (nowMs - deployment.lastSeenMs) / 1000 > STALE_AFTER_SECONDS) {
    found.push(`stale, the service last reported ${ageOf(deployment, nowMs)} ago`);
  }
  if (match?.kind === 'edited') found.push('measured before the body was edited');
  if (match?.confidence === 'low') found.push(`uncertain match: ${ownText(match.reason, 200)}`);
  if (match?.kind === 'renamed' && facts) found.push(`deployed under another name`);
  const running = others.filter(
    ({ deployment: other }) => other.lastSeenMs !== undefined && nowMs - other.lastSeenMs < 300_000,
  );
  if (running.length > 0)
    found.push(
      `${running.length} other ${running.length === 1 ? 'version or environment runs' : 'versions or environments run'} now; numbers are of one`,
    );
  return found;
}

function matchText(match: FunctionMatch | undefined): string {
  return match ? ` · match: ${match.kind}, ${match.confidence}` : '';
}

function ageOf({ lastSeenMs }: Deployment, nowMs: number): string {
  return lastSeenMs === undefined ? 'unknown' : formatAge(Math.max(0, nowMs - lastSeenMs) / 1000);
}

function surroundings(facts: FunctionFacts): ItemGroup[] {
  return [errorItems(facts), entryPointItems(facts), callerItems(facts), dependencyItems(facts)].filter(
    ({ items }) => items.length > 0,
  );
}
