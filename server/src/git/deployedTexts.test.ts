import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DeployedFile } from '../collector/facts.js';
import { contentHash } from '../source/contentHash.js';
import { Grammars } from '../source/grammars.js';
import { DeployedTexts } from './deployedTexts.js';
import { GitRepository } from './gitRepository.js';
import { gitEnvironment, runGit } from './runGit.js';

const texts = new DeployedTexts(new Grammars());
let root: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'hindcast-git-')));
  git('init', '-q', '-b', 'main');
});
afterEach(() => rm(root, { recursive: true }));

function git(...args: string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...who, '-C', root, ...args], { env: gitEnvironment(process.env) })
    .toString()
    .trim();
}

async function commit(files: Record<string, string>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  git('add', '-A');
  git('commit', '-q', '-m', 'x');
  return git('rev-parse', 'HEAD');
}

function deployed(about: { revision?: string; hash?: string; path?: string }): DeployedFile {
  return {
    deployment: {
      service: 'shop',
      environment: '',
      version: '1',
      revision: about.revision ?? '',
      repositoryUrl: '',
      instances: 1,
      firstSeenMs: 0,
      lastSeenMs: 0,
      observedSeconds: 60,
      source: 'sensor',
    },
    filePath: about.path ?? 'src/a.js',
    contentHash: about.hash ?? '',
    notObservedReason: '',
    functions: [],
  };
}

const older = 'function f() { return 1; }\n';
const newer = 'function f() { return 2; }\nfunction g() {}\n';

test('a deployed text is found by its blob id, whatever the revision', async () => {
  await commit({ 'src/a.js': older });
  await commit({ 'src/a.js': newer });
  const found = await texts.find(join(root, 'src/a.js'), [deployed({ hash: contentHash(older) })]);
  expect([...found]).toMatchObject([[contentHash(older), { isOfThisFile: true, functions: [{ name: 'f' }] }]]);
});

test('without a blob id it is found by revision and path', async () => {
  const revision = await commit({ 'src/a.js': older });
  await commit({ 'src/a.js': newer });
  const found = await texts.find(join(root, 'src/a.js'), [deployed({ revision })]);
  expect([...found]).toMatchObject([[`${revision}:src/a.js`, { isOfThisFile: true, functions: [{ name: 'f' }] }]]);
});

test('a text that another file had is known, and says nothing about whose deployment it is', async () => {
  await commit({ 'src/a.js': older, 'src/b.js': newer });
  const found = await texts.find(join(root, 'src/a.js'), [deployed({ hash: contentHash(newer) })]);
  expect([...found.values()]).toMatchObject([{ isOfThisFile: false }]);
});

test('what the repository does not have is not found', async () => {
  await commit({ 'src/a.js': older });
  const asked = [deployed({ hash: contentHash('x') }), deployed({ revision: 'f'.repeat(40) }), deployed({})];
  expect((await texts.find(join(root, 'src/a.js'), asked)).size).toBe(0);
  expect((await texts.find(join(root, 'nowhere/a.js'), asked)).size).toBe(0);
});

test('a renamed file is found at the path that it had in the deployed commit', async () => {
  const revision = await commit({ 'src/a.js': newer });
  await rename(join(root, 'src/a.js'), join(root, 'src/b.js'));
  await commit({ 'src/b.js': `${newer}// more\n` });
  expect(await texts.formerPaths(join(root, 'src/b.js'), [revision, 'main'])).toEqual([join(root, 'src/a.js')]);
});

test.each(['--upload-pack=x', 'main..main', '@{-1}', 'a b', '', ':/x', '-h'])(
  'the revision %j from a service is never asked for',
  async (revision) => {
    await commit({ a: '1' });
    const repository = await GitRepository.around(root);
    expect(await repository?.commit(revision)).toBeUndefined();
  },
);

test('people may name commits relative to others', async () => {
  const first = await commit({ a: '1' });
  await commit({ a: '2' });
  const repository = await GitRepository.around(root);
  expect(await repository?.commit('HEAD~1')).toBe(first);
  expect(await repository?.commit('main^')).toBe(first);
});

test('variables of git in the environment do not lead it elsewhere', () => {
  expect(gitEnvironment({ PATH: '/bin', GIT_DIR: '/x', GIT_EXTERNAL_DIFF: 'evil' })).toEqual({
    PATH: '/bin',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
  });
});

test('a program that the repository configures is not started', async () => {
  await commit({ a: '1' });
  const trace = join(root, 'started');
  git('config', 'core.fsmonitor', `touch ${trace}; false`);
  git('config', 'diff.external', `touch ${trace}; false`);
  const revision = git('rev-parse', 'HEAD');
  await writeFile(join(root, 'a'), '2');
  await rm(trace, { force: true });
  const repository = await GitRepository.around(root);
  expect(await repository?.renames(revision)).toEqual(new Map());
  await expect(realpath(trace)).rejects.toThrow();
});

test('git that takes too long or says too much is ended, and has no answer', async () => {
  await commit({ a: 'x'.repeat(5000) });
  const blob = git('rev-parse', 'HEAD:a');
  expect(await runGit(root, ['cat-file', 'blob', blob], { timeoutMs: 5000, maxBytes: 1000 })).toBeUndefined();
  // Reading a pipe that nobody writes never ends.
  execFileSync('mkfifo', [join(root, 'pipe')]);
  expect(await runGit(root, ['hash-object', 'pipe'], { timeoutMs: 50, maxBytes: 1000 })).toBeUndefined();
});
