import { formatCount, formatDuration, formatShare } from '@hindcast/core/format';
import { errorRate } from '@hindcast/core/rates';
import type { GraphNode } from '@hindcast/proto/webviewMessages';

/** The numbers of a node in one line: `12.3k calls · 0.4 % err · p99 12 ms`. */
export function nodeFigures({ calls, errors, p99Seconds }: GraphNode): string {
  const parts = [`${formatCount(calls)} ${calls === 1 ? 'call' : 'calls'}`];
  if (errors > 0) parts.push(`${formatShare(errorRate(errors, calls))} err`);
  if (p99Seconds !== null) parts.push(`p99 ${formatDuration(p99Seconds)}`);
  return parts.join(' · ');
}
