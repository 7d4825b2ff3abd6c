import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gitEnvironment } from '@hindcast/server/git/runGit';

/** Path from the repository's root → text. */
export type Files = ReadonlyMap<string, string>;

/** A git repository in a folder of its own, made commit by commit. */
export class GitHistory {
  readonly folder = mkdtempSync(join(tmpdir(), 'hindcast-drift-'));

  constructor() {
    this.run('init', '-q', '-b', 'main');
  }

  /** Makes the working tree these files, and commits it. */
  commit(files: Files, message = 'next'): string {
    for (const entry of readdirSync(this.folder)) {
      if (entry !== '.git') rmSync(join(this.folder, entry), { recursive: true });
    }
    for (const [path, text] of files) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
    this.run('add', '-A');
    this.run('commit', '-q', '--allow-empty', '-m', message);
    return this.run('rev-parse', 'HEAD').trim();
  }

  /** Commits on another branch from here, comes back, commits here, and merges. The two must not touch the same files. */
  merge(theirs: Files, ours: Files, merged: Files): string {
    this.run('checkout', '-q', '-b', 'side');
    this.commit(theirs, 'theirs');
    this.run('checkout', '-q', 'main');
    this.commit(ours, 'ours');
    this.run('merge', '-q', '-s', 'ours', '--no-ff', '--no-commit', 'side');
    return this.commit(merged, 'merge');
  }

  run(...args: string[]): string {
    const who = ['user.name=drift', 'user.email=drift@example.com', 'commit.gpgsign=false', 'core.autocrlf=false'];
    const flags = who.flatMap((setting) => ['-c', setting]);
    const options = {
      env: gitEnvironment(process.env),
      maxBuffer: 256 << 20,
      stdio: ['ignore', 'pipe', 'ignore'] as const,
    };
    return execFileSync('git', [...flags, '-C', this.folder, ...args], {
      ...options,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString('utf8');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
