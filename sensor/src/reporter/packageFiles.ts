import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { findNamedPackage } from '../discovery/findUp.js';
import { isOwnFile, reportedPath, type OwnCode } from '../discovery/ownCode.js';

/** Bounds of one look at a package's folders. */
export interface LookLimits {
  readonly files: number;
  readonly depth: number;
  /** Milliseconds for all of it. */
  readonly timeMs: number;
}

const SOURCE = /\.(?:[cm]?[jt]s|[jt]sx)$/;
const TYPED = /\.(?:[cm]?ts|tsx)$/;
/** Not of the program: declarations, tests, what configures tools, what is made small for browsers. */
const LEFT_OUT =
  /^\.|\.d\.[cm]?ts$|[.-](?:test|spec|stories|config|conf|setup|bench|min)\.[^.]+$|^(?:gulp|grunt)file\./i;
/** Looked into only where a file of them was loaded, at any depth. */
const TESTS = new Set(
  'test tests __tests__ __mocks__ __fixtures__ spec specs e2e cypress fixtures mocks coverage'.split(' '),
);
/** The same for folders of a package itself: what is compiled, and what is beside the program. */
const ASIDE = new Set(
  (
    'dist build out output release target tmp temp vendor public static assets example examples sample samples ' +
    'demo demos doc docs benchmark benchmarks bench scripts tools script migrations'
  ).split(' '),
);
/** What may be a function. Files without are nothing that could run. */
const FUNCTION = /=>|\bfunction\b|\bclass\b|\)\s*(?::[^{}=;]*)?\{/;
const MAP_COMMENT = /^[ \t]*\/\/[#@][ \t]*sourceMappingURL=([^\s'"]+)[ \t]*$/gm;
const MAX_SOURCE_BYTES = 2_000_000;
const MAX_MAP_BYTES = 16_000_000;

/**
 * The source files of the packages that `loaded` files (reported paths) and the program's entry belong to, as reported paths, but for
 * `loaded` ones. Where a file was compiled and has a source map, its sources are meant. Stops at a limit, with what it has.
 */
export function unloadedFiles(
  own: OwnCode,
  entryDirectory: string,
  loaded: ReadonlySet<string>,
  limits: LookLimits,
  now: () => number,
): string[] {
  const deadline = now() + limits.timeMs;
  const found = new Set<string>();
  /** Folders that loaded files lie in, at any depth. */
  const live = new Set<string>();
  for (const start of [entryDirectory, ...[...loaded].map((path) => dirname(join(own.root, path)))]) {
    for (let folder = start; folder.startsWith(own.root) && !live.has(folder); folder = dirname(folder))
      live.add(folder);
  }
  const isTyped = [...loaded].some((path) => TYPED.test(path));
  let looked = 0;

  const isFull = (): boolean => looked >= limits.files || now() > deadline;

  function visit(folder: string, depth: number): void {
    if (isFull()) return;
    for (const entry of readFolder(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (depth < limits.depth && isOfPackage(entry.name.toLowerCase(), path, depth)) visit(path, depth + 1);
      } else if (entry.isFile() && SOURCE.test(entry.name) && !LEFT_OUT.test(entry.name)) {
        looked++;
        if (isFull()) return;
        note(path);
      }
    }
  }

  function isOfPackage(name: string, path: string, depth: number): boolean {
    if (name === 'node_modules' || name.startsWith('.')) return false;
    if (live.has(path)) return true;
    return !TESTS.has(name) && !(depth === 0 && ASIDE.has(name)) && !isFile(join(path, 'package.json'));
  }

  function note(path: string): void {
    if (!isOwnFile(own, path) || loaded.has(reportedPath(own, path))) return;
    // TypeScript that runs is known as such, by its map or by itself. Where none is known, what was compiled runs without a map.
    if (TYPED.test(path) && !isTyped) return;
    const text = readSmall(path, MAX_SOURCE_BYTES);
    if (text === undefined || !FUNCTION.test(text)) return;
    for (const source of mappedSources(path, text) ?? [path]) {
      const reported = reportedPath(own, source);
      if (isOwnFile(own, source) && !loaded.has(reported)) found.add(reported);
    }
  }

  for (const folder of packageFolders(own, entryDirectory, loaded)) visit(folder, 0);
  return [...found].slice(0, limits.files).sort();
}

/** The folders of the packages that these files, and what is in the entry's folder, belong to. */
function packageFolders(own: OwnCode, entryDirectory: string, loaded: ReadonlySet<string>): Set<string> {
  const packages = new Set<string>();
  const asked = new Set<string>();
  for (const folder of [entryDirectory, ...[...loaded].map((path) => dirname(join(own.root, path)))]) {
    if (asked.has(folder)) continue;
    asked.add(folder);
    const home = findNamedPackage(folder);
    if (home !== undefined && (home === own.root || home.startsWith(own.root + sep))) packages.add(home);
  }
  return packages;
}

/** The files that a compiled one was made of; undefined for one that was not, or whose map cannot be read. */
function mappedSources(path: string, text: string): string[] | undefined {
  const url = [...text.matchAll(MAP_COMMENT)].at(-1)?.[1];
  const inline = url !== undefined && /^data:[^,]*;base64,(.*)$/s.exec(url)?.[1];
  const file = inline ? path : resolve(dirname(path), decode(url ?? `${basename(path)}.map`));
  const json = inline ? Buffer.from(inline, 'base64').toString('utf8') : readSmall(file, MAX_MAP_BYTES);
  if (json === undefined) return undefined;
  try {
    const { sources, sourceRoot } = JSON.parse(json) as { sources?: unknown; sourceRoot?: unknown };
    if (!Array.isArray(sources)) return undefined;
    const base = resolve(dirname(file), typeof sourceRoot === 'string' ? sourceRoot : '');
    return sources
      .filter((source): source is string => typeof source === 'string' && !/^[a-z][a-z+.-]+:/i.test(source))
      .map((source) => resolve(base, source));
  } catch {
    return undefined;
  }
}

function decode(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

function readSmall(path: string, maxBytes: number): string | undefined {
  try {
    return statSync(path).size <= maxBytes ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

function readFolder(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
