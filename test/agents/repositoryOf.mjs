import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const WHEN = '2026-01-01T00:00:00Z';

/** Makes a folder a git repository of these files (path → text): the same files give the same commit, everywhere. */
export function commitSources(folder, sources) {
  for (const [path, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_DATE: WHEN,
    GIT_COMMITTER_DATE: WHEN,
  };
  const git = (...args) =>
    execFileSync(
      'git',
      ['-c', 'user.name=Recorder', '-c', 'user.email=recorder@hindcast.invalid', '-C', folder, ...args],
      {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  git('init', '-q', '-b', 'main');
  git('add', '-f', '--', ...Object.keys(sources));
  git('commit', '-q', '-m', 'as deployed');
}
