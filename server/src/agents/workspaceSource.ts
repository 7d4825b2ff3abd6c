import { readFile, readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { runGit } from '../git/runGit.js';
import type { FileHints } from '../match/chooseDeployments.js';
import type { SourceText } from '../match/fileFacts.js';
import { contentHash } from '../source/contentHash.js';
import { findFileHints } from '../source/fileHints.js';
import type { Grammars } from '../source/grammars.js';
import { languageOfPath } from '../source/languages.js';
import { SourceFile } from '../source/sourceFile.js';
import type { ParsedText } from '../source/sourceFunction.js';

/** Source files of one repository that are looked at. */
const MAX_FILES = 20_000;
const MAX_PARSED = 300;
/** Files that a name is looked for in, once they are known to contain it. */
const MAX_FILES_OF_A_NAME = 60;
const LIST_LIVES_MS = 5000;
const MAX_WORDS = 500;
const SKIPPED_FOLDERS = new Set([
  'node_modules',
  '.git',
  'dist',
  'build',
  'out',
  'target',
  'vendor',
  '.next',
  'coverage',
]);

/** A file of the working tree, parsed. */
export interface WorkspaceFile {
  /** From the root, with `/`. */
  readonly path: string;
  readonly absolutePath: string;
  readonly source: SourceText & { readonly parsed: ParsedText };
  readonly hints: FileHints;
}

/** The source files of the repository that questions are about. Reads the disk and git, and changes nothing. */
export class WorkspaceSource {
  readonly root: string;
  readonly #grammars: Grammars;
  readonly #parsed = new Map<string, { readonly stamp: string; readonly file: WorkspaceFile }>();
  readonly #words = new Map<string, { readonly atMs: number; readonly paths: Promise<readonly string[]> }>();
  #list: { readonly atMs: number; readonly files: Promise<readonly string[]> } | undefined;

  /** @param root the folder that paths are relative to, most often a repository's */
  constructor(root: string, grammars: Grammars) {
    this.root = resolve(root);
    this.#grammars = grammars;
  }

  /** What its files are parsed with. */
  get grammars(): Grammars {
    return this.#grammars;
  }

  /** Every source file in a language that is read, from the root. */
  files(): Promise<readonly string[]> {
    const now = Date.now();
    if (!this.#list || now - this.#list.atMs > LIST_LIVES_MS) this.#list = { atMs: now, files: this.#readList() };
    return this.#list.files;
  }

  /** The files that a person or a model may mean by a path: that very one, else those that end with it. */
  async filesNamed(asked: string): Promise<readonly string[]> {
    const path = this.#inside(asked);
    if (path === undefined) return [];
    const files = await this.files();
    if (files.includes(path)) return [path];
    const ending = files.filter((file) => file.endsWith(`/${path}`));
    if (ending.length > 0) return ending;
    return (await this.#exists(path)) ? [path] : [];
  }

  /** Source files whose text has this word, those of short paths first. */
  filesWith(word: string): Promise<readonly string[]> {
    if (!/^[\p{L}\p{N}_$#]{2,100}$/u.test(word)) return Promise.resolve([]);
    const now = Date.now();
    const known = this.#words.get(word);
    if (known && now - known.atMs <= LIST_LIVES_MS) return known.paths;
    const paths = this.#search(word);
    this.#words.delete(word);
    this.#words.set(word, { atMs: now, paths });
    const [oldest] = this.#words.keys();
    if (this.#words.size > MAX_WORDS && oldest !== undefined) this.#words.delete(oldest);
    return paths;
  }

  async #search(word: string): Promise<readonly string[]> {
    const known = new Set(await this.files());
    const found = await runGit(this.root, ['grep', '-l', '-z', '-F', '-w', '--untracked', '-I', '-e', word]);
    const names = found
      ?.toString('utf8')
      .split('\0')
      .filter((path) => known.has(path));
    return (names ?? (await this.#scan(word, [...known])))
      .sort((a, b) => a.length - b.length)
      .slice(0, MAX_FILES_OF_A_NAME);
  }

  /** Reads and parses; undefined when it is not there, too large, or in no language that is read. */
  async open(path: string): Promise<WorkspaceFile | undefined> {
    const language = languageOfPath(path);
    const absolutePath = join(this.root, path);
    try {
      const { mtimeMs, size } = await stat(absolutePath);
      const stamp = `${mtimeMs} ${size}`;
      const known = this.#parsed.get(path);
      if (known?.stamp === stamp) return known.file;
      if (!language) return undefined;
      const bytes = await readFile(absolutePath);
      const file = await SourceFile.open(this.#grammars, language, bytes.toString('utf8').replace(/^\uFEFF/, ''));
      const { functions, text, comments, isTooLarge } = file;
      file.close();
      if (isTooLarge) return undefined;
      const opened: WorkspaceFile = {
        path,
        absolutePath,
        source: { functions, contentHash: contentHash(bytes), parsed: { text, functions, comments } },
        hints: await findFileHints(absolutePath),
      };
      this.#parsed.delete(path);
      this.#parsed.set(path, { stamp, file: opened });
      const [oldest] = this.#parsed.keys();
      if (this.#parsed.size > MAX_PARSED && oldest !== undefined) this.#parsed.delete(oldest);
      return opened;
    } catch {
      return undefined;
    }
  }

  /** From the root; undefined outside of it. */
  #inside(asked: string): string | undefined {
    const path = relative(this.root, isAbsolute(asked) ? asked : join(this.root, asked));
    if (path === '' || path.startsWith('..') || isAbsolute(path)) return undefined;
    return path.split(sep).join('/');
  }

  async #exists(path: string): Promise<boolean> {
    return stat(join(this.root, path)).then(
      (found) => found.isFile() && languageOfPath(path) !== undefined,
      () => false,
    );
  }

  async #readList(): Promise<readonly string[]> {
    const listed = await runGit(this.root, ['ls-files', '-co', '--exclude-standard', '-z']);
    const paths = listed ? listed.toString('utf8').split('\0') : await walk(this.root);
    return [...new Set(paths)].filter((path) => path !== '' && languageOfPath(path)).slice(0, MAX_FILES);
  }

  async #scan(word: string, paths: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const path of paths) {
      const text = await readFile(join(this.root, path), 'utf8').catch(() => '');
      if (text.includes(word)) found.push(path);
      if (found.length >= MAX_FILES_OF_A_NAME) break;
    }
    return found;
  }
}

async function walk(root: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [''];
  for (let folder = folders.shift(); folder !== undefined && found.length < MAX_FILES; folder = folders.shift()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) folders.push(path);
      else if (entry.isFile()) found.push(path);
    }
  }
  return found;
}
