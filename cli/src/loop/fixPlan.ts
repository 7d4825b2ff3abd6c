import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIsoDuration } from '@hindcast/core/isoDuration';
import type { Case } from '@hindcast/server/loop/caseFile';
import { UsageError, type Terminal } from '../command.js';
import { connectionOptions, type ConnectionValues } from '../options.js';
import { git, gitSucceeds } from './git.js';
import type { LoopSources } from './loopSources.js';

/** What `hindcast fix` will do, decided before it does anything. */
export interface FixPlan {
  /** As the user wrote it. */
  readonly agent: string;
  /** Undefined: none are run, because the user said so. */
  readonly test: string | undefined;
  readonly base: string;
  readonly branch: string;
  /** The branch that the pull request is for. */
  readonly into: string;
  readonly remote: string;
  readonly isPushed: boolean;
  readonly worktreeName: string;
  readonly runFolder: string;
  readonly deadlineMs: number;
  readonly connection: ConnectionValues;
  readonly environment: Terminal['environment'];
}

export interface FixValues extends ConnectionValues {
  readonly agent?: string | undefined;
  readonly test?: string | undefined;
  readonly 'no-test'?: boolean | undefined;
  readonly base?: string | undefined;
  readonly into?: string | undefined;
  readonly remote?: string | undefined;
  readonly push?: boolean | undefined;
  readonly deadline?: string | undefined;
}

const BRANCHES = 'hindcast/';
const DEFAULT_DEADLINE = 'PT30M';
const MAX_BRANCHES = 100;

/** @throws UsageError, GitError */
export async function planFix(
  own: Case,
  values: FixValues,
  { root, cases, repository }: LoopSources,
  terminal: Terminal,
): Promise<FixPlan> {
  const { agent, remote = 'origin' } = values;
  if (agent === undefined || agent.trim() === '')
    throw new UsageError('--agent "COMMAND" is needed: what is to fix it.');
  if (!repository) throw new UsageError('a fix needs a git repository.');
  if (!/^\w[\w.-]*$/.test(remote)) throw new UsageError(`'${remote}' is no name of a remote.`);
  const base = await repository.commit(values.base ?? 'HEAD');
  if (base === undefined) throw new UsageError(`there is no commit ${values.base ?? 'HEAD'}.`);
  const into = values.into ?? (await defaultBranch(root, remote));
  const branch = await freeBranch(root, own.id, into);
  const seconds = parseIsoDuration(values.deadline ?? DEFAULT_DEADLINE);
  if (seconds === undefined || seconds <= 0 || seconds > 86_400) {
    throw new UsageError(`--deadline takes an ISO-8601 duration such as PT30M, not '${values.deadline ?? ''}'.`);
  }
  const connection = Object.fromEntries(
    Object.keys(connectionOptions).map((name) => [name, values[name as keyof ConnectionValues]]),
  );
  const runs = join(cases.folderOf(own.id), 'runs');
  return {
    ...{ agent, base, branch, into, remote, connection, environment: terminal.environment },
    test: testCommand(values, root),
    isPushed: values.push === true,
    worktreeName: branch.slice(BRANCHES.length),
    runFolder: join(runs, String(numberOfRuns(runs) + 1)),
    deadlineMs: seconds * 1000,
  };
}

/** What the plan does, for a person who may say no. */
export function planText(plan: FixPlan): string {
  const rows = [
    ['worktree', 'a new one, in a temporary folder'],
    ['branch', `${plan.branch}, new, from ${plan.base.slice(0, 12)}`],
    ['agent', `${plan.agent} (at most ${plan.deadlineMs / 60_000} minutes, no input)`],
    ['tests', plan.test ?? 'none (--no-test)'],
    ['commit', 'one, when the tests pass'],
    [
      'push',
      plan.isPushed ? `${plan.branch} to ${plan.remote}, and a pull request into ${plan.into}` : 'nothing (--push)',
    ],
  ];
  return rows.map(([what = '', text = '']) => `  ${what.padEnd(9)} ${text}\n`).join('');
}

/** The remote's default branch as git knows it, else what is checked out. */
async function defaultBranch(root: string, remote: string): Promise<string> {
  for (const args of [
    ['symbolic-ref', '--quiet', '--short', `refs/remotes/${remote}/HEAD`],
    ['symbolic-ref', '--quiet', '--short', 'HEAD'],
  ]) {
    const name = await git(root, args).catch(() => '');
    if (name.trim() !== '') return name.trim().replace(new RegExp(`^${remote}/`), '');
  }
  throw new UsageError('no branch is checked out: say --into BRANCH.');
}

async function freeBranch(root: string, id: string, into: string): Promise<string> {
  for (let run = 1; run <= MAX_BRANCHES; run++) {
    const name = `${BRANCHES}${id}${run === 1 ? '' : `-${run}`}`;
    if (name === into) throw new UsageError(`${name} is what it would be merged into.`);
    if (!(await gitSucceeds(root, ['show-ref', '--verify', '--quiet', `refs/heads/${name}`]))) return name;
  }
  throw new UsageError(`there are ${MAX_BRANCHES} branches of this case: remove some.`);
}

/** The tests that have to pass; undefined when the user wants none. @throws UsageError when the project names none */
export function testCommand(values: Pick<FixValues, 'test' | 'no-test'>, root: string): string | undefined {
  if (values['no-test'] || values.test !== undefined) return values['no-test'] ? undefined : values.test;
  const file = join(root, 'package.json');
  const { scripts } = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as {
    scripts?: Record<string, string>;
  };
  const test = scripts?.['test'];
  if (test !== undefined && !/no test specified/.test(test)) return 'npm test';
  throw new UsageError('the project names no tests: say --test "COMMAND", or --no-test.');
}

/** How often an agent worked on a case: the runs that are kept in its folder. */
export function numberOfRuns(folder: string): number {
  return existsSync(folder) ? Math.max(0, ...readdirSync(folder).map(Number).filter(Number.isInteger)) : 0;
}
