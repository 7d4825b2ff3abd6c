import { execFileSync } from 'node:child_process';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  CHANGE_MARKDOWN_REQUEST,
  CHANGE_REQUEST,
  SHOW_CHANGE_COMMAND,
  type ChangePage,
} from '@hindcast/proto/changeMessages';
import { gitEnvironment } from '@hindcast/server/git/runGit';
import { contentHash } from '@hindcast/server/source/contentHash';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deployedFile, functionFacts, startFakeCollector, type FakeCollector } from './fakeCollector.js';
import { eventually, startInBand, type LspClient } from './lspClient.js';

const deployed = `import pg from 'pg';

const pool = new pg.Pool();

export async function placeOrder(order) {
  return pool.query('insert into orders values ($1)', [order]);
}

export function greet(name) {
  return 'hello ' + name;
}
`;
const edit = `  await pool.query('select stock from items where id = $1', [order.item]);
  await pool.query('select credit from customers where id = $1', [order.customer]);
`;
const edited = deployed.replace('(order) {\n', `(order) {\n${edit}`);

let folder: string;
let collector: FakeCollector | undefined;
let client: LspClient;
let uri: string;
let revision: string;

function git(...args: string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...who, '-C', folder, ...args], { env: gitEnvironment(process.env) })
    .toString()
    .trim();
}

/** A collector that knows the deployed file of the commit, called 40,100 times a minute. */
async function runDeployed(): Promise<void> {
  const functions = [
    functionFacts({ name: 'placeOrder', line: 5, column: 23, endLine: 7 }, { calls: 2_406_000 }),
    functionFacts({ name: 'greet', line: 9, column: 17, endLine: 11 }, { calls: 600 }),
  ];
  const own = { filePath: 'orders.js', contentHash: contentHash(deployed) };
  const file = deployedFile(functions, own, { version: '1.4.2', revision });
  collector = await startFakeCollector({
    overlay: ({ path }) => (path?.endsWith('orders.js') ? [file] : []),
    services: [{ deployment: file.deployment ?? null, functions: 2, functionsRan: 2 }],
  });
}

async function start(settings: unknown = {}, readGit = true): Promise<void> {
  client.settings = settings;
  await client.initialize(collector?.address ?? '', { readGit }, [pathToFileURL(folder).href]);
}

const changeLenses = async () =>
  (await client.lenses(uri)).filter(({ command }) => command?.command === SHOW_CHANGE_COMMAND);
const page = () => client.connection.sendRequest<ChangePage>(CHANGE_REQUEST);
const assessed = () => eventually('an assessment', async () => ((await page()).isAssessed ? page() : undefined));

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'hindcast-lsp-change-')));
  git('init', '-q', '-b', 'main');
  await writeFile(join(folder, 'orders.js'), deployed);
  git('add', '-A');
  git('commit', '-q', '-m', 'x');
  revision = git('rev-parse', 'HEAD');
  uri = pathToFileURL(join(folder, 'orders.js')).href;
  client = startInBand();
  await runDeployed();
});

afterEach(async () => {
  await client.close();
  await collector?.close();
  await rm(folder, { recursive: true });
});

