import { formatAge, formatCount, formatDuration, formatShare } from '@hindcast/core/format';
import { quantile } from '@hindcast/core/histogram';
import type { FunctionList, FunctionPage, FunctionRow, ListFunctionsParams } from '@hindcast/proto/viewMessages';
import type { FunctionPlace } from '@hindcast/proto/webviewMessages';
import type { CollectorClient, Ranking, Scope } from '../collector/collectorClient.js';
import type { Deployment, FunctionFacts, FunctionId } from '../collector/facts.js';
import type { Finding } from '../collector/findings.js';
import type { FoundFunction } from '../collector/functionDetail.js';
import { callsText, countText, errorText, joined, quantileText, rateText } from './figures.js';
import { askCollector, noData, type ViewSource } from './viewSource.js';

const MAX_ROWS = 5000;
const PAGE_SIZE = 500;
/** Findings may have begun before the window of the numbers: they are looked for over a day at least. */
const FINDING_SECONDS = 86_400;
const MAX_NAMES = 3;

const rankings: Readonly<Record<Exclude<FunctionList, 'regressed'>, Ranking>> = {
  hot: 'hot',
  failing: 'failing',
  slow: 'slow',
  neverRan: 'never_ran',
};

/** The first rows of a list of functions. */
export async function listFunctions(
  source: ViewSource,
  { list, text, count }: ListFunctionsParams,
  nowMs: number,
): Promise<FunctionPage> {
  const rows = Math.min(MAX_ROWS, Math.max(1, count));
  const asked = await askCollector(source, (collector, scope) =>
    list === 'regressed'
      ? regressed(collector, scope, text, rows, nowMs)
      : ranked(collector, scope, list, text, rows, nowMs),
  );
  if ('problem' in asked) return { problem: asked.problem, rows: [], total: 0 };
  const empty = asked.value.total === 0 ? noData(source) : undefined;
  return empty ? { ...asked.value, problem: empty } : asked.value;
}

async function ranked(
  collector: CollectorClient,
  scope: Scope,
  list: Exclude<FunctionList, 'regressed'>,
  text: string,
  count: number,
  nowMs: number,
): Promise<FunctionPage | undefined> {
  const found: FoundFunction[] = [];
  let token = '';
  let total = 0;
  do {
    const page = { size: Math.min(PAGE_SIZE, count - found.length), token };
    const answer = await collector.searchFunctions({ ranking: rankings[list], text, page }, scope);
    if (!answer) return undefined;
    found.push(...answer.functions);
    total = answer.total;
    token = answer.nextPageToken;
  } while (token !== '' && found.length < count);
  return { rows: found.slice(0, count).map((one) => foundRow(one, list, nowMs)), total };
}

function foundRow({ deployment, filePath, facts }: FoundFunction, list: FunctionList, nowMs: number): FunctionRow {
  return {
    place: placeOf(deployment.service, filePath, facts.id),
    origin: originOf(deployment),
    figures: figuresOf(facts, deployment, list, nowMs),
    facts: factsOf(facts, deployment, filePath, nowMs),
    state: 'plain',
  };
}

function figuresOf(facts: FunctionFacts, deployment: Deployment, list: FunctionList, nowMs: number): string {
  const rate = rateText(facts.calls, deployment.observedSeconds);
  const errors = errorText(facts.errors, facts.calls);
  const p99 = quantileText(facts.duration, 0.99);
  switch (list) {
    case 'failing':
      return joined(errors, countText(facts.errors, 'error'), facts.errorsByType[0]?.type);
    case 'slow':
      return joined(p99, rate, errors);
    case 'neverRan':
      return joined(
        facts.declaredSinceMs === undefined ? undefined : `loaded for ${age(facts.declaredSinceMs, nowMs)}`,
        countText(deployment.instances, 'instance'),
      );
    case 'hot':
    case 'regressed':
      return joined(rate, p99, errors);
  }
}

