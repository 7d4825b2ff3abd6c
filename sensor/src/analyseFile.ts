import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { Analysis } from './analysis.js';
import type { DeclaredFunction, FileLoaded } from './declarations.js';
import { isOwnFile, reportedPath, type OwnCode } from './discovery/ownCode.js';
import { lineIndex } from './naming/lineIndex.js';
import { findFunctions, NotInstrumentable, type ParsedSource, probeRecipe } from './transform/instrument.js';
import { originalPositions, readText, type OriginalPositions } from './transform/originalPositions.js';
import type { SourceKind } from './transform/syntax.js';
import { type WrittenPlaces, writtenPlaces } from './transform/writtenPlaces.js';

/** Where a function stands in original source. */
interface Located extends Omit<DeclaredFunction, 'id'> {
  readonly path: string;
}

/** Parses a text that is about to run as the file at `path`, and says where its probes go. Never throws. */
export function analyseFile(text: string, path: string, kind: SourceKind, own: OwnCode): Analysis {
  const reads: string[] = [];
  const read = (file: string): string | undefined => {
    reads.push(file);
    return readText(file);
  };
  try {
    const maps = originalPositions(text, path, read);
    const written = maps && writtenPlaces(text, maps);
    const parsed = findFunctions(text, kind, written);
    const original = maps ? undefined : originalText(text, path, read);
    const located =
      maps && written ? locateMapped(text, parsed, maps, written, own) : locatePlain(text, parsed, path, own, original);
    let functionCount = 0;
    const relativeIds = located.map((place) => (place === undefined ? undefined : functionCount++));
    const recipe = probeRecipe(text, parsed, (index) => relativeIds[index]);
    const textOf = (reported: string): string | undefined =>
      maps ? maps.text(absolute(own, reported)) : (original ?? text);
    const files = declare(located, relativeIds, maps ? [] : [reportedPath(own, path)], textOf);
    return { recipe, functionCount, files, reads };
  } catch (error) {
    const file = { kind: 'notObserved', path: reportedPath(own, path), reason: reasonOf(error) } as const;
    return { recipe: undefined, functionCount: 0, files: [file], reads };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof NotInstrumentable) return error.message;
  if (error instanceof SyntaxError) return `The sensor could not parse the file: ${error.message.slice(0, 200)}.`;
  if (error instanceof RangeError) return 'The file is nested too deeply for the sensor to parse.';
  return 'The sensor failed to instrument the file.';
}

function locatePlain(text: string, parsed: ParsedSource, path: string, own: OwnCode, original = text): Located[] {
  const place = lineIndex(text);
  const reported = reportedPath(own, path);
  return parsed.functions.map(({ name, offset, bodyStart, bodyEnd }) => ({
    path: reported,
    name,
    ...place(offset),
    endLine: place(bodyEnd - 1).line,
    hash: sha1(original.slice(bodyStart, bodyEnd)).slice(0, 16),
  }));
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
    const start = node && written.functionAt(node, offset);
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
function originalText(text: string, path: string, read: (path: string) => string | undefined): string {
  if (!/^\.[cm]?tsx?$/.test(extname(path))) return text;
  const onDisk = read(path);
  return onDisk?.length === text.length ? onDisk : text;
}

function declare(
  located: readonly (Located | undefined)[],
  relativeIds: readonly (number | undefined)[],
  alwaysDeclared: readonly string[],
  textOf: (path: string) => string | undefined,
): FileLoaded[] {
  const byPath = new Map<string, DeclaredFunction[]>(alwaysDeclared.map((path) => [path, []]));
  located.forEach((place, index) => {
    if (!place) return;
    const { path, ...rest } = place;
    const functions = byPath.get(path) ?? [];
    functions.push({ id: relativeIds[index] ?? -1, ...rest });
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