test('two database calls that are typed into a hot function say what they cost, before they are saved', async () => {
  await start();
  await client.open(uri, deployed, 'javascript');
  expect((await assessed()).repositories).toEqual([]);
  expect(await changeLenses()).toEqual([]);

  const at = { line: 5, character: 0 };
  await client.change(uri, 2, [{ range: { start: at, end: at }, text: edit }]);
  const [lens, ...others] = await eventually('a lens about the change', async () => {
    const lenses = await changeLenses();
    return lenses.length > 0 ? lenses : undefined;
  });
  expect(others).toEqual([]);
  expect(lens?.range.start.line).toBe(4);
  expect(lens?.command?.title).toMatch(/^changed since 1\.4\.2 · risk \d+ · \+2 DB calls × 40\.1k\/min$/);

  const { repositories } = await page();
  const [{ functions, factors, since, risk } = { functions: [], factors: [], since: '', risk: 0 }] = repositories;
  expect({ since, names: functions.map(({ name }) => name) }).toEqual({ since: '1.4.2', names: ['placeOrder'] });
  const lines = functions[0]?.lines ?? [];
  expect(lines[0]?.text).toMatch(/^\+2 DB calls × 40\.1k\/min = \+80\.2k queries\/min/);
  const places = lines.filter(({ kind }) => kind === 'added').map(({ place }) => place?.line);
  expect(places).toHaveLength(2);
  for (const line of places) expect([6, 7, 8]).toContain(line);
  expect(risk).toBeGreaterThan(0);
  expect(factors.length).toBeGreaterThan(0);
  expect(await client.connection.sendRequest<string | null>(CHANGE_MARKDOWN_REQUEST)).toContain('+80.2k queries/min');
  const status = await eventually('the status', () => client.statuses.find(({ change }) => change?.functions === 1));
  expect(status.change).toMatchObject({ risk, functions: 1, since: '1.4.2', isInStatusItem: true });

  // Taken back: nothing is said any more, and the line of the lens stays.
  const end = { line: 7, character: 0 };
  await client.change(uri, 3, [{ range: { start: at, end }, text: '' }]);
  await eventually('no lens', async () => ((await changeLenses()).length === 0 ? true : undefined));
  expect((await client.lenses(uri)).map(({ range }) => range.start.line)).toEqual([4]);
});

test('what is only laid out anew or commented has no lens', async () => {
  await writeFile(
    join(folder, 'orders.js'),
    deployed.replace("  return 'hello '", "  // politely\n    return 'hello '"),
  );
  await start();
  await client.open(uri, deployed.replace("  return 'hello '", "  // politely\n    return 'hello '"), 'javascript');
  const { repositories } = await eventually('a change', async () => {
    const now = await page();
    return now.repositories.length > 0 ? now : undefined;
  });
  expect(repositories[0]).toMatchObject({ risk: 0, level: 'low', functions: [{ name: 'greet' }] });
  expect(await changeLenses()).toEqual([]);
});

test.each([
  ['the lenses', { change: { codeLens: false } }, { lenses: 0, status: true }],
  ['the status', { change: { status: false } }, { lenses: 1, status: false }],
])('%s can be turned off alone', async (_, settings, expected) => {
  await writeFile(join(folder, 'orders.js'), edited);
  await start(settings);
  await client.open(uri, edited, 'javascript');
  await eventually('a change', async () => ((await page()).repositories.length > 0 ? true : undefined));
  await eventually('hints', async () => ((await client.hints(uri)).length > 0 ? true : undefined));
  expect((await changeLenses()).length).toBe(expected.lenses);
  const status = await eventually('the status', () => client.statuses.find(({ change }) => change?.functions === 1));
  expect(status.change?.isInStatusItem).toBe(expected.status);
});

test.each([
  ['is turned off', { change: { enabled: false } }, true, /hindcast\.change\.enabled is off/],
  ['may not run git', {}, false, /trust the workspace/],
])('says why nothing is assessed where it %s', async (_, settings, readGit, expected) => {
  await writeFile(join(folder, 'orders.js'), edited);
  await start(settings, readGit);
  await client.open(uri, edited, 'javascript');
  await eventually('hints', async () => ((await client.hints(uri)).length > 0 ? true : undefined));
  expect((await page()).problem?.message).toMatch(expected);
  expect(await changeLenses()).toEqual([]);
});

test('says that there is no repository, and that no collector answers', async () => {
  await rm(join(folder, '.git'), { recursive: true });
  await start();
  await client.open(uri, edited, 'javascript');
  await eventually('a reason', async () =>
    (await page()).problem?.message.includes('no git repository') ? true : undefined,
  );
  await collector?.close();
  collector = undefined;
  await eventually('the loss', () => (client.statuses.at(-1)?.state === 'no-collector' ? true : undefined));
  expect((await page()).problem?.message).toBeDefined();
});
