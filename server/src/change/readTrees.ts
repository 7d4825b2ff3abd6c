import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { byCodeUnit } from '@hindcast/core/assess/byCodeUnit';
import type { UnmatchedChange } from '@hindcast/core/assess/assessment';
import type { GitRepository } from '../git/gitRepository.js';
import { tryGit, type GitLimits } from '../git/runGit.js';
import { contentHash } from '../source/contentHash.js';
import { languageOfPath } from '../source/languages.js';
import { MAX_SOURCE_CHARACTERS } from '../source/sourceFile.js';
import { ChangeError } from './changeError.js';
import { unmatchedFile, type ChangedText, type ReadChange, type TextPair } from './changedText.js';
import { parseRawDiff, type RawChange } from './rawDiff.js';

/** Large changes are read by git alone, and machines that build are busy. */
export const CHANGE_GIT_LIMITS: GitLimits = { timeoutMs: 30_000, maxBytes: 256 << 20 };

/** More files than this are no change that one looks at; the others are listed as unmatched. */
export const MAX_CHANGED_FILES = 2000;

const SUBMODULE = '160000';
const SYMBOLIC_LINK = '120000';
const NOTHING = '000000';

/** Texts of documents that are being edited, by path from the root: they stand for what is on the disk. */
export type OpenTexts = ReadonlyMap<string, string>;

/**
 * What differs between a commit and another one, or the working tree with files that git does not keep yet.
 * @param head a commit; undefined: the working tree
 * @throws ChangeError when git cannot tell; the signal's reason
 */
export async function readTrees(
  repository: GitRepository,
  base: string,
  head: string | undefined,
  open: OpenTexts,
  signal?: AbortSignal,
): Promise<ReadChange> {
  const raw = await rawChanges(repository.root, base, head, open);
  signal?.throwIfAborted();
  const taken = raw.slice(0, MAX_CHANGED_FILES);
  const unmatched: UnmatchedChange[] = raw
    .slice(MAX_CHANGED_FILES)
    .map(({ newPath }) =>
      unmatchedFile(newPath, `More than ${MAX_CHANGED_FILES} files differ; this one was not read.`),
    );
  const wanted = taken.filter((change) => {
    const reason = unreadable(change);
    if (reason !== undefined) unmatched.push(unmatchedFile(change.newPath, reason));
    return reason === undefined;
  });
  const blobs = await repository.blobs([
    ...new Set(
      wanted.flatMap(({ oldBlob, newBlob }) => [oldBlob, ...(head === undefined ? [] : [newBlob])]).filter(isBlob),
    ),
  ]);
  const pairs: TextPair[] = [];
  for (const change of wanted) {
    const before = textOf(change.oldPath, change.oldMode, change.oldBlob, blobs);
    const after =
      head === undefined
        ? await workingText(repository.root, change, open)
        : textOf(change.newPath, change.newMode, change.newBlob, blobs);
    const problem =
      before === 'missing' || after === 'missing' ? 'Its text cannot be read.' : sizeProblem(before, after);
    if (problem !== undefined || before === 'missing' || after === 'missing') {
      unmatched.push(unmatchedFile(change.newPath, problem ?? 'Its text cannot be read.'));
    } else if (before?.text !== after?.text || before?.path !== after?.path) pairs.push({ before, after });
  }
  return {
    pairs,
    unmatched,
    filesChanged: raw.length,
    readOthers:
      head === undefined ? (paths) => readWorking(repository.root, paths, open) : committedReader(repository, head),
  };
}

async function rawChanges(
  root: string,
  base: string,
  head: string | undefined,
  open: OpenTexts,
): Promise<readonly RawChange[]> {
  const flags = [
    '--raw',
    '-z',
    '--no-abbrev',
    '--no-ext-diff',
    '--no-textconv',
    '-M40%',
    '-l2000',
    '--ignore-submodules=dirty',
  ];
  const commits = head === undefined ? [base] : [base, head];
  const outcome = await tryGit(root, ['diff', ...flags, ...commits, '--'], CHANGE_GIT_LIMITS);
  if (typeof outcome === 'string') {
    throw new ChangeError(
      outcome === 'too-slow' || outcome === 'too-much'
        ? 'the change is too large for git to list in time: name a nearer base.'
        : 'git could not compare the two: run git status in the repository and see.',
    );
  }
  const found = new Map(parseRawDiff(outcome.toString('utf8')).map((change) => [change.newPath, change] as const));
  if (head === undefined) {
    const own = await tryGit(root, ['ls-files', '-o', '--exclude-standard', '-z'], CHANGE_GIT_LIMITS);
    const names = typeof own === 'string' ? [] : own.toString('utf8').split('\0');
    for (const path of names) {
      // A folder is another repository.
      if (path !== '' && !path.endsWith('/')) found.set(path, changeOf(path, 'added'));
    }
    for (const path of open.keys()) {
      const known = found.get(path);
      if (!known) found.set(path, await openChange(root, base, path));
    }
  }
  return [...found.values()].sort((a, b) => byCodeUnit(a.newPath, b.newPath));
}

