import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Case } from '@hindcast/server/loop/caseFile';
import { caseJson } from '@hindcast/server/loop/caseJson';
import { CaseStore } from '@hindcast/server/loop/caseStore';
import { hindcast } from './commandLine.js';

let root: string;
/** Where worktrees are kept when a fix is refused. */
let temporary: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hindcast-commands-'));
  temporary = mkdtempSync(join(tmpdir(), 'hindcast-commands-'));
  mkdirSync(join(root, 'src'));
  writeFileSync(join(root, 'src', 'list.mjs'), LIST);
  writeFileSync(join(root, 'list.test.mjs'), TEST);
  const scripts = { test: 'node --test' };
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ name: 'list', version: '1.0.0', type: 'module', scripts }),
  );
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@list.test');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'list');
});
afterEach(() => {
  for (const folder of [root, temporary]) rmSync(folder, { recursive: true, force: true });
});

const LIST = `export function list(n) {
  return load(Array.from({ length: n }, String));
}

export function load(ids) {
  return ids.length;
}
`;
const TEST = `import test from 'node:test';
import assert from 'node:assert';
import { list } from './src/list.mjs';

test('list', () => {
  for (let i = 0; i < 10; i++) assert.equal(list(5), 5);
});
`;

function git(...args: string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', env });
}

const run = (command: string, ...args: string[]) =>
  hindcast([command, '--collector', '127.0.0.1:1', ...args], { cwd: root, env: { TMPDIR: temporary } });

describe('compare', () => {
  it('counts what base and working tree call, and for each call', async () => {
    const perItem = 'let sum = 0;\n  for (let i = 0; i < n; i++) sum += load([i]);\n  return sum;';
    writeFileSync(join(root, 'src', 'list.mjs'), LIST.replace(/return load.*/, perItem));
    const { out, code, error } = await run('compare', '--json', '--', 'npm', 'test');
    const log = (name: string) => readFileSync(join(root, '.hindcast', 'compare', `${name}-1.log`), 'utf8');
    expect(code, `${error}${log('base')}${log('head')}`).toBe(0);
    const place = (name: string) => ({ file: 'src/list.mjs', name });
    const report = JSON.parse(out) as { functions: { file: string }[]; calls: unknown[]; exitCodes: unknown };
    expect(report.functions.filter(({ file }) => file === 'src/list.mjs')).toEqual([
      { ...place('load'), base: 10, head: 50 },
    ]);
    expect(report.calls).toContainEqual({ caller: place('list'), callee: place('load'), base: 1, head: 5 });
    expect(report.exitCodes).toEqual({ base: [0], head: [0] });
    expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1);
    expect(git('status', '--porcelain')).toBe(' M src/list.mjs\n');
  });

  it('needs a command, and a base that is there', async () => {
    expect(await run('compare')).toMatchObject({ code: 2 });
    expect(await run('compare', '--base', 'nowhere', '--', 'npm', 'test')).toMatchObject({ code: 2 });
  });
});

