import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MAX_PARENTS = 8;
const MAX_FOLDERS = 400;
const MAX_DEPTH = 4;
const NOT_OURS = /^(?:\.|node_modules$|dist$|build$|out$|target$|vendor$|coverage$)/;

/**
 * Files of this machine that a reported path may mean, likeliest first: from the opened folders, from the repository around them, from
 * packages below them. Reported paths come from production: none may lead out of these.
 */
export function workspaceFiles(folders: readonly string[], reportedPath: string, service: string): string[] {
  if (reportedPath === '' || reportedPath.startsWith('/') || reportedPath.split('/').includes('..')) return [];
  const found = new Set<string>();
  const tryIn = (folder: string) => {
    const path = join(folder, reportedPath).replaceAll('\\', '/');
    if (existsSync(path)) found.add(path);
  };
  for (const folder of folders) for (const root of repositoryFolders(folder)) tryIn(root);
  if (found.size > 0) return [...found];
  const packages = folders.flatMap((folder) => packagesBelow(folder));
  const own = packages.filter(({ name }) => name === service);
  // A package of the service's own name is its own; any other is only as good as what is in its file.
  for (const { folder } of own.length > 0 ? own : packages) tryIn(folder);
  return [...found];
}

/** The folder, and those above it up to the one with the repository; only the folder itself where there is none. */
function repositoryFolders(folder: string): string[] {
  const folders = [folder];
  for (let at = folder, up = 0; up < MAX_PARENTS; up++) {
    if (existsSync(join(at, '.git'))) return folders;
    const parent = dirname(at);
    if (parent === at) break;
    folders.push(parent);
    at = parent;
  }
  return [folder];
}

interface Package {
  readonly folder: string;
  /** Empty when it has none. */
  readonly name: string;
}

function packagesBelow(root: string): Package[] {
  const packages: Package[] = [];
  const queue: { folder: string; depth: number }[] = [{ folder: root, depth: 0 }];
  for (const { folder, depth } of queue) {
    const entries = readFolder(folder);
    if (entries.some((entry) => entry.isFile() && entry.name === 'package.json')) {
      packages.push({ folder, name: packageName(join(folder, 'package.json')) });
    }
    if (depth >= MAX_DEPTH) continue;
    for (const entry of entries) {
      if (queue.length >= MAX_FOLDERS) break;
      if (entry.isDirectory() && !NOT_OURS.test(entry.name)) {
        queue.push({ folder: join(folder, entry.name), depth: depth + 1 });
      }
    }
  }
  return packages;
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // A folder that cannot be read has nothing for us.
    return [];
  }
}

function packageName(path: string): string {
  try {
    const { name } = JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown };
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}
