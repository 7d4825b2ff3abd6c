import { realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { findNamedPackage, findUpEntry } from './findUp.js';
import { globPattern } from './globs.js';

const NODE_MODULES = `${sep}node_modules${sep}`;
/** `//`, `/./` and `/../`, which a path that was resolved does not have. */
const UNRESOLVED = /\/\.{0,2}(?:\/|$)/;

/** What counts as the user's own code, and how its files are called. */
export interface OwnCode {
  /** Directory that own code lies under: the git root, else the nearest named package's directory, else the entry script's. */
  readonly root: string;
  /** Directory that is never own: the sensor itself. */
  readonly sensorDirectory: string;
  /** HINDCAST_INCLUDE: own though it lies in a `node_modules`, or is excluded. Matches paths relative to the root. */
  readonly include?: RegExp | undefined;
  /** HINDCAST_EXCLUDE: not to be observed. */
  readonly exclude?: RegExp | undefined;
}

export function findOwnCode(
  entryDirectory: string,
  sensorDirectory: string,
  env: Readonly<Record<string, string | undefined>> = {},
): OwnCode {
  const directory = realPath(entryDirectory);
  const root =
    findUpEntry(directory, '.git') ??
    findNamedPackage(directory) ??
    findUpEntry(directory, 'package.json') ??
    directory;
  return {
    root: realPath(root),
    sensorDirectory: realPath(sensorDirectory),
    include: globPattern(env['HINDCAST_INCLUDE']),
    exclude: globPattern(env['HINDCAST_EXCLUDE']),
  };
}

/** Own files lie under the root, in no `node_modules`, and not in the sensor, and are not excluded. `path` is a real path. */
export function isOwnFile(own: OwnCode, path: string): boolean {
  return ownership(own, path) === 'own';
}

/** True for files that were own if they were not excluded. */
export function isExcludedFile(own: OwnCode, path: string): boolean {
  return own.exclude !== undefined && ownership(own, path) === 'excluded';
}

function ownership(own: OwnCode, path: string): 'own' | 'excluded' | 'foreign' {
  const { root, sensorDirectory, include, exclude } = own;
  // First what most files are: a program may load thousands from there.
  if (!include && path.includes(NODE_MODULES)) return 'foreign';
  if (!isInside(root, path) || isInside(sensorDirectory, path)) return 'foreign';
  if (include && matches(include, reportedPath(own, path))) return 'own';
  if (path.includes(NODE_MODULES)) return 'foreign';
  return exclude && matches(exclude, reportedPath(own, path)) ? 'excluded' : 'own';
}

/** A package may be installed anywhere below the root, so it is also looked for by the last part of its path. */
function matches(pattern: RegExp, path: string): boolean {
  const at = path.lastIndexOf('node_modules/');
  return pattern.test(path) || (at > 0 && pattern.test(path.slice(at)));
}

/** The path that reports carry: relative to the root, with `/`. */
export function reportedPath({ root }: OwnCode, path: string): string {
  return relative(root, path).split(sep).join('/');
}

function isInside(directory: string, path: string): boolean {
  if (sep === '/' && !UNRESOLVED.test(path))
    return path.startsWith(directory) && (path[directory.length] === sep || directory === sep);
  const way = relative(directory, path);
  return way !== '' && !way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way);
}

export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return join(path);
  }
}
