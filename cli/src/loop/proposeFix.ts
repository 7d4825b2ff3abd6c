import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { assess } from '@hindcast/server/change/assess';
import { ChangeError } from '@hindcast/server/change/changeError';
import { CollectorClientError } from '@hindcast/server/collector/collectorClientError';
import type { Assessment } from '@hindcast/core/assess/assessment';
import type { Case, ProposedFix } from '@hindcast/server/loop/caseFile';
import { caseJson } from '@hindcast/server/loop/caseJson';
import { caseMarkdown } from '@hindcast/server/loop/caseMarkdown';
import { agentEnvironment, mcpConfiguration, taskText, withoutForgeTokens } from './agentSurroundings.js';
import type { FixPlan } from './fixPlan.js';
import { git } from './git.js';
import type { LoopSources } from './loopSources.js';
import { commitMessage, pullRequestText } from './pullRequestText.js';
import { guardRepository } from './repositoryGuard.js';
import { runCommand, type CommandOutcome } from './runCommand.js';
import { addWorktree, LEFT_OUT, type Worktree } from './worktree.js';

/** Why there is no fix; what was done so far stays where the message says. */
export class FixRefused extends Error {
  override readonly name = 'FixRefused';
}

export interface Proposal {
  readonly own: Case;
  readonly fix: ProposedFix;
  /** The pull request's text. */
  readonly bodyFile: string;
}

const WINDOW_SECONDS = 86_400;

/**
 * Runs the agent in a worktree, the tests after it, assesses what it changed, and commits it on the plan's branch. Nothing is pushed.
 * @throws FixRefused, GitError
 */
export async function proposeFix(
  own: Case,
  plan: FixPlan,
  sources: LoopSources,
  { tell, signal }: { readonly tell: (line: string) => void; readonly signal?: AbortSignal | undefined },
): Promise<Proposal> {
  const { root, cases } = sources;
  mkdirSync(plan.runFolder, { recursive: true });
  const worktree = await addWorktree(root, plan.worktreeName, plan.base, plan.branch);
  try {
    await runAgent(own, plan, worktree, root, { tell, signal });
    await stage(plan, worktree);
    await runTests(plan, worktree, { tell, signal });
    const messageFile = join(plan.runFolder, 'commit.txt');
    writeFileSync(messageFile, commitMessage(own));
    await git(worktree.folder, ['commit', '--quiet', '--cleanup=whitespace', '--file', messageFile]);
    const commit = (await git(worktree.folder, ['rev-parse', 'HEAD'])).trim();
    tell(`Committed ${commit.slice(0, 12)} on ${plan.branch}`);
    const assessment = await assessed(plan.base, commit, worktree.folder, sources, signal);
    if (typeof assessment === 'string') tell(`The change could not be assessed: ${assessment}`);
    else tell(`Risk of the change: ${assessment.risk.toFixed(0)} of 100`);
    const bodyFile = join(plan.runFolder, 'pull-request.md');
    writeFileSync(bodyFile, pullRequestText(own, assessment, plan));
    const fix: ProposedFix = {
      ...{ branch: plan.branch, base: plan.base, commit, pullRequest: undefined },
      risk: typeof assessment === 'string' ? undefined : assessment.risk,
      at: new Date().toISOString(),
    };
    const next: Case = { ...own, status: 'proposed', fixes: [...own.fixes, fix] };
    cases.write(next);
    await worktree.remove();
    return { own: next, fix, bodyFile };
  } catch (error) {
    if (error instanceof FixRefused)
      throw new FixRefused(`${error.message} Its worktree: ${worktree.folder}; logs: ${plan.runFolder}`);
    throw error;
  }
}

