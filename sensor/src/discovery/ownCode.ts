import { realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { findNamedPackage, findUpEntry } from './findUp.js';

/** What counts as the user's own code, and how its files are called. */
export interface OwnCode {
  /** Directory that own code lies under: the git root, else the nearest named package's directory, else the entry script's. */
  readonly root: string;
  /** Directory that is never own: the sensor itself. */
  readonly sensorDirectory: string;
}

export function findOwnCode(entryDirectory: string, sensorDirectory: string): OwnCode {
  const directory = realPath(entryDirectory);
  const root =
    findUpEntry(directory, '.git') ??
    findNamedPackage(directory) ??
    findUpEntry(directory, 'package.json') ??
    directory;
  return { root: realPath(root), sensorDirectory: realPath(sensorDirectory) };
}

/** Own files lie under the root, in no `node_modules`, and not in the sensor. `path` is a real path. */
export function isOwnFile({ root, sensorDirectory }: OwnCode, path: string): boolean {
  if (!isInside(root, path) || isInside(sensorDirectory, path)) return false;
  return !path.includes(`${sep}node_modules${sep}`);
}

/** The path that reports carry: relative to the root, with `/`. */
export function reportedPath({ root }: OwnCode, path: string): string {
  return relative(root, path).split(sep).join('/');
}

function isInside(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== '' && !way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return join(path);
  }
}