function factsOf(facts: FunctionFacts, deployment: Deployment, filePath: string, nowMs: number): [string, string][] {
  const { duration, calls, errors } = facts;
  const at = (q: number) => formatDuration((duration && quantile(duration, q)) ?? 0);
  const lines: [string, string | undefined][] = [
    ['Where', `${filePath}:${facts.id.line}`],
    [
      'Calls',
      facts.state === 'never_ran' ? 'none' : joined(callsText(calls), rateText(calls, deployment.observedSeconds)),
    ],
    ['Errors', errors === 0 ? undefined : joined(formatCount(errors), errorText(errors, calls))],
    ['Error types', names(facts.errorsByType.map(({ type, count }) => `${type} ${formatCount(count)}`))],
    [
      'Duration',
      duration && `p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)} of ${formatCount(duration.count)} timed calls`,
    ],
    ['Called by', names(facts.callers.map(({ id, service }) => `${id.name} (${service})`))],
    ['Entry points', names(facts.entryPoints.map(({ entryPoint }) => entryPoint.name))],
    ['Depends on', names(facts.dependencies.map(({ target }) => target))],
    ['Declared for', facts.declaredSinceMs === undefined ? undefined : age(facts.declaredSinceMs, nowMs)],
    ['Last called', facts.lastCalledMs === undefined ? undefined : `${age(facts.lastCalledMs, nowMs)} ago`],
    ['Measured in', joined(originOf(deployment), deployment.environment, countText(deployment.instances, 'instance'))],
  ];
  return lines.filter((line): line is [string, string] => line[1] !== undefined && line[1] !== '');
}

async function regressed(
  collector: CollectorClient,
  scope: Scope,
  text: string,
  count: number,
  nowMs: number,
): Promise<FunctionPage | undefined> {
  const wide = { ...scope, windowSeconds: Math.max(scope.windowSeconds, FINDING_SECONDS), version: undefined };
  const answer = await collector.listFindings({}, wide);
  if (!answer) return undefined;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = answer.findings
    .filter(({ service, filePath, function: own, entryPoint, summary }) => {
      const all = [service, filePath, own?.name, entryPoint?.name, summary].join(' ').toLowerCase();
      return words.every((word) => all.includes(word));
    })
    .map((finding) => findingRow(finding, nowMs));
  return { rows: rows.slice(0, count), total: rows.length };
}

function findingRow(finding: Finding, nowMs: number): FunctionRow {
  const { after, before, function: own, entryPoint, service, filePath, errorType } = finding;
  const change = changeText(finding);
  const lines: [string, string | undefined][] = [
    ['What', finding.summary],
    ['Where', own && `${filePath}:${own.line}`],
    ['Change', change],
    ['Error type', errorType],
    ['Since', after && versionText(after)],
    ['Compared with', before && versionText(before)],
    ['How sure', joined(finding.state, `q ${finding.qValue.toPrecision(2)}`, finding.method)],
    ['Entry points', names(finding.affectedEntryPoints.map(({ name }) => name))],
    ['First seen', finding.firstSeenMs === undefined ? undefined : `${age(finding.firstSeenMs, nowMs)} ago`],
  ];
  return {
    place: placeOf(service, filePath, own ?? { name: entryPoint?.name ?? service, line: 0, column: 0 }),
    origin: after ? originOf(after) : service,
    figures: joined(change, after && before ? `since ${after.version || 'the last deploy'}` : undefined),
    facts: lines.filter((line): line is [string, string] => line[1] !== undefined && line[1] !== ''),
    state: finding.state === 'confirmed' ? 'confirmed' : 'suspected',
  };
}

/** `p99 12 ms → 38 ms`; for what has no baseline, what it is. */
function changeText({ kind, measure, unit, before, beforeValue, afterValue, errorType }: Finding): string {
  if (kind === 'new_error_type') return joined('new error', errorType);
  const value = (number: number) =>
    unit === 's'
      ? formatDuration(number)
      : unit === '1'
        ? formatShare(number)
        : Number(number.toPrecision(3)).toString();
  const text = before ? `${value(beforeValue)} → ${value(afterValue)}` : value(afterValue);
  return `${measure || kind.replaceAll('_', ' ')} ${text}`;
}

function placeOf(service: string, filePath: string, id: Pick<FunctionId, 'name' | 'line' | 'column'>): FunctionPlace {
  return { service, filePath, name: id.name, line: id.line, column: id.column };
}

function originOf({ service, version }: Deployment): string {
  return version === '' ? service : `${service} ${version}`;
}

function versionText({ version, revision }: Deployment): string {
  return joined(version, revision.slice(0, 8)) || 'not named';
}

function age(sinceMs: number, nowMs: number): string {
  return formatAge((nowMs - sinceMs) / 1000);
}

function names(all: readonly string[]): string | undefined {
  if (all.length === 0) return undefined;
  const more = all.length > MAX_NAMES ? ` and ${all.length - MAX_NAMES} more` : '';
  return all.slice(0, MAX_NAMES).join(', ') + more;
}
