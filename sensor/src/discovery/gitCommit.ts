import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findUpEntry } from './findUp.js';

export interface GitFacts {
  readonly revision?: string | undefined;
  readonly branch?: string | undefined;
  readonly repositoryUrl?: string | undefined;
}

/** Commit, branch and origin of the repository around `directory`, read from its files without running git. */
export function readGit(directory: string): GitFacts {
  const root = findUpEntry(directory, '.git');
  if (root === undefined) return {};
  const gitDirectory = locateGitDirectory(root);
  if (gitDirectory === undefined) return {};
  // A worktree has its own HEAD and shares the rest with the main repository.
  const common = resolve(gitDirectory, read(join(gitDirectory, 'commondir'))?.trim() ?? '.');
  const head = read(join(gitDirectory, 'HEAD'))?.trim() ?? '';
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1];
  return {
    revision: ref === undefined ? commitId(head) : readRef(ref, gitDirectory, common),
    branch: ref?.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined,
    repositoryUrl: originUrl(read(join(common, 'config')) ?? ''),
  };
}

function locateGitDirectory(root: string): string | undefined {
  const path = join(root, '.git');
  try {
    if (statSync(path).isDirectory()) return path;
  } catch {
    return undefined;
  }
  const target = /^gitdir: (.+)$/m.exec(read(path) ?? '')?.[1];
  return target === undefined ? undefined : resolve(root, target.trim());
}

function readRef(ref: string, gitDirectory: string, common: string): string | undefined {
  for (const directory of [gitDirectory, common]) {
    const id = commitId(read(join(directory, ref))?.trim());
    if (id !== undefined) return id;
  }
  const line = (read(join(common, 'packed-refs')) ?? '').split(/\r?\n/).find((entry) => entry.endsWith(` ${ref}`));
  return commitId(line?.split(' ')[0]);
}

function commitId(text: string | undefined): string | undefined {
  return text !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : undefined;
}

function originUrl(config: string): string | undefined {
  const section = /^\[remote "origin"\]([^[]*)/m.exec(config)?.[1] ?? '';
  const url = /^\s*url\s*=\s*(\S+)/m.exec(section)?.[1];
  return url === undefined ? undefined : publicRepositoryUrl(url);
}

/** The address without credentials, `git@host:path` as `https://host/path`; undefined for local paths. */
export function publicRepositoryUrl(url: string): string | undefined {
  const scp = /^(?:[^@/\s]+@)?([^:/\s]+\.[^:/\s]+):(?!\/\/)(.+)$/.exec(url);
  const text = scp ? `https://${scp[1] ?? ''}/${scp[2] ?? ''}` : url;
  try {
    const parsed = new URL(text);
    if (!/^(?:https?|ssh|git):$/.test(parsed.protocol)) return undefined;
    const protocol = parsed.protocol === 'http:' ? 'http:' : 'https:';
    return `${protocol}//${parsed.host}${parsed.pathname}`.replace(/\/+$/, '').replace(/\.git$/, '');
  } catch {
    return undefined;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
