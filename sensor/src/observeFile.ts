import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { DeclaredFunction, Declaration, FileLoaded } from './declarations.js';
import { isOwnFile, reportedPath, type OwnCode } from './discovery/ownCode.js';
import { lineIndex, offsetIndex, type Place } from './naming/lineIndex.js';
import { allocateFunctions, type SharedState } from './runtime/sharedState.js';
import {
  findFunctions,
  injectProbes,
  NotInstrumentable,
  type Ownership,
  type ParsedSource,
} from './transform/instrument.js';
import {
  originalPositions,
  readText,
  type OriginalPlace,
  type OriginalPositions,
} from './transform/originalPositions.js';
import type { SourceKind, SyntaxNode } from './transform/syntax.js';

export interface ObservedFile {
  readonly code: string;
  readonly ownership: Ownership;
  /** By index of the function: its id, or -1 where it is not observed. */
  readonly ids: Int32Array;
  readonly declarations: readonly Declaration[];
}

export interface UnobservedFile {
  readonly code?: undefined;
  readonly declarations: readonly Declaration[];
}

/** Where a function stands in original source. */
interface Located extends Omit<DeclaredFunction, 'id'> {
  readonly path: string;
}

/**
 * Instruments the file at `path`, whose text is about to run, and says what to declare. Never throws: a file that cannot be
 * instrumented for whatever reason runs as it is and is declared as not observed.
 */
export function observeFile(
  text: string,
  path: string,
  kind: SourceKind,
  own: OwnCode,
  state: Pick<SharedState, 'control'>,
): ObservedFile | UnobservedFile {
  try {
    const maps = originalPositions(text, path);
    const written = maps && writtenPlaces(text, maps);
    const parsed = findFunctions(text, kind, written && ((node, offset) => written(node, offset) !== undefined));
    const located =
      maps && written ? locateMapped(text, parsed, maps, written, own) : locatePlain(text, parsed, path, own);
    const observed = located.filter((place) => place !== undefined).length;
    const first = observed === 0 ? 0 : allocateFunctions(state, observed);
    if (first === undefined) throw new NotInstrumentable('The process has more functions than the sensor can count.');
    let next = first;
    const ids = Int32Array.from(located, (place) => (place === undefined ? -1 : next++));
    const { code, ownership } = injectProbes(text, parsed, (index) => {
      const id = ids[index];
      return id === undefined || id < 0 ? undefined : id;
    });
    const textOf = (reported: string): string | undefined =>
      maps ? maps.text(absolute(own, reported)) : originalText(text, path);
    return { code, ownership, ids, declarations: declare(located, ids, maps ? [] : [reportedPath(own, path)], textOf) };
  } catch (error) {
    return { declarations: [notObserved(reportedPath(own, path), error)] };
  }
}

export function notObserved(path: string, error: unknown): Declaration {
  return { kind: 'notObserved', path, reason: reasonOf(error) };
}

function reasonOf(error: unknown): string {
  if (error instanceof NotInstrumentable) return error.message;
  if (error instanceof SyntaxError) return `The sensor could not parse the file: ${error.message.slice(0, 200)}.`;
  if (error instanceof RangeError) return 'The file is nested too deeply for the sensor to parse.';
  return 'The sensor failed to instrument the file.';
}

function locatePlain(text: string, parsed: ParsedSource, path: string, own: OwnCode): Located[] {
  const place = lineIndex(text);
  const original = originalText(text, path);
  const reported = reportedPath(own, path);
  return parsed.functions.map(({ name, offset, bodyStart, bodyEnd }) => ({
    path: reported,
    name,
    ...place(offset),
    endLine: place(bodyEnd - 1).line,
    hash: sha1(original.slice(bodyStart, bodyEnd)).slice(0, 16),
  }));
}

type WrittenPlaces = (node: SyntaxNode, offset: number) => OriginalPlace | undefined;

