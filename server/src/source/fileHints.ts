import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { FileHints } from '../match/chooseDeployments.js';

/** What the folders around a file say about whose it is: the git remote and the nearest package.json. Never fails. */
export async function findFileHints(absolutePath: string): Promise<FileHints> {
  let packageName: string | undefined;
  for (let folder = dirname(absolutePath); ; folder = dirname(folder)) {
    packageName ??= readPackageName(await readText(join(folder, 'package.json')));
    const gitFolder = await findGitFolder(folder);
    if (gitFolder !== undefined) {
      return { packageName, repositoryUrl: readOriginUrl((await readText(join(gitFolder, 'config'))) ?? '') };
    }
    if (folder === dirname(folder)) return { packageName };
  }
}

/** `url` of `[remote "origin"]` in the text of a git configuration file. */
export function readOriginUrl(gitConfig: string): string | undefined {
  let inOrigin = false;
  for (const line of gitConfig.split(/\r?\n/)) {
    const section = /^\s*\[(.*)\]\s*$/.exec(line);
    if (section) inOrigin = section[1] === 'remote "origin"';
    const url = inOrigin ? /^\s*url\s*=\s*(.+?)\s*$/.exec(line)?.[1] : undefined;
    if (url) return url;
  }
  return undefined;
}

/** The folder that holds git's `config`: `.git`, or what a worktree's or submodule's `.git` file leads to. */
async function findGitFolder(folder: string): Promise<string | undefined> {
  const git = join(folder, '.git');
  const isFolder = await stat(git).then(
    (found) => found.isDirectory(),
    () => undefined,
  );
  if (isFolder === undefined) return undefined;
  if (isFolder) return git;
  const target = /^gitdir:\s*(.+?)\s*$/m.exec((await readText(git)) ?? '')?.[1];
  if (target === undefined) return undefined;
  const own = resolve(folder, target);
  const common = await readText(join(own, 'commondir'));
  return common === undefined ? own : resolve(own, common.trim());
}

function readPackageName(manifest: string | undefined): string | undefined {
  if (manifest === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(manifest);
    if (typeof parsed !== 'object' || parsed === null || !('name' in parsed)) return undefined;
    return typeof parsed.name === 'string' && parsed.name !== '' ? parsed.name : undefined;
  } catch {
    // Someone is editing it; the next folder up may still tell.
    return undefined;
  }
}

function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
