import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/**
 * Where analyses are kept: `HINDCAST_CACHE_DIR`, else beside the packages of the project: who can write there can change what runs
 * anyway. Undefined for `HINDCAST_CACHE_DIR=off` and where there is no such place.
 */
export function findCacheDirectory(
  env: Readonly<Record<string, string | undefined>>,
  projectRoot: string,
): string | undefined {
  const told = env['HINDCAST_CACHE_DIR']?.trim();
  if (told?.toLowerCase() === 'off') return undefined;
  if (told && isAbsolute(told)) return told;
  const packages = join(projectRoot, 'node_modules');
  return isWritableFolder(packages) ? join(packages, '.cache', 'hindcast') : undefined;
}

function isWritableFolder(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
