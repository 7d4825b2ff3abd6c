import { createHash } from 'node:crypto';
import type { Attributed } from '@hindcast/core/detect/attribution';
import type { Regression } from '@hindcast/core/detect/compareVersions';
import { formatDuration, formatShare } from '@hindcast/core/format';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { MINUTE_MS } from '../store/storeTime.js';
import { deploymentMessage, entryPointMessage, placeMessage, sum, timestamp } from '../query/messages.js';
import type { ComparedPair } from './comparePair.js';
import type { MinuteRange, SubjectTotal } from './versionFacts.js';
import type { VersionPair } from './versionPairs.js';

import v1 = hindcast.v1;

const MAX_AFFECTED = 20;

/** A regression as the protocol tells it; its suspects come later. */
export function findingMessage(
  { regression, affected }: Attributed,
  { functions, totals }: ComparedPair,
  { before, after }: VersionPair,
  range: MinuteRange,
  state: v1.FindingState,
): v1.Finding.$Properties {
  const text = regression.key.startsWith('#') ? regression.key.slice(1) : regression.key;
  const [old, now] = [totals.before.get(text), totals.after.get(text)];
  const key = now?.key;
  const fn = key && key.kind !== 'entry' ? functions.after.byKey.get(key.fn)?.fn : undefined;
  const service = after.deployment.key.service;
  const worse = affected.flatMap((it) => totals.after.get(it)?.key ?? []);
  const finding = {
    id: findingId([after.deployment, before.deployment], regression, text),
    kind: kindOf(regression, now),
    state,
    service,
    environment: after.deployment.key.environment,
    filePath: fn?.path ?? '',
    function: fn ? placeMessage(fn) : null,
    entryPoint: key?.kind === 'entry' ? entryPointMessage(key.entryPoint) : null,
    dependency:
      key?.kind === 'dependency'
        ? { ...key.dependency, calls: now?.calls ?? 0, errors: sum(now?.errors.values() ?? []) }
        : null,
    callee: calleeReference(now, functions.after, service),
    errorType: regression.kind === 'new-error-type' ? regression.measure : '',
    before: deploymentMessage(before.deployment),
    after: deploymentMessage(after.deployment),
    beforeValue: regression.before,
    afterValue: regression.after,
    unit: regression.kind === 'duration' ? 's' : regression.kind === 'count' ? 'calls/call' : '1',
    measure: regression.kind === 'new-error-type' ? 'error rate' : regression.measure,
    effectLow: finite(regression.effect[0]),
    effectHigh: finite(regression.effect[1]),
    pValue: regression.pValue,
    qValue: regression.qValue,
    method: regression.method,
    minutesBefore: regression.minutesBaseline,
    minutesAfter: regression.minutesCandidate,
    callsBefore: old?.calls ?? 0,
    callsAfter: now?.calls ?? 0,
    firstSeen: timestamp(range.from * MINUTE_MS),
    lastSeen: timestamp(range.to * MINUTE_MS),
    affected: worse
      .flatMap((it) => (it.kind === 'function' ? (functions.after.byKey.get(it.fn) ?? []) : []))
      .slice(0, MAX_AFFECTED)
      .map(({ fn: { path, name, line, column } }) => ({ service, filePath: path, name, line, column })),
    affectedEntryPoints: worse
      .flatMap((it) => (it.kind === 'entry' ? [entryPointMessage(it.entryPoint)] : []))
      .slice(0, MAX_AFFECTED),
    suspects: [],
  };
  return {
    ...finding,
    summary: summaryOf(regression, { subject: now, callee: calleeName(now, functions.after), name: fn?.name }),
  };
}

/** 16 hex digits, the same as long as the finding is about the same. */
export function findingId(
  deployments: readonly VersionPair['after']['deployment'][],
  { kind, measure }: { readonly kind: string; readonly measure: string },
  subject: string,
): string {
  // Which quantile shows it best may change.
  const what = kind === 'new-error-type' ? `${kind} ${measure}` : kind;
  const text = JSON.stringify([deployments.map(({ key }) => key), what, subject]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function kindOf({ kind }: Regression, subject: SubjectTotal | undefined): v1.FindingKind {
  if (kind === 'duration') return v1.FindingKind.FINDING_KIND_DURATION;
  if (kind === 'error-rate') return v1.FindingKind.FINDING_KIND_ERROR_RATE;
  if (kind === 'new-error-type') return v1.FindingKind.FINDING_KIND_NEW_ERROR_TYPE;
  return subject?.key.kind === 'dependency'
    ? v1.FindingKind.FINDING_KIND_DEPENDENCY_COUNT
    : v1.FindingKind.FINDING_KIND_CALL_COUNT;
}

export function calleeName(total: SubjectTotal | undefined, { byKey }: ComparedPair['functions']['after']): string {
  const key = total?.key;
  if (key?.kind === 'edge') return byKey.get(key.callee)?.fn.name ?? '';
  return key?.kind === 'dependency' ? `${key.dependency.kind} ${key.dependency.target}` : '';
}

/** The function that is called, of a finding about how often that happens. */
export function calleeReference(
  total: SubjectTotal | undefined,
  { byKey }: ComparedPair['functions']['after'],
  service: string,
): v1.FunctionRef.$Properties | null {
  const fn = total?.key.kind === 'edge' ? byKey.get(total.key.callee)?.fn : undefined;
  return fn ? { service, filePath: fn.path, name: fn.name, line: fn.line, column: fn.column } : null;
}

function summaryOf(
  { kind, measure, before, after }: Regression,
  { subject, callee, name }: { subject: SubjectTotal | undefined; callee: string; name: string | undefined },
): string {
  const who = name ?? (subject?.key.kind === 'entry' ? subject.key.entryPoint.name : 'it');
  const calling = callee === '' || kind === 'count' ? who : `${callee} as called by ${who}`;
  if (kind === 'duration')
    return `${calling} is slower: ${measure} ${formatDuration(before)} → ${formatDuration(after)}.`;
  if (kind === 'error-rate')
    return `${calling} fails more often: ${formatShare(before)} → ${formatShare(after)} of its calls.`;
  if (kind === 'new-error-type') return `${who} fails with ${measure}, which it never did before.`;
  return `${who} calls ${callee} ${before.toFixed(1)} → ${after.toFixed(1)} times for each of its calls.`;
}

/** What has no bound is told as the largest number there is: JSON knows no infinity. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.MAX_VALUE;
}
