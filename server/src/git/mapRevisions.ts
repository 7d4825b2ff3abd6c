import type { DriftKind } from '../match/driftPairing.js';
import { functionTexts, type FunctionText } from '../match/functionText.js';
import { mapFunctions } from '../match/mapFunctions.js';
import type { Grammars } from '../source/grammars.js';
import { languageOfPath } from '../source/languages.js';
import { SourceFile } from '../source/sourceFile.js';
import type { ParsedText } from '../source/sourceFunction.js';
import type { CommittedFile, GitRepository } from './gitRepository.js';

export interface FunctionPlace {
  /** From the repository's root. */
  readonly file: string;
  readonly name: string;
  /** 1-based, as `column`. */
  readonly line: number;
  readonly column: number;
}

/** What a function of the older commit is in the newer. */
export interface MappedFunction {
  readonly from: FunctionPlace;
  /** Null when it is gone. */
  readonly to: FunctionPlace | null;
  readonly kind: DriftKind | 'gone';
  /** Whether its text is another. */
  readonly isEdited: boolean;
  readonly confidence: 'high' | 'low';
  readonly reason: string;
}

/**
 * Maps every function of one commit to another commit, in the order of files and texts.
 * @throws Error saying what is missing when a revision is not in the repository
 */
export async function mapRevisions(
  repository: GitRepository,
  grammars: Grammars,
  from: string,
  to: string,
): Promise<MappedFunction[]> {
  const [fromCommit, toCommit] = [await commitOf(repository, from), await commitOf(repository, to)];
  const [older, newer] = [await sourceFiles(repository, fromCommit), await sourceFiles(repository, toCommit)];
  const texts = await repository.blobs([...new Set([...older, ...newer].map(({ blob }) => blob))]);
  const parse = async ({ path, blob }: CommittedFile) => {
    const text = await parsed(grammars, path, texts.get(blob) ?? '');
    return functionTexts(text, path);
  };

  const newerBlobs = new Map(newer.map(({ path, blob }) => [path, blob]));
  const olderBlobs = new Map(older.map(({ path, blob }) => [path, blob]));
  const result: MappedFunction[] = [];
  const changedFrom: FunctionText[] = [];
  for (const file of older) {
    const functions = await parse(file);
    if (newerBlobs.get(file.path) === file.blob) result.push(...functions.map(unchanged));
    else changedFrom.push(...functions);
  }
  const changedTo: FunctionText[] = [];
  for (const file of newer) if (olderBlobs.get(file.path) !== file.blob) changedTo.push(...(await parse(file)));

  const renames = (await repository.renames(fromCommit, toCommit)) ?? new Map<string, string>();
  const { pairs, gone } = mapFunctions(changedFrom, changedTo, renames);
  for (const { from: own, to: other, kind, isEdited, confidence, reason } of pairs) {
    result.push({ from: placeOf(own), to: placeOf(other), kind, isEdited, confidence, reason });
  }
  for (const own of gone) {
    const reason = 'No function of the newer commit is it, or several could be.';
    result.push({ from: placeOf(own), to: null, kind: 'gone', isEdited: false, confidence: 'high', reason });
  }
  return result.sort((a, b) => compare(a.from, b.from));
}

async function commitOf(repository: GitRepository, revision: string): Promise<string> {
  const commit = await repository.commit(revision);
  if (commit === undefined) throw new Error(`${repository.root} has no commit ${revision}; fetch it first.`);
  return commit;
}

async function sourceFiles(repository: GitRepository, commit: string): Promise<readonly CommittedFile[]> {
  const files = await repository.files(commit);
  if (!files) throw new Error(`${repository.root}: the files of ${commit} cannot be read.`);
  return files.filter(({ path }) => languageOfPath(path) && !/(?:^|\/)node_modules\//.test(path));
}

async function parsed(grammars: Grammars, path: string, text: string): Promise<ParsedText> {
  const language = languageOfPath(path);
  if (!language) throw new Error(`${path} is in a language that is not read.`);
  const file = await SourceFile.open(grammars, language, text.replace(/^\uFEFF/, ''));
  const { functions, comments } = file;
  file.close();
  return { text: file.text, functions, comments };
}

function unchanged(own: FunctionText): MappedFunction {
  const place = placeOf(own);
  const reason = 'The file is the same.';
  return { from: place, to: place, kind: 'same', isEdited: false, confidence: 'high', reason };
}

function placeOf({ file, source: { name, line, column } }: FunctionText): FunctionPlace {
  return { file, name, line, column };
}

function compare(a: FunctionPlace, b: FunctionPlace): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column;
}
