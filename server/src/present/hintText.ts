import { formatDuration, formatRate, formatShare } from '@hindcast/core/format';
import type { FunctionInFile } from '../match/fileFacts.js';
import { functionTotals, type FunctionTotals } from './functionTotals.js';

/** What makes a function worth a hint. */
export interface HintThresholds {
  readonly minimumCallsPerMinute: number;
  readonly minimumP99Ms: number;
}

/** A handful of calls in less time than this, such as those at a start, makes no rate. */
const MINUTES_FOR_A_RATE = 5;

/**
 * The few characters behind a notable function's first line: how often, and the worse of failing and slow. Undefined for
 * everything that is not notable. Editors cut what all hints of a line need beyond 43 characters.
 */
export function hintText(own: FunctionInFile, thresholds: HintThresholds): string | undefined {
  const totals = functionTotals(own);
  return totals && totalsText(totals, thresholds);
}

/** The same, of totals. */
export function totalsText(totals: FunctionTotals, thresholds: HintThresholds): string | undefined {
  if (!isNotable(totals, thresholds)) return undefined;
  const sum = totals.services > 1 ? 'Σ ' : '';
  const parts = [sum + howOften(totals)];
  if (totals.errors > 0) parts.push(`${formatShare(totals.errorRate)} err`);
  else if (totals.p99Seconds !== undefined) parts.push(`p99 ${formatDuration(totals.p99Seconds)}`);
  if (totals.isEdited) parts.push('edited');
  return parts.join(' · ') + (totals.isUnsure && !totals.isEdited ? ' ?' : '');
}

function isNotable({ calls, callsPerMinute, errors, p99Seconds }: FunctionTotals, thresholds: HintThresholds): boolean {
  if (errors > 0) return true;
  if (Math.min(callsPerMinute, calls / MINUTES_FOR_A_RATE) >= thresholds.minimumCallsPerMinute) return true;
  return p99Seconds !== undefined && p99Seconds * 1000 >= thresholds.minimumP99Ms;
}

/** The rate; the calls themselves where they are too few in too short a time. */
function howOften({ calls, callsPerMinute }: FunctionTotals): string {
  const isSteady = calls >= MINUTES_FOR_A_RATE || callsPerMinute <= calls / MINUTES_FOR_A_RATE;
  return isSteady ? formatRate(callsPerMinute) : `${calls} ${calls === 1 ? 'call' : 'calls'}`;
}
