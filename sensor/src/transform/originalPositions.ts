import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sourceContentFor, traceSegment, TraceMap } from '@jridgewell/trace-mapping';
import { findNamedPackage, findUp } from '../discovery/findUp.js';
import type { Place } from '../naming/lineIndex.js';

export interface OriginalPlace extends Place {
  /** Absolute path of the original file. */
  readonly path: string;
}

export interface OriginalPositions {
  /** Where a place of the generated text comes from; undefined for code that a compiler added. */
  original(place: Place): OriginalPlace | undefined;
  /** The text of an original file: from the map, else from disk. */
  text(path: string): string | undefined;
}

const MAX_MAP_LENGTH = 64 * 1024 * 1024;
const comment = /^[ \t]*\/\/[#@][ \t]*sourceMappingURL=([^\s'"]+)[ \t]*$/gm;

/** Reads, through `read`, the source map that `text` (the file at `path`) names, inline or beside it; undefined without a usable one. */
export function originalPositions(
  text: string,
  path: string,
  read: (path: string) => string | undefined = readText,
): OriginalPositions | undefined {
  const url = [...text.matchAll(comment)].at(-1)?.[1];
  if (url === undefined) return undefined;
  try {
    const location = mapLocation(url, path, read);
    const map = new TraceMap(location.json, pathToFileURL(location.path).href);
    const pathOf = memoized((source, base) => toPath(source, base, read));
    return {
      original({ line, column }) {
        const segment = traceSegment(map, line - 1, column - 1);
        // What lies between two segments belongs to the first in a debugger; for us it may be anything.
        if (!segment || segment.length === 1 || segment[0] !== column - 1) return undefined;
        const source = pathOf(map.resolvedSources[segment[1]] ?? '', location.path);
        return source === undefined ? undefined : { path: source, line: segment[2] + 1, column: segment[3] + 1 };
      },
      text(wanted) {
        const source = map.resolvedSources.find((candidate) => pathOf(candidate, location.path) === wanted);
        return (source !== undefined && sourceContentFor(map, source)) || read(wanted);
      },
    };
  } catch {
    return undefined;
  }
}

function mapLocation(
  url: string,
  path: string,
  read: (path: string) => string | undefined,
): { json: string; path: string } {
  if (url.startsWith('data:')) {
    const [, encoding, data = ''] = /^data:[^,]*?(;base64)?,([^]*)$/.exec(url) ?? [];
    return { json: encoding ? Buffer.from(data, 'base64').toString('utf8') : decodeURIComponent(data), path };
  }
  if (/^[a-z][a-z+.-]+:/i.test(url) && !url.startsWith('file:')) throw new Error('not a local map');
  const file = url.startsWith('file:') ? fileURLToPath(url) : resolve(dirname(path), decodeURIComponent(url));
  const json = read(file);
  if (json === undefined) throw new Error('no map there');
  if (json.length > MAX_MAP_LENGTH) throw new Error('map too large');
  return { json, path: file };
}

function memoized(compute: (source: string, base: string) => string | undefined) {
  const known = new Map<string, string | undefined>();
  return (source: string, base: string): string | undefined => {
    if (!known.has(source)) known.set(source, compute(source, base));
    return known.get(source);
  };
}

function toPath(source: string, base: string, read: (path: string) => string | undefined): string | undefined {
  if (source.startsWith('file:')) return fileURLToPath(source);
  if (isAbsolute(source)) return source;
  const inProject = bundlerSource.exec(source)?.[1];
  if (inProject !== undefined) return projectPath(inProject, dirname(base), read);
  if (/^[a-z][a-z+.-]+:/i.test(source)) return undefined;
  return resolve(dirname(base), source);
}

/** webpack://name/./src/a.js?hash and the like: a file relative to the project, which the map does not locate. */
const bundlerSource = /^(?:webpack|turbopack):\/\/[^/]*\/(?:\[project\]\/)?(?:\.\/)?([^?]+?)(?:\?[^?]*)?$/;

/** The nearest directory upwards that has the file; where the sources were not deployed, the nearest named package's. */
function projectPath(
  source: string,
  directory: string,
  read: (path: string) => string | undefined,
): string | undefined {
  // What the bundler added itself.
  if (/^(?:webpack\/|external |ignored|\(webpack\))/.test(source)) return undefined;
  const path = decodeURI(source);
  const root =
    findUp(directory, (candidate) => read(resolve(candidate, path)) !== undefined) ?? findNamedPackage(directory);
  return root === undefined ? undefined : resolve(root, path);
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
