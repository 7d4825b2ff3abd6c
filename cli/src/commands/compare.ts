import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseIsoDuration } from '@hindcast/core/isoDuration';
import { CollectorClientError } from '@hindcast/server/collector/collectorClientError';
import { compareCounts, runCounts, type CountComparison, type RunCounts } from '@hindcast/server/loop/compareCounts';
import { EXIT_FAILED, EXIT_OK, UsageError, type Command } from '../command.js';
import { compareText, type CompareReport } from '../loop/compareText.js';
import { git, GitError } from '../loop/git.js';
import { withLoopSources, type LoopSources } from '../loop/loopSources.js';
import { MeasuredRuns } from '../loop/measuredRun.js';
import { addWorktree } from '../loop/worktree.js';
import { connectionHelp, connectionOptions, parseOptions } from '../options.js';

const MAX_REPEATS = 10;
const MAX_ROOTS = 100;

const help = `Usage: hindcast compare [--base REV] [--repeat N] [--json] [--root FOLDER] -- TEST COMMAND

Runs a command twice under the sensor, once on the base and once on the working tree, and compares how often each function was called, and
what it calls for each of its calls: N+1 shows here before it is merged. Beside it stands what production does, where a collector answers.

  --base REV             what to compare with, checked out in a worktree (default: HEAD)
  --repeat N             runs of each, at most ${MAX_REPEATS}: what differs between runs of the same code is left out (default 1)
  --deadline DURATION    for one run (default PT30M)
  --json                 the comparison as data
  --root FOLDER          the repository (default: around the working folder)
${connectionHelp}
Exit code 1 when the command failed in one of them.
`;

/** `hindcast compare`. */
export const compareCommand: Command = {
  name: 'compare',
  summary: 'Run a test command on the base and on the change, and compare call counts.',
  help,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      args,
      {
        ...{ base: { type: 'string' }, repeat: { type: 'string' }, deadline: { type: 'string' } },
        ...{ json: { type: 'boolean' }, root: { type: 'string' }, ...connectionOptions },
      },
      true,
    );
    if (positionals.length === 0) throw new UsageError('compare needs a command after --, such as: -- npm test');
    const [first = ''] = positionals;
    const command = positionals.length === 1 ? first : positionals;
    const repeats = Number(values.repeat ?? 1);
    if (!Number.isInteger(repeats) || repeats < 1 || repeats > MAX_REPEATS) {
      throw new UsageError(`--repeat takes a number from 1 to ${MAX_REPEATS}, not '${values.repeat ?? ''}'.`);
    }
    const seconds = parseIsoDuration(values.deadline ?? 'PT30M') ?? 0;
    if (seconds <= 0)
      throw new UsageError(`--deadline takes a duration such as PT30M, not '${values.deadline ?? ''}'.`);
    const cancel = new AbortController();
    const onSignal = (): void => cancel.abort();
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
    try {
      return await withLoopSources(values, terminal, async (sources) => {
        const tell = (line: string): void => terminal.error(`${line}\n`);
        const report = await compared(command, sources, {
          ...{ base: values.base ?? 'HEAD', repeats, deadlineMs: seconds * 1000, signal: cancel.signal, tell },
          environment: terminal.environment,
          subfolder: relative(sources.root, terminal.workingFolder),
        });
        terminal.out(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : compareText(report));
        const codes = [...report.exitCodes.base, ...report.exitCodes.head];
        return codes.every((code) => code === 0) ? EXIT_OK : EXIT_FAILED;
      });
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      terminal.error(`hindcast compare: ${error.message}\n`);
      return EXIT_FAILED;
    } finally {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    }
  },
};

interface CompareOptions {
  readonly base: string;
  readonly repeats: number;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of the repository, where the command is run. */
  readonly subfolder: string;
  readonly tell: (line: string) => void;
}

async function compared(
  command: string | readonly string[],
  sources: LoopSources,
  { base: revision, repeats, subfolder, tell, ...options }: CompareOptions,
): Promise<CompareReport> {
  const { root, repository } = sources;
  const base = await repository?.commit(revision);
  if (base === undefined) throw new UsageError(`there is no commit ${revision} in a git repository here.`);
  const inside = subfolder.startsWith('..') ? '' : subfolder;
  const logs = join(root, '.hindcast', 'compare');
  mkdirSync(logs, { recursive: true });
  writeFileSync(join(logs, '.gitignore'), '*\n');
  const worktree = await addWorktree(root, `compare-${base.slice(0, 12)}`, base);
  const runs = await MeasuredRuns.open();
  try {
    const results = { base: [] as RunResult[], head: [] as RunResult[] };
    for (let i = 1; i <= repeats; i++) {
      for (const [side, folder] of [
        ['base', worktree.folder],
        ['head', root],
      ] as const) {
        const name = `${side}-${i}`;
        tell(
          `Running on the ${side === 'base' ? `base ${base.slice(0, 12)}` : 'working tree'} (${join(logs, name)}.log)`,
        );
        const logFile = join(logs, `${name}.log`);
        writeFileSync(logFile, '');
        results[side].push(await runs.run(command, name, { ...options, folder: join(folder, inside), logFile }));
        options.signal.throwIfAborted();
      }
    }
    const counts = { base: results.base.map((it) => it.counts), head: results.head.map((it) => it.counts) };
    const before = compareCounts(counts.base, counts.head);
    const { production, note } = await productionCounts(before, sources);
    const codes = (of: readonly RunResult[]) => of.map(({ outcome }) => outcome.code ?? null);
    return {
      ...{ base, head: 'working tree' },
      ...compareCounts(counts.base, counts.head, production),
      exitCodes: { base: codes(results.base), head: codes(results.head) },
      notes: [...notesOf([...results.base, ...results.head]), ...(note === '' ? [] : [note])],
    };
  } finally {
    await runs.close();
    await worktree.remove();
    await git(root, ['worktree', 'prune']);
  }
}

type RunResult = Awaited<ReturnType<MeasuredRuns['run']>>;

function notesOf(results: readonly RunResult[]): string[] {
  return [
    ...(results.some(({ counts }) => counts.functions.size === 0)
      ? [
          'In one of the runs no function was seen: the command starts no Node process, or one that transforms code itself.',
        ]
      : []),
    ...(results.some(({ isComplete, counts }) => !isComplete && counts.functions.size > 0)
      ? ['Only the functions that are called most were compared.']
      : []),
  ];
}

/** What production calls for each call of what changed. */
async function productionCounts(
  { calls }: CountComparison,
  { client }: LoopSources,
): Promise<{ readonly production: RunCounts | undefined; readonly note: string }> {
  const roots = new Map(calls.map(({ caller: { file, name } }) => [`${file}\0${name}`, { filePath: file, name }]));
  if (roots.size === 0) return { production: undefined, note: '' };
  try {
    const graph = await client.getCallGraph(
      { roots: [...roots.values()].slice(0, MAX_ROOTS), direction: 'callees', depth: 1, maxNodes: 5000 },
      { windowSeconds: 86_400 },
    );
    return { production: graph && runCounts(graph), note: '' };
  } catch (error) {
    if (!(error instanceof CollectorClientError)) throw error;
    return { production: undefined, note: `Production was not asked: ${error.message}` };
  }
}
