import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workspaceFiles } from './workspaceFiles.js';

describe('files that a reported path may mean', () => {
  let root: string;
  const at = (path: string) => join(root, path);
  const write = (path: string, text = '') => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
  };

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'hindcast-files-'));
    mkdirSync(at('repository/.git'), { recursive: true });
    write('repository/shop/src/app.js');
    write('repository/shop/package.json', '{"name": "shop"}');
    write('plain/one/src/app.js');
    write('plain/one/package.json', '{"name": "one"}');
    write('plain/two/src/app.js');
    write('plain/two/package.json', '{"name": "two"}');
    write('plain/two/node_modules/x/src/only.js');
    write('plain/two/node_modules/x/package.json', '{"name": "x"}');
    write('secret.js');
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each([
    ['from the folder that is open', 'repository', 'shop/src/app.js', 'shop', ['repository/shop/src/app.js']],
    ['from the repository around it', 'repository/shop', 'shop/src/app.js', 'shop', ['repository/shop/src/app.js']],
    ['of the package of the service', 'plain', 'src/app.js', 'two', ['plain/two/src/app.js']],
    [
      'of every package, when none has its name',
      'plain',
      'src/app.js',
      'x',
      ['plain/one/src/app.js', 'plain/two/src/app.js'],
    ],
    ['but none of packages of others', 'plain', 'src/only.js', 'x', []],
    ['but none above the folder without a repository', 'plain/one', 'plain/two/src/app.js', 'two', []],
    ['and none outside', 'plain', '../secret.js', 'one', []],
    ['nor an absolute one', 'plain', '/etc/passwd', 'one', []],
    ['and nothing for no path', 'plain', '', 'one', []],
  ])('are those %s', (_, folder, path, service, expected) => {
    expect(workspaceFiles([at(folder)], path, service)).toEqual(expected.map(at));
  });
});
