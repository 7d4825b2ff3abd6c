import type { FunctionPlace } from '@hindcast/core/verify/prediction';
import type { GitRepository } from '../git/gitRepository.js';
import { runGit } from '../git/runGit.js';
import type { Grammars } from '../source/grammars.js';
import { languageOfPath } from '../source/languages.js';
import { SourceFile } from '../source/sourceFile.js';
import type { CasePlace, SuspectedChange } from './caseFile.js';

const MAX_FUNCTIONS = 12;
const MAX_COMMITS = 20;
const MAX_DIFF_CHARACTERS = 20_000;
const FIELD = '\u001f';

/** Lines of a text, both included. */
interface Lines {
  readonly from: number;
  readonly to: number;
}

/** What changed between two revisions in these functions alone: the commits that touched their lines, and the diff. */
export async function suspectedChange(
  repository: GitRepository | undefined,
  grammars: Grammars,
  revisions: { readonly from: string; readonly to: string },
  functions: readonly CasePlace[],
): Promise<SuspectedChange> {
  const nothing = { ...revisions, commits: [], diff: '' };
  if (!repository) return { ...nothing, note: 'There is no git repository here.' };
  if (revisions.from === '' || revisions.to === '') {
    return { ...nothing, note: 'Production did not say from which commits the versions were made.' };
  }
  const [from, to] = [await repository.commit(revisions.from), await repository.commit(revisions.to)];
  if (from === undefined || to === undefined) {
    return { ...nothing, note: 'The commits of the versions are not in this repository: fetch them.' };
  }
  const commits = new Map<string, { id: string; author: string; subject: string; functions: string[] }>();
  const pieces: string[] = [];
  for (const place of functions.slice(0, MAX_FUNCTIONS)) {
    const [before, after] = [
      await linesOf(repository, grammars, from, place, 'any'),
      await linesOf(repository, grammars, to, place, 'placed'),
    ];
    const diff = await functionDiff(repository.root, from, to, place.file, { before, after });
    if (diff !== '' && !pieces.includes(diff)) pieces.push(diff);
    if (!after || diff === '') continue;
    for (const commit of await commitsOf(repository.root, from, to, place, after)) {
      const known = commits.get(commit.id) ?? { ...commit, functions: [] };
      known.functions.push(place.name);
      commits.set(commit.id, known);
    }
  }
  const diff = pieces.join('\n');
  return {
    ...{ from, to, commits: [...commits.values()].slice(0, MAX_COMMITS) },
    note: pieces.length === 0 ? 'None of the functions involved differs between the two commits.' : '',
    diff: diff.length > MAX_DIFF_CHARACTERS ? `${diff.slice(0, MAX_DIFF_CHARACTERS)}\n…\n` : diff,
  };
}

/** Where a function stands in a commit; the nearest to the line, where several have the name. */
async function linesOf(
  repository: GitRepository,
  grammars: Grammars,
  commit: string,
  { file, name, line }: FunctionPlace,
  which: 'any' | 'placed',
): Promise<Lines | undefined> {
  const language = languageOfPath(file);
  const blob = await repository.blobAt(commit, file);
  const text = blob === undefined ? undefined : await repository.blob(blob);
  if (!language || text === undefined) return undefined;
  const source = await SourceFile.open(grammars, language, text.replace(/^\uFEFF/, ''));
  const named = source.functions
    .filter((each) => each.name === name)
    .sort((a, b) => Math.abs(a.line - line) - Math.abs(b.line - line));
  source.close();
  const [own, another] = named;
  if (!own || (which === 'placed' && another && own.line !== line)) return undefined;
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  return { from: Math.min(own.line, lineAt(own.start)), to: lineAt(own.end) };
}

async function functionDiff(
  root: string,
  from: string,
  to: string,
  file: string,
  { before, after }: { readonly before: Lines | undefined; readonly after: Lines | undefined },
): Promise<string> {
  const flags = ['--no-ext-diff', '--no-textconv', '--no-color', '--no-renames', '-U2'];
  const output = await runGit(root, ['-c', 'core.quotePath=false', 'diff', ...flags, from, to, '--', file]);
  const text = output?.toString('utf8') ?? '';
  const at = text.search(/^@@ /m);
  if (at < 0) return '';
  const hunks = text.slice(at).split(/^(?=@@ -\d)/m);
  const kept = hunks.filter((hunk) => {
    const [, oldFrom, oldCount, newFrom, newCount] = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(hunk) ?? [];
    return touches(before, oldFrom, oldCount) || touches(after, newFrom, newCount);
  });
  return kept.length === 0 ? '' : `--- a/${file}\n+++ b/${file}\n${kept.join('')}`;
}

function touches(lines: Lines | undefined, from: string | undefined, count: string | undefined): boolean {
  if (!lines || from === undefined) return false;
  const first = Number(from);
  return first <= lines.to && first + Math.max(1, Number(count ?? 1)) - 1 >= lines.from;
}

/** The commits after one and up to another that changed these lines, the newest first. */
async function commitsOf(
  root: string,
  from: string,
  to: string,
  { file }: FunctionPlace,
  lines: Lines,
): Promise<{ id: string; author: string; subject: string }[]> {
  const output = await runGit(root, [
    ...['log', '-s', `-n${MAX_COMMITS}`, `--format=%H${FIELD}%an${FIELD}%s`, '--no-ext-diff', '--no-textconv'],
    ...[`-L${lines.from},${lines.to}:${file}`, `${from}..${to}`],
  ]);
  return (output?.toString('utf8') ?? '').split('\n').flatMap((row) => {
    const [id = '', author, subject] = row.split(FIELD);
    return author === undefined ? [] : [{ id, author, subject: subject ?? '' }];
  });
}