interface Running {
  readonly tell: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

async function runAgent(own: Case, plan: FixPlan, { folder }: Worktree, root: string, running: Running): Promise<void> {
  const { runFolder } = plan;
  const files = {
    json: join(runFolder, 'case.json'),
    markdown: join(runFolder, 'case.md'),
    mcp: join(runFolder, 'mcp.json'),
    task: join(runFolder, 'task.md'),
  };
  writeFileSync(files.json, caseJson(own));
  writeFileSync(files.markdown, caseMarkdown(own));
  writeFileSync(files.mcp, mcpConfiguration(folder, plan.connection));
  writeFileSync(files.task, taskText(files.markdown));
  const differs = await guardRepository(root, plan.branch);
  running.tell(`Running the agent in ${folder}`);
  const outcome = await runCommand(plan.agent, {
    ...{ folder, deadlineMs: plan.deadlineMs, signal: running.signal, logFile: join(runFolder, 'agent.log') },
    environment: agentEnvironment(plan.environment, own, files, folder),
  });
  requireSuccess('The agent', outcome);
  const outside = await differs();
  if (outside !== '') throw new FixRefused(outside);
  const head = (await git(folder, ['rev-parse', '--abbrev-ref', 'HEAD'])).trim();
  if (head !== plan.branch) throw new FixRefused('The agent left its branch.');
  running.tell(`The agent ended after ${outcome.seconds.toFixed(0)} s`);
}

/** Everything that differs from the base, as one change. */
async function stage({ base, runFolder }: FixPlan, { folder }: Worktree): Promise<void> {
  const excludes = join(runFolder, 'excludes');
  writeFileSync(excludes, `${LEFT_OUT.join('\n')}\n`);
  // What the agent committed itself becomes part of the one commit.
  await git(folder, ['reset', '--quiet', '--soft', base]);
  await git(folder, ['-c', `core.excludesFile=${excludes}`, 'add', '--all']);
  const raw = (await git(folder, ['diff', '--cached', '--raw', '--no-renames', '-z', base]))
    .split('\0')
    .filter(Boolean);
  if (raw.length === 0) throw new FixRefused('The agent changed nothing.');
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [mode, path] = [/^:\d+ (\d+)/.exec(raw[at] ?? '')?.[1], raw[at + 1] ?? ''];
    if (mode === '160000') throw new FixRefused('The agent added a repository inside of the repository.');
    if (mode === '120000' && leaves(folder, path))
      throw new FixRefused('The agent added a link that leads out of the worktree.');
  }
}

function leaves(folder: string, path: string): boolean {
  const target = resolve(dirname(join(folder, path)), readlinkSync(join(folder, path)));
  const from = relative(folder, target);
  return from.startsWith('..') || isAbsolute(from);
}

async function runTests(plan: FixPlan, { folder }: Worktree, { tell, signal }: Running): Promise<void> {
  if (plan.test === undefined) {
    tell('No tests are run');
    return;
  }
  tell(`Running the tests: ${plan.test}`);
  const logFile = join(plan.runFolder, 'tests.log');
  const environment = withoutForgeTokens(plan.environment);
  const outcome = await runCommand(plan.test, { folder, environment, logFile, deadlineMs: plan.deadlineMs, signal });
  if (outcome.code !== 0) tell(lastLines(logFile));
  requireSuccess('The project’s tests', outcome);
  tell(`The tests passed after ${outcome.seconds.toFixed(0)} s`);
}

function requireSuccess(who: string, { code, isTooSlow, isCancelled }: CommandOutcome): void {
  if (isCancelled) throw new FixRefused(`${who} had to end: cancelled.`);
  if (isTooSlow) throw new FixRefused(`${who} did not end before the deadline, and had to.`);
  if (code !== 0) throw new FixRefused(`${who} failed (${code ?? 'ended by a signal'}).`);
}

async function assessed(
  base: string,
  head: string,
  folder: string,
  { client, grammars }: LoopSources,
  signal: AbortSignal | undefined,
): Promise<Assessment | string> {
  const scope = { windowSeconds: WINDOW_SECONDS };
  try {
    return await assess({ folder, base, head, scope }, { exposure: client, grammars }, { signal });
  } catch (error) {
    if (error instanceof ChangeError) return error.message;
    if (!(error instanceof CollectorClientError)) throw error;
    const exposureNote = 'The collector could not be asked.';
    return assess({ folder, base, head, scope }, { exposure: undefined, exposureNote, grammars }, { signal });
  }
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
}
