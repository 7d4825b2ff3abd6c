import { GitRepository } from '../git/gitRepository.js';
import { runGit } from '../git/runGit.js';
import { AgentInputError } from './agentInput.js';
import type { Unmatched } from './answer.js';
import { fromProduction, ownText } from './productionText.js';
import type { WorkspaceFile, WorkspaceSource } from './workspaceSource.js';

/** More files than this are no change that one looks at. */
const MAX_CHANGED_FILES = 200;

/** What the working tree changed since a revision. */
export interface ChangedPlaces {
  readonly files: readonly {
    readonly file: WorkspaceFile;
    /** Indexes of functions that changed lines touch. */ readonly changed: ReadonlySet<number>;
  }[];
  readonly unmatched: readonly Unmatched[];
}

/** @throws AgentInputError when there is no git or no such revision */
export async function changedPlaces(
  revision: string,
  workspace: WorkspaceSource,
  signal?: AbortSignal,
): Promise<ChangedPlaces> {
  const repository = await GitRepository.around(workspace.root);
  if (!repository) throw new AgentInputError('the folder is in no git repository, so nothing can be compared.');
  const commit = await repository.commit(revision);
  if (commit === undefined) {
    throw new AgentInputError(
      `there is no revision ${ownText(revision, 60)} here; name one such as HEAD, HEAD~1 or a branch.`,
    );
  }
  const lines = await changedLines(workspace.root, commit);
  const files: { file: WorkspaceFile; changed: ReadonlySet<number> }[] = [];
  const unmatched: Unmatched[] = [];
  for (const [path, ranges] of [...lines].slice(0, MAX_CHANGED_FILES)) {
    signal?.throwIfAborted();
    const file = await workspace.open(path);
    if (!file) {
      unmatched.push({ asked: fromProduction(path), reason: 'deleted, or in no language that is read.' });
      continue;
    }
    const changed = new Set<number>();
    file.source.parsed.functions.forEach((own, index) => {
      if (ranges.some(([from, to]) => from <= own.endLine && own.line <= to)) changed.add(index);
    });
    files.push({ file, changed: innermost(file, changed, ranges) });
  }
  if (lines.size > MAX_CHANGED_FILES) {
    unmatched.push({
      asked: fromProduction('the rest of the diff'),
      reason: `${lines.size - MAX_CHANGED_FILES} more files changed.`,
    });
  }
  return { files, unmatched };
}

/** Functions that contain the changed lines only inside functions within them are not changed themselves. */
function innermost(
  file: WorkspaceFile,
  changed: ReadonlySet<number>,
  ranges: readonly (readonly [number, number])[],
): ReadonlySet<number> {
  const { functions } = file.source.parsed;
  return new Set(
    [...changed].filter((index) => {
      const own = functions[index];
      if (!own) return false;
      const inner = functions.filter(
        (other) => other !== own && other.line >= own.line && other.endLine <= own.endLine && other.line !== own.line,
      );
      return ranges.some(
        ([from, to]) =>
          from <= own.endLine && own.line <= to && !inner.some((other) => other.line <= from && to <= other.endLine),
      );
    }),
  );
}

/** Lines of the working tree that differ from a commit's, by path from the folder; whole files that git does not know. */
async function changedLines(folder: string, commit: string): Promise<Map<string, [number, number][]>> {
  const found = new Map<string, [number, number][]>();
  const diff = await runGit(folder, [
    'diff',
    '--no-ext-diff',
    '--no-textconv',
    '--relative',
    '-U0',
    '-M',
    commit,
    '--',
  ]);
  let path: string | undefined;
  for (const line of diff?.toString('utf8').split('\n') ?? []) {
    if (line.startsWith('+++ ')) path = line.startsWith('+++ b/') ? line.slice(6).replace(/\t$/, '') : undefined;
    else if (line.startsWith('--- a/')) found.set(line.slice(6).replace(/\t$/, ''), found.get(line.slice(6)) ?? []);
    const [, from, count] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (path === undefined || from === undefined) continue;
    const start = Number(from);
    const lines = count === undefined ? 1 : Number(count);
    const ranges = found.get(path) ?? [];
    ranges.push([start, Math.max(start, start + lines - 1)]);
    found.set(path, ranges);
  }
  const untracked = await runGit(folder, ['ls-files', '-o', '--exclude-standard', '-z']);
  for (const name of untracked?.toString('utf8').split('\0') ?? []) {
    if (name !== '') found.set(name, [[1, Number.MAX_SAFE_INTEGER]]);
  }
  return found;
}
