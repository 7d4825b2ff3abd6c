import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { programPath, runProgram, startCollectorProgram } from './program.js';
import { reportShop, shopSource } from './shop.js';
import { startStandInForge, type StandInForge } from './standInForge.js';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: object;
  readonly jobs: { readonly assess: { readonly permissions: object; readonly steps: readonly Step[] } };
}

const recipe = join(import.meta.dirname, '..', '..', 'deploy', 'ci', 'github-actions.yml');
const run = promisify(execFile);

let folder: string;
let forge: StandInForge;
let workflow: Workflow;
let base: string;

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false', ...args], {
    cwd,
    encoding: 'utf8',
  }).trim();

/** A clone of the base as the job has it; a snapshot of production is in it. */
beforeAll(async () => {
  workflow = parse(await readFile(recipe, 'utf8')) as Workflow;
  folder = await mkdtemp(join(tmpdir(), 'hindcast-ci-'));
  forge = await startStandInForge();
  const author = join(folder, 'author');
  await mkdir(join(author, 'src'), { recursive: true });
  git(author, 'init', '-q', '-b', 'main');
  await writeFile(join(author, 'src', 'shop.js'), shopSource);
  git(author, 'add', '-A');
  const collector = await startCollectorProgram();
  await reportShop(collector.otlpHttp);
  const taken = await runProgram(['snapshot', '--collector', collector.query, '--window', 'PT1H'], { cwd: author });
  expect(taken.error).toBe('');
  await collector.end();
  git(author, 'add', '-A');
  git(author, 'commit', '-q', '-m', 'deployed');
  base = git(author, 'rev-parse', 'HEAD');
  git(folder, 'clone', '-q', '--bare', author, 'forge.git');
  git(folder, 'clone', '-q', 'forge.git', 'job');
  git(author, 'remote', 'add', 'forge', join(folder, 'forge.git'));
  await mkdir(join(folder, 'bin'));
  const shim = `#!/bin/sh\nexec "${process.execPath}" "${programPath}" "$@"\n`;
  await writeFile(join(folder, 'bin', 'hindcast'), shim, { mode: 0o755 });
}, 60_000);

afterAll(async () => {
  await forge.close();
  await rm(folder, { recursive: true });
});

/** Proposes a text of the file as pull request 7. */
async function propose(text: string): Promise<void> {
  const author = join(folder, 'author');
  await writeFile(join(author, 'src', 'shop.js'), text);
  git(author, 'commit', '-q', '-a', '-m', '<img src=x onerror=alert(1)> @everyone');
  forge.headSha = git(author, 'rev-parse', 'HEAD');
  git(author, 'push', '-q', 'forge', `+HEAD:refs/pull/7/head`);
}

/** Runs the recipe's own steps as the job does, one shell each. */
async function runJob(): Promise<string> {
  const own = { NUMBER: '7', BASE: base, HEAD: forge.headSha, RUNNER_TEMP: folder };
  const files = {
    GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
    GITHUB_OUTPUT: join(folder, 'output.txt'),
  };
  for (const file of Object.values(files)) await writeFile(file, '');
  for (const { name, run: script } of workflow.jobs.assess.steps) {
    if (script === undefined || name === 'Install' || name === 'Hold the limit') continue;
    await run('bash', ['-e', '-c', script], {
      cwd: join(folder, 'job'),
      env: {
        ...process.env,
        PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
        HINDCAST_COLLECTOR: '',
        GITHUB_TOKEN: 'ghs_ofTheJob',
        GITHUB_REPOSITORY: 'acme/shop',
        GITHUB_API_URL: forge.url,
        ...own,
        ...files,
      },
    });
  }
  return readFile(files.GITHUB_OUTPUT, 'utf8');
}

test('a pull request gets one comment in units of production, which follows its commits', async () => {
  const fetching = "  await fetch('https://rates.test');\n  await fetch('https://taxes.test');\n";
  await propose(
    shopSource
      .replace('(amount) {\n', `(amount) {\n${fetching}`)
      .replace('export function charge', 'export async function charge'),
  );
  expect(await runJob()).toMatch(/^over=[01]\n$/);
  expect(forge.comments).toHaveLength(1);
  expect(forge.comments[0]?.body).toMatch(/\+2 HTTP calls × [\d.]+k?\/min = /);
  expect(forge.comments[0]?.body).not.toContain('onerror');
  expect(await readFile(join(folder, 'summary.md'), 'utf8')).toBe(forge.comments[0]?.body);
  const sarif = JSON.parse(await readFile(join(folder, 'hindcast.sarif'), 'utf8')) as { version: string };
  expect(sarif.version).toBe('2.1.0');

  await propose(shopSource.replace('1.19', '1.2'));
  await runJob();
  expect(forge.comments).toHaveLength(1);
  expect(forge.comments[0]?.body).not.toContain('HTTP calls');
}, 60_000);

test('the job may do no more than it has to, and runs nothing of what is proposed', () => {
  const { on, permissions, jobs } = workflow;
  expect(permissions).toEqual({});
  expect(jobs.assess.permissions).toEqual({
    contents: 'read',
    'pull-requests': 'write',
    'security-events': 'write',
  });
  expect(Object.keys(on)).toEqual(['pull_request']);
  const { steps } = jobs.assess;
  // Names, titles and branches reach shells as variables only.
  expect(steps.filter(({ run: script }) => script?.includes('${{'))).toEqual([]);
  const [checkout, ...others] = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
  expect(others).toEqual([]);
  expect(checkout?.with?.['ref']).toBe('${{ github.event.pull_request.base.sha }}');
  expect(steps.some(({ run: script }) => /\b(checkout|switch|npm ci|npm run|npm test)\b/.test(script ?? ''))).toBe(
    false,
  );
  const secrets = steps.filter((step) => JSON.stringify(step.env ?? {}).includes('secrets.'));
  expect(secrets.map(({ name }) => name)).toEqual(['Assess']);
});
