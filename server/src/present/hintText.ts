import { formatDuration, formatRate, formatShare } from '@hindcast/core/format';
import type { FunctionInFile } from '../match/fileFacts.js';
import { functionTotals, type FunctionTotals } from './functionTotals.js';

/** What makes a function worth a hint. */
export interface HintThresholds {
  readonly minimumCallsPerMinute: number;
  readonly minimumP99Ms: number;
}

/**
 * The few characters behind a notable function's first line: how often, and the worse of failing and slow. Undefined for
 * everything that is not notable. Editors cut what all hints of a line need beyond 43 characters.
 */
export function hintText(own: FunctionInFile, thresholds: HintThresholds): string | undefined {
  const totals = functionTotals(own);
  if (!totals || !isNotable(totals, thresholds)) return undefined;
  const sum = totals.services > 1 ? 'Σ ' : '';
  const rate = formatRate(totals.callsPerMinute);
  const parts = [sum + rate];
  if (totals.errors > 0) parts.push(`${formatShare(totals.errorRate)} err`);
  else if (totals.p99Seconds !== undefined) parts.push(`p99 ${formatDuration(totals.p99Seconds)}`);
  if (totals.isEdited) parts.push('edited');
  return parts.join(' · ') + (totals.isUnsure && !totals.isEdited ? ' ?' : '');
}

function isNotable({ callsPerMinute, errors, p99Seconds }: FunctionTotals, thresholds: HintThresholds): boolean {
  if (errors > 0 || callsPerMinute >= thresholds.minimumCallsPerMinute) return true;
  return p99Seconds !== undefined && p99Seconds * 1000 >= thresholds.minimumP99Ms;
}