/** A document that is open and that git sees no difference in: what is edited is not saved yet. */
async function openChange(root: string, base: string, path: string): Promise<RawChange> {
  const listed = await tryGit(root, ['ls-tree', '-z', base, '--', path], CHANGE_GIT_LIMITS);
  const [, mode, blob] =
    /^(\d{6}) blob ([0-9a-f]+)\t/.exec(typeof listed === 'string' ? '' : listed.toString('utf8')) ?? [];
  if (mode === undefined || blob === undefined) return changeOf(path, 'added');
  return { ...changeOf(path, 'changed'), oldMode: mode, oldBlob: blob };
}

function changeOf(path: string, status: RawChange['status']): RawChange {
  const zeros = '0'.repeat(40);
  return { status, oldPath: path, newPath: path, oldMode: NOTHING, newMode: '100644', oldBlob: zeros, newBlob: zeros };
}

/** Why a file is not read, in one sentence; undefined when it is. */
function unreadable({ oldMode, newMode, oldPath, newPath }: RawChange): string | undefined {
  if (oldMode === SUBMODULE || newMode === SUBMODULE) return 'A submodule: what it changed is in its own repository.';
  if (oldMode === SYMBOLIC_LINK || newMode === SYMBOLIC_LINK) return 'A symbolic link.';
  if (/(?:^|\/)node_modules\//.test(newPath)) return 'An installed package.';
  return languageOfPath(newPath) || languageOfPath(oldPath) ? undefined : 'In no language that is read.';
}

function sizeProblem(before: ChangedText | undefined, after: ChangedText | undefined): string | undefined {
  const texts = [before?.text ?? '', after?.text ?? ''];
  if (texts.some((text) => text.includes('\0'))) return 'Binary.';
  return texts.some((text) => text.length > MAX_SOURCE_CHARACTERS) ? 'Too large to be read.' : undefined;
}

function textOf(
  path: string,
  mode: string,
  blob: string,
  blobs: ReadonlyMap<string, string>,
): ChangedText | undefined | 'missing' {
  if (mode === NOTHING) return undefined;
  const text = blobs.get(blob);
  return text === undefined ? 'missing' : { path, text: plain(text), contentHash: blob };
}

async function workingText(
  root: string,
  change: RawChange,
  open: OpenTexts,
): Promise<ChangedText | undefined | 'missing'> {
  const { newPath: path, newMode } = change;
  const edited = open.get(path);
  if (edited !== undefined) return { path, text: plain(edited), contentHash: contentHash(edited) };
  if (newMode === NOTHING) return undefined;
  try {
    const absolute = join(root, path);
    if (!(await lstat(absolute)).isFile()) return 'missing';
    const bytes = await readFile(absolute);
    return { path, text: plain(bytes.toString('utf8')), contentHash: contentHash(bytes) };
  } catch {
    return 'missing';
  }
}

async function readWorking(
  root: string,
  paths: readonly string[],
  open: OpenTexts,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const path of paths) {
    const read = await workingText(root, changeOf(path, 'added'), open);
    if (read && read !== 'missing') found.set(path, read.text);
  }
  return found;
}

/** Reads files of a commit, whose list is asked for once. */
export function committedReader(repository: GitRepository, commit: string): ReadChange['readOthers'] {
  let listing: Promise<ReadonlyMap<string, string>> | undefined;
  return async (paths) => {
    listing ??= repository
      .files(commit)
      .then((files) => new Map((files ?? []).map((file) => [file.path, file.blob] as const)));
    const blobs = await listing;
    const wanted = paths.flatMap((path) => blobs.get(path) ?? []);
    const texts = wanted.length === 0 ? new Map<string, string>() : await repository.blobs([...new Set(wanted)]);
    return new Map(
      paths.flatMap((path) => {
        const text = texts.get(blobs.get(path) ?? '');
        return text === undefined ? [] : [[path, plain(text)] as const];
      }),
    );
  };
}

/** Without a byte order mark, and with line breaks as git keeps them: how a checkout ends its lines is no change. */
export function plain(text: string): string {
  const body = text.replace(/^\uFEFF/, '');
  return body.includes('\r') ? body.replaceAll('\r\n', '\n') : body;
}

function isBlob(id: string): boolean {
  return !/^0+$/.test(id);
}
