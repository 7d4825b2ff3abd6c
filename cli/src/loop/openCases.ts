import type { Finding } from '@hindcast/server/collector/findings';
import type { Case } from '@hindcast/server/loop/caseFile';
import { openCase } from '@hindcast/server/loop/openCase';
import type { LoopSources } from './loopSources.js';

/** How far back findings may have begun: minutes are kept for two days. */
const WINDOW_SECONDS = 2 * 86_400;
const DEADLINE_MS = 60_000;

/** What is found now, worst first. Undefined: the collector is too old to say. @throws CollectorClientError */
export async function currentFindings(
  { client }: LoopSources,
  service?: string,
  signal?: AbortSignal,
): Promise<readonly Finding[] | undefined> {
  const scope = { windowSeconds: WINDOW_SECONDS, service };
  return (await client.listFindings({}, scope, { signal, deadlineMs: DEADLINE_MS }))?.findings;
}

/** Opens the case of a finding; one that is there already stays as it is. @throws CollectorClientError */
export async function caseOf(
  finding: Finding,
  { cases, client, repository, grammars }: LoopSources,
  signal?: AbortSignal,
): Promise<{ readonly own: Case; readonly isNew: boolean }> {
  if (cases.has(finding.id)) return { own: cases.read(finding.id), isNew: false };
  const own = await openCase(finding, { client, repository, grammars, nowMs: Date.now(), signal });
  cases.write(own);
  return { own, isNew: true };
}
