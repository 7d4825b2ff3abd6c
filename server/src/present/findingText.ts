import { formatCount, formatDuration, formatShare } from '@hindcast/core/format';
import type { Finding, FindingKind } from '../collector/findings.js';

/** A stable code for each kind, as diagnostics show it. */
export const findingCodes: Readonly<Record<FindingKind, string>> = {
  duration: 'slower',
  error_rate: 'fails-more',
  new_error_type: 'new-error',
  call_count: 'called-more',
  dependency_count: 'more-dependency-calls',
  n_plus_one: 'n-plus-one',
  chatty_dependency: 'chatty',
  masked_errors: 'masked-errors',
  unbounded_growth: 'grows',
  unknown: 'finding',
};

/** `▲ p99 +38 % since 1.4.2`, `▲ errors 0.1 % → 2 % since 1.4.2`, `N+1: 40 calls of sqlite`. Plain text; names are from production. */
export function findingText(finding: Finding): string {
  const since = finding.after?.version ? ` since ${finding.after.version}` : '';
  const target = finding.dependency?.target ?? '';
  switch (finding.kind) {
    case 'duration':
      return `▲ ${finding.measure || 'duration'} ${change(finding)}${since}`;
    case 'error_rate':
      return `▲ errors ${formatShare(finding.beforeValue)} → ${formatShare(finding.afterValue)}${since}`;
    case 'new_error_type':
      return `▲ new error ${finding.errorType}${since}`;
    case 'call_count':
      return `▲ called ${change(finding)}${since}`;
    case 'dependency_count':
      return `▲ ${target || 'dependency'} calls ${ratio(finding.beforeValue)} → ${ratio(finding.afterValue)}${since}`;
    case 'n_plus_one':
      return `N+1: ${ratio(finding.afterValue)} calls${target === '' ? '' : ` of ${target}`}`;
    case 'chatty_dependency':
      return `${ratio(finding.afterValue)} calls${target === '' ? '' : ` of ${target}`} each time`;
    case 'masked_errors':
      return `errors are swallowed${finding.errorType === '' ? '' : `: ${finding.errorType}`}`;
    case 'unbounded_growth':
      return `▲ grows${since}`;
    case 'unknown':
      return finding.summary;
  }
}

/** The finding in a sentence with its evidence. Plain text. */
export function findingSentence(finding: Finding): string {
  const sentence = finding.summary === '' ? `${findingText(finding)}.` : finding.summary;
  const values =
    finding.unit === 's'
      ? ` ${finding.measure} ${formatDuration(finding.beforeValue)} → ${formatDuration(finding.afterValue)}`
      : '';
  const evidence = [
    values.trim(),
    finding.callsAfter > 0 ? `${formatCount(finding.callsBefore)} and ${formatCount(finding.callsAfter)} calls` : '',
    finding.qValue > 0 ? `q ${finding.qValue.toPrecision(1)}` : '',
    finding.state === 'suspected' ? 'suspected, not confirmed yet' : '',
  ].filter((part) => part !== '');
  return evidence.length === 0 ? sentence : `${sentence} (${evidence.join('; ')})`;
}

/** `+38 %`, `×4.2`, `−20 %`; empty when there was nothing before. */
function change({ beforeValue, afterValue }: Finding): string {
  if (beforeValue <= 0) return '';
  const times = afterValue / beforeValue;
  if (times >= 3) return `×${ratio(times)}`;
  const percent = Math.round((times - 1) * 100);
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent)} %`;
}

function ratio(value: number): string {
  return value >= 10 ? formatCount(value) : String(Number(value.toFixed(1)));
}
