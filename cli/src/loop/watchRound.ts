import { join } from 'node:path';
import type { Case } from '@hindcast/server/loop/caseFile';
import type { Terminal } from '../command.js';
import { ForgeError } from '../forge/forgeApi.js';
import { numberOfRuns, planFix, type FixValues } from './fixPlan.js';
import { forgeOfRepository, hasForgeToken, type ForgeValues } from './forgeOfRepository.js';
import { GitError } from './git.js';
import type { LoopSources } from './loopSources.js';
import { caseOf, currentFindings } from './openCases.js';
import { openPullRequest } from './openPullRequest.js';
import { FixRefused, proposeFix } from './proposeFix.js';
import { commentVerification, verifyCase } from './verifyCase.js';

export interface WatchValues extends FixValues, Omit<ForgeValues, 'remote'> {
  readonly service?: string | undefined;
  readonly 'max-fixes'?: string | undefined;
}

export interface WatchContext {
  readonly sources: LoopSources;
  readonly values: WatchValues;
  readonly terminal: Terminal;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What one round takes on at most: the rest waits for the next. */
const MAX_NEW_CASES = 20;
const MAX_VERIFIED = 100;
const DEFAULT_MAX_FIXES = 3;

/** Detect, open, fix, verify: once. Everything that is to be remembered is in the cases. @throws CollectorClientError */
export async function watchRound(context: WatchContext): Promise<void> {
  const { sources, values, signal, tell } = context;
  for (const finding of await newFindings(context)) {
    signal.throwIfAborted();
    const { own } = await caseOf(finding, sources, signal);
    tell(`Opened case ${own.id}: ${own.finding.service}: ${own.finding.summary}`);
  }
  const open = sources.cases.list(tell).filter(({ status }) => status !== 'confirmed');
  for (const own of open.slice(0, MAX_VERIFIED)) {
    signal.throwIfAborted();
    await verified(own, context);
  }
  if (values.agent === undefined) return;
  for (const own of sources.cases.list().filter(({ status }) => status === 'open' || status === 'reopened')) {
    signal.throwIfAborted();
    if (mayBeFixed(own, context)) await fixed(own, context);
  }
}

/** Only what has shown in two disjoint parts of the data, and has no case. */
async function newFindings({ sources, values, signal, tell }: WatchContext) {
  const found = await currentFindings(sources, values.service, signal);
  if (!found) tell('This collector is too old to compare versions.');
  return (found ?? [])
    .filter(({ id, state }) => state === 'confirmed' && !sources.cases.has(id))
    .slice(0, MAX_NEW_CASES);
}

async function verified(own: Case, { sources, values, terminal, tell, signal }: WatchContext): Promise<void> {
  const before = own.verifications.at(-1);
  const { own: next, verification } = await verifyCase(own, sources, { signal });
  if (before?.verdict === verification.verdict && before.reason === verification.reason) return;
  tell(`Case ${own.id}: ${verification.reason}`);
  if (verification.verdict === 'not enough data yet' || !next.fixes.at(-1)?.pullRequest) return;
  if (!hasForgeToken(terminal.environment)) return;
  try {
    await commentVerification(next, verification, await forgeOfRepository(sources.root, values, terminal.environment));
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
    tell(`Case ${own.id}: the pull request was not told: ${error.message}`);
  }
}

/** Where a change is suspected that no other fix is under way for, and an agent has not tried often enough. */
function mayBeFixed(own: Case, { sources, values }: WatchContext): boolean {
  const { commits, diff } = own.suspectedChange;
  if (diff === '') return false;
  if (numberOfRuns(join(sources.cases.folderOf(own.id), 'runs')) >= Number(values['max-fixes'] ?? DEFAULT_MAX_FIXES)) {
    return false;
  }
  const ids = new Set(commits.map(({ id }) => id));
  return !sources.cases
    .list()
    .some(
      ({ status, suspectedChange }) => status === 'proposed' && suspectedChange.commits.some(({ id }) => ids.has(id)),
    );
}

async function fixed(own: Case, { sources, values, terminal, tell, signal }: WatchContext): Promise<void> {
  try {
    const plan = await planFix(own, values, sources, terminal);
    const proposal = await proposeFix(own, plan, sources, { tell: (line) => tell(`Case ${own.id}: ${line}`), signal });
    tell(`Case ${own.id}: text of the pull request: ${proposal.bodyFile}`);
    if (!plan.isPushed) return;
    const request = (await openPullRequest(proposal, plan, sources, values)).fixes.at(-1)?.pullRequest;
    tell(`Case ${own.id}: pull request ${request?.number ?? ''} ${request?.url ?? ''}`);
  } catch (error) {
    if (!(error instanceof FixRefused || error instanceof GitError || error instanceof ForgeError)) throw error;
    tell(`Case ${own.id}: ${error.message}`);
  }
}
