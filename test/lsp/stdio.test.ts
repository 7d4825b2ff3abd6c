import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  StreamMessageReader,
  StreamMessageWriter,
  createProtocolConnection,
} from 'vscode-languageserver-protocol/node';
import { programPath, startCollectorProgram, type RunningProgram } from '../cli/program.js';
import { reportShop, shopSource } from '../cli/shop.js';
import { LspClient, eventually } from './lspClient.js';

const uri = 'file:///somewhere/src/shop.js';

let collector: RunningProgram;
let server: ChildProcess;
let client: LspClient;

beforeEach(async () => {
  collector = await startCollectorProgram();
  server = spawn(process.execPath, [programPath, 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (!server.stdout || !server.stdin) throw new Error('no pipes');
  client = new LspClient(
    createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin)),
  );
});

afterEach(async () => {
  server.kill();
  await collector.end();
});

test('an editor gets from the real collector, over standard input and output, what a service reported', async () => {
  await client.initialize(collector.query);
  await client.open(uri, shopSource, 'javascript');
  await eventually('a status without data', () => client.statuses.find(({ state }) => state === 'no-data'));
  await reportShop(collector.otlpHttp);
  const hints = await eventually('hints', async () => {
    const found = await client.hints(uri);
    return found.length > 0 ? found : undefined;
  });
  expect(hints.map(({ position, label }) => [position, label])).toEqual([
    [{ line: 0, character: 32 }, '180/min · 10 % err'],
  ]);
  const lenses = await client.lenses(uri);
  expect(lenses.map(({ command }) => command?.title)).toEqual(['never ran · 1 instance · <1 min']);
  expect(await client.hover(uri, 0, 18)).toContain('**180/min** · 90 calls · **9 errors (10 %)**');
  expect(client.refreshes).toBeGreaterThan(0);

  const ended = once(server, 'exit');
  await client.close();
  expect(await ended).toEqual([0, null]);
});
