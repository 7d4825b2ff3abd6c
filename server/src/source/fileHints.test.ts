import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFileHints, readOriginUrl } from './fileHints.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hindcast-hints-'));
});
afterEach(() => rm(root, { recursive: true }));

const config = '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://git.example/shop.git\n\tfetch = x\n';

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeFile(join(root, path), text);
}

test('the nearest package and the repository around it', async () => {
  await write('.git/config', config);
  await write('package.json', '{"name":"root"}');
  await write('services/a/package.json', '{"name":"a"}');
  await write('services/b/package.json', 'not json');
  const hints = (path: string) => findFileHints(join(root, path));
  expect(await hints('services/a/src/x.js')).toEqual({
    packageName: 'a',
    repositoryUrl: 'https://git.example/shop.git',
  });
  expect(await hints('services/b/x.js')).toMatchObject({ packageName: 'root' });
});

test('a worktree leads to its repository', async () => {
  await write('main/.git/config', config);
  await write('main/.git/worktrees/side/commondir', '../..\n');
  await write('side/.git', `gitdir: ${join(root, 'main/.git/worktrees/side')}\n`);
  expect(await findFileHints(join(root, 'side/x.js'))).toMatchObject({ repositoryUrl: 'https://git.example/shop.git' });
});

test.each([
  [config, 'https://git.example/shop.git'],
  ['[remote "upstream"]\n\turl = x\n', undefined],
  ['', undefined],
  ['[remote "origin"]\r\n\turl = y\r\n', 'y'],
])('origin of %j is %s', (text, url) => {
  expect(readOriginUrl(text)).toBe(url);
});
