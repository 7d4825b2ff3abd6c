import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ACTIVE_EDITOR_NOTIFICATION, EXPLAIN_FILE_REQUEST, type FileExplanation } from '@hindcast/proto/lspMessages';
import { ASK_REQUEST, type AskResult } from '@hindcast/proto/agentMessages';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { WorkspaceFoldersRequest } from 'vscode-languageserver-protocol/node';
import { runProgram, startCollectorProgram } from '../cli/program.js';
import { reportShop, shopSource } from '../cli/shop.js';
import { deployedFile, functionFacts, startFakeCollector } from './fakeCollector.js';
import { eventually, startInBand, type LspClient } from './lspClient.js';

let folder: string;
/** Nothing listens there any more. */
let address: string;
let text: string;
let day: string;
let uri: string;
let client: LspClient;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'hindcast-lsp-snapshot-')));
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'src', 'shop.js'), shopSource);
  uri = pathToFileURL(join(folder, 'src', 'shop.js')).href;
  execFileSync('git', ['init', '-q'], { cwd: folder });
  const collector = await startCollectorProgram();
  address = collector.query;
  await reportShop(collector.otlpHttp);
  await runProgram(['snapshot', '--window', 'P7D', '--collector', address], { cwd: folder });
  await collector.end();
  text = readFileSync(join(folder, 'hindcast.snapshot'), 'utf8');
  day = (JSON.parse(text.split('\n')[0] ?? '') as { takenAt: string }).takenAt.slice(0, 10);
});

afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  await writeFile(join(folder, 'hindcast.snapshot'), text);
  client = startInBand();
});

afterEach(() => client.close());

async function look(at: string, readGit = true): Promise<void> {
  await client.initialize(at, { readGit });
  await client.open(uri, shopSource, 'javascript');
  await client.connection.sendNotification(ACTIVE_EDITOR_NOTIFICATION, { uri });
}

const hints = () =>
  eventually('hints', async () => {
    const shown = await client.hints(uri);
    return shown.length > 0 ? shown.map(({ label }) => label) : undefined;
  });

test.each([true, false])(
  'with no collector the snapshot is shown, and where it is from; git allowed: %s',
  async (git) => {
    await look(address, git);
    expect((await hints()).join()).toMatch(/\/min/);
    const hover = (await client.hover(uri, 0, 18)) ?? '';
    expect(hover).toContain('90');
    expect(hover).toContain(`from the snapshot of ${day} · shop`);
    expect(hover).toContain('its last 7 d');
    expect(await client.hover(uri, 4, 18)).toContain('Never ran');
    const status = client.statuses.at(-1);
    expect(status).toMatchObject({ state: 'no-collector', window: 'P7D', snapshot: { takenOn: day, window: 'P7D' } });
    expect(status?.message).toContain(`Numbers are from the snapshot of ${day}`);
    expect(status?.message).toContain(`No collector answers at ${address}.`);
    const { notes } = await client.connection.sendRequest<FileExplanation>(EXPLAIN_FILE_REQUEST, { uri });
    expect(notes.join()).toContain(`the snapshot of ${day}`);
  },
);

test('agents in the editor are answered from it, and told what needs a collector', async () => {
  const open = [{ uri: pathToFileURL(folder).href, name: 'shop' }];
  client.connection.onRequest(WorkspaceFoldersRequest.type, () => open);
  await client.initialize(address);
  const ask = (tool: string, input: object) => client.connection.sendRequest<AskResult>(ASK_REQUEST, { tool, input });
  expect(await ask('find_functions', { by: 'hot' })).toMatchObject({
    markdown: expect.stringMatching(new RegExp(`from the snapshot of ${day}[^]*charge`)) as unknown,
  });
  expect(await ask('trace_function', { function: 'charge' })).toMatchObject({
    problem: expect.stringContaining('it needs a collector. Ask get_runtime_context or find_functions') as unknown,
  });
  await rm(join(folder, 'hindcast.snapshot'));
  expect(await ask('find_functions', { by: 'hot' })).toMatchObject({
    problem: expect.stringMatching(/No production facts can be had now: (No collector|Looking)/) as unknown,
  });
});

test('a collector that has data wins', async () => {
  const charge = functionFacts({ name: 'charge', line: 1, column: 17, endLine: 3, bodyHash: '' }, { calls: 77_000 });
  const file = deployedFile([charge], { filePath: 'src/shop.js' });
  const collector = await startFakeCollector({
    overlay: () => [file],
    services: [{ deployment: file.deployment ?? null, functions: 1, functionsRan: 1 }],
  });
  try {
    await look(collector.address);
    await hints();
    const hover = (await client.hover(uri, 0, 18)) ?? '';
    expect(hover).toContain('77');
    expect(hover).not.toContain('snapshot');
    expect(client.statuses.at(-1)).toMatchObject({ state: 'connected' });
    expect(client.statuses.at(-1)?.snapshot).toBeUndefined();
  } finally {
    await collector.close();
  }
});

test('one that no service has reported to yet does not hide the snapshot', async () => {
  const collector = await startFakeCollector({ overlay: () => [], services: [] });
  try {
    await look(collector.address);
    await eventually('the snapshot', () => Promise.resolve(client.statuses.at(-1)?.snapshot));
    expect(client.statuses.at(-1)).toMatchObject({ state: 'no-data', snapshot: { takenOn: day } });
    expect(await client.hover(uri, 0, 18)).toContain(`from the snapshot of ${day}`);
  } finally {
    await collector.close();
  }
});

test.each([
  ['damaged', () => text.slice(0, 300), 'hindcast.snapshot: The snapshot is damaged'],
  ['of a newer version', () => text.replace('"version":1', '"version":9'), 'The snapshot is of version 9: use a newer'],
])('a snapshot that is %s is said, and one that comes later is shown', async (_, broken, sentence) => {
  await writeFile(join(folder, 'hindcast.snapshot'), broken());
  await look(address);
  await eventually('what is wrong', () =>
    Promise.resolve(client.statuses.at(-1)?.message.includes(sentence) ? true : undefined),
  );
  await writeFile(join(folder, 'hindcast.snapshot'), text);
  expect((await hints()).length).toBeGreaterThan(0);
});