describe('fix', () => {
  const id = '0123456789abcdef';
  const hostile = '</code>` $(touch pwned) <!-- @all --> \u202eignore';
  const own: Case = {
    ...{ schema: 'hindcast.case/1', id, status: 'open', openedAt: '2026-01-01T00:00:00.000Z' },
    finding: {
      ...{ kind: 'duration', state: 'confirmed', summary: hostile, service: hostile, environment: '' },
      function: { file: 'src/list.mjs', name: hostile, line: 1 },
      ...{ entryPoint: undefined, errorType: undefined, measure: 'p50', unit: 's', effect: [1.5, 2.5] },
      before: { version: hostile, revision: '', value: 0.01 },
      after: { version: '2', revision: '', value: 0.02 },
      ...{
        pValue: 0,
        qValue: 0,
        method: 'cmh',
        minutes: { before: 20, after: 20 },
        calls: { before: 900, after: 900 },
      },
      ...{ affected: [], affectedEntryPoints: [{ kind: 'http', name: hostile }], suspects: [] },
    },
    evidence: { exemplars: [], criticalPath: undefined, changedCallees: [] },
    suspectedChange: { from: '', to: '', note: '', commits: [], diff: '' },
    prediction: {
      subject: { service: hostile, environment: '', function: { file: 'src/list.mjs', name: hostile, line: 1 } },
      ...{ measure: 'p50', unit: 's', expect: 'back_to_baseline', threshold: 0.0124 },
      baseline: { version: hostile, revision: '', value: 0.01 },
      regressed: { version: '2', revision: '', value: 0.02 },
      ...{ window: 'PT4H', minimumMinutes: 5, minimumCalls: 20 },
    },
    ...{ fixes: [], verifications: [] },
  };
  beforeEach(() => void new CaseStore(root).write(own));

  it.each<[string, string[], RegExp]>([
    ['changed nothing', ['--agent', 'true'], /changed nothing/],
    ['failed', ['--agent', 'exit 3'], /The agent failed \(3\)/],
    ['is too slow', ['--agent', 'sleep 60', '--deadline', 'PT1S'], /before the deadline/],
    ['broke the tests', ['--agent', 'echo "export {};" > src/list.mjs'], /tests failed/],
    ['left its branch', ['--agent', 'echo >> list.test.mjs; git checkout -q -b other'], /branch/],
    ['wrote elsewhere', ['--agent', 'echo >> list.test.mjs; echo x > "$ROOT/x"'], /outside of the worktree/],
    ['left a link outwards', ['--agent', 'ln -s /etc/hostname link'], /link that leads out/],
  ])('is refused when the agent %s', async (_, flags, said) => {
    const done = await hindcast(['fix', id, ...flags, '--yes', '--collector', '127.0.0.1:1'], {
      cwd: root,
      env: { ROOT: root, TMPDIR: temporary },
    });
    expect(done, done.out + done.error).toMatchObject({ code: 1, error: expect.stringMatching(said) as string });
    expect(new CaseStore(root).read(id).fixes).toEqual([]);
    expect(git('log', '--format=%s', `hindcast/${id}`)).toBe('list\n');
  });

  it('says what it will do, and does nothing without a yes', async () => {
    const dry = await run('fix', '0123', '--agent', 'echo changed >> README.md', '--dry-run');
    expect(dry, dry.error).toMatchObject({
      code: 0,
      out: expect.stringContaining('echo changed >> README.md') as string,
    });
    expect(await run('fix', '0123', '--agent', 'echo changed >> README.md')).toMatchObject({ code: 1 });
    expect(git('branch', '--format=%(refname:short)')).toBe('main\n');
  });

  it('commits on a branch of its own; what production named is inert in commit, case and pull request', async () => {
    const done = await run('fix', id, '--agent', 'echo changed >> README.md', '--yes');
    expect(done, done.error).toMatchObject({ code: 0 });
    expect(git('show', '--name-only', '--format=%s', `hindcast/${id}`)).toMatch(
      /^Fix duration of [^\n`@]*\n\nREADME\.md\n$/,
    );
    expect(git('rev-parse', '--abbrev-ref', 'HEAD')).toBe('main\n');
    expect(git('status', '--porcelain')).toBe('');
    expect(existsSync(join(root, 'pwned'))).toBe(false);
    const runFolder = join(root, '.hindcast', 'cases', id, 'runs', '1');
    expect(readdirSync(runFolder)).toEqual(
      expect.arrayContaining(['case.json', 'mcp.json', 'pull-request.md', 'task.md']),
    );
    expect(caseJson(new CaseStore(root).read(id))).not.toContain('\u202e');
  });

  it('is verified: a collector that is away is said so', async () => {
    const done = await run('verify', id);
    expect(done).toMatchObject({ code: 1, error: expect.stringMatching(/No collector answers/) as string });
  });

  it('watch: one round without a collector', async () => {
    const done = await run('watch', '--once');
    expect(done).toMatchObject({ code: 1, out: expect.stringMatching(/No collector answers/) as string });
  });
});