/** Where a function was written; undefined for one that a compiler added, whatever its map says. */
function writtenPlaces(text: string, maps: OriginalPositions): WrittenPlaces {
  const place = lineIndex(text);
  type Indexed = { text: string; offsetOf: (at: Place) => number; placeOf: (offset: number) => Place };
  const texts = new Map<string, Indexed | undefined>();
  const original = (path: string) => {
    if (!texts.has(path)) {
      const found = maps.text(path);
      const indexed = found === undefined ? undefined : { offsetOf: offsetIndex(found), placeOf: lineIndex(found) };
      texts.set(path, indexed && { text: found ?? '', ...indexed });
    }
    return texts.get(path);
  };
  return (node, offset) => {
    const found = maps.original(place(offset)) ?? maps.original(place(defaultExportStart(text, node)));
    const source = found && original(found.path);
    if (!source) return found;
    const at = source.offsetOf(found);
    const [written, generated] = [source.text.slice(at, at + 200), text.slice(offset, offset + 11)];
    if (!startsFunction(written, generated, offset === node.start)) return undefined;
    const modifiers = modifiersOf.exec(written)?.[0].length ?? 0;
    return modifiers === 0 ? found : { path: found.path, ...source.placeOf(at + modifiers) };
  };
}

/** TypeScript maps an anonymous default export, which CommonJS makes a declaration, by its statement only. */
function defaultExportStart(text: string, node: SyntaxNode): number {
  const before = 'export default ';
  return text.endsWith(before, node.start) ? node.start - before.length : node.start;
}

/** What TypeScript maps with a function although it stands before its place. */
const modifiersOf =
  /^(?:(?:public|protected|private)\s+(?=constructor\b)|export\s+default\s+(?=(?:async\s+)?function\b))/;

/** Enums, namespaces and classes with fields become functions, which map to text that is none. */
function startsFunction(original: string, generated: string, isAnonymous: boolean): boolean {
  if (modifiersOf.test(original)) return true;
  if (isAnonymous) return /^(?:async\b|function\b|[(<]|[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=>)/u.test(original);
  if (generated === 'constructor') return original.startsWith('constructor');
  return /^[\p{ID_Start}$_#['"\d]/u.test(original);
}

function locateMapped(
  text: string,
  parsed: ParsedSource,
  maps: OriginalPositions,
  written: WrittenPlaces,
  own: OwnCode,
): (Located | undefined)[] {
  const place = lineIndex(text);
  const taken = new Set<string>();
  return parsed.functions.map(({ name, offset, bodyEnd }, index) => {
    const node = parsed.nodes[index];
    const start = node && written(node, offset);
    if (!start || !isOwnFile(own, start.path)) return undefined;
    // A compiler may split one function in two, as for async functions in old editions; the outer one is the function.
    const key = `${start.line}:${start.column}:${start.path}`;
    if (taken.has(key)) return undefined;
    taken.add(key);
    const end = maps.original(place(bodyEnd - 1));
    const endLine = end?.path === start.path ? Math.max(start.line, end.line) : start.line;
    return { path: reportedPath(own, start.path), name, line: start.line, column: start.column, endLine, hash: '' };
  });
}

/** Node strips types by blanking them, so offsets of what runs are offsets of the file on disk. */
function originalText(text: string, path: string): string {
  if (!/^\.[cm]?tsx?$/.test(extname(path))) return text;
  const onDisk = readText(path);
  return onDisk?.length === text.length ? onDisk : text;
}

function declare(
  located: readonly (Located | undefined)[],
  ids: Int32Array,
  alwaysDeclared: readonly string[],
  textOf: (path: string) => string | undefined,
): FileLoaded[] {
  const byPath = new Map<string, DeclaredFunction[]>(alwaysDeclared.map((path) => [path, []]));
  located.forEach((place, index) => {
    if (!place) return;
    const { path, ...rest } = place;
    const functions = byPath.get(path) ?? [];
    functions.push({ id: ids[index] ?? -1, ...rest });
    byPath.set(path, functions);
  });
  return [...byPath].map(([path, functions]) => {
    const text = textOf(path);
    return { kind: 'loaded', path, hash: text === undefined ? '' : gitBlobId(text), functions };
  });
}

function absolute({ root }: OwnCode, reported: string): string {
  return `${root}/${reported}`;
}

function gitBlobId(text: string): string {
  return sha1(`blob ${Buffer.byteLength(text)}\0${text}`);
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
