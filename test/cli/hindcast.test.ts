import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileAnnotation } from '@hindcast/server/answers/annotateFile';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startFakeCollector } from '../lsp/fakeCollector.js';
import { runProgram, startCollectorProgram, type RunningProgram } from './program.js';
import { reportShop, shopSource } from './shop.js';

let folder: string;
let collector: RunningProgram;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hindcast-cli-'));
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'src', 'shop.js'), shopSource);
  await writeFile(join(folder, 'src', 'other.js'), 'export function other() {}\n');
  collector = await startCollectorProgram();
  await reportShop(collector.otlpHttp);
});

afterAll(async () => {
  await collector.end();
  await rm(folder, { recursive: true });
});

const asked = (...args: string[]) => runProgram([...args, '--collector', collector.query], { cwd: folder });

describe('annotate', () => {
  test('--json gives every function with its numbers, the documented fields first', async () => {
    const { code, out, error } = await asked('annotate', 'src/shop.js', '--json');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    const annotation = JSON.parse(out) as FileAnnotation;
    expect(Object.keys(annotation).slice(0, 3)).toEqual(['file', 'window', 'functions']);
    expect(annotation).toMatchObject({ file: 'src/shop.js', window: 'PT1H', path: join(folder, 'src', 'shop.js') });
    expect(annotation.functions).toHaveLength(2);
    const [charge, forgotten] = annotation.functions;
    expect(Object.keys(charge ?? {}).slice(0, 14)).toEqual([
      ...['name', 'line', 'state', 'service', 'version', 'revision', 'calls', 'callsPerMinute', 'errors', 'errorRate'],
      ...['p50Ms', 'p99Ms', 'durationSamples', 'callers'],
    ]);
    expect(charge).toMatchObject({
      name: 'charge',
      line: 1,
      state: 'ran',
      service: 'shop',
      version: '1.2.0',
      revision: '0123456789abcdef0123456789abcdef01234567',
      calls: 90,
      callsPerMinute: 180,
      errors: 9,
      errorRate: 0.1,
      durationSamples: 10,
      callers: [],
      errorsByType: [{ type: 'CardError', count: 9 }],
      match: { kind: 'same', confidence: 'exact' },
    });
    expect(charge?.p99Ms).toBeCloseTo(9.914, 2);
    expect(forgotten).toMatchObject({
      name: 'forgotten',
      line: 5,
      state: 'never_ran',
      calls: 0,
      errorRate: null,
      p99Ms: null,
    });
  });

  test('text has the source and every number, without colours when it is not a terminal', async () => {
    const { code, out } = await asked('annotate', 'src/shop.js');
    expect(code).toBe(0);
    expect(out).not.toContain('\u001b');
    for (const line of shopSource.trimEnd().split('\n')) expect(out).toContain(line);
    for (const part of [
      'shop',
      '1.2.0',
      '0123456789',
      '180/min',
      '90 calls',
      '9 errors (10 %)',
      'p99 9.9 ms',
      '10 timed',
      'CardError 9',
      'never ran',
    ]) {
      expect(out).toContain(part);
    }
  });

  test('a file that no service reported is not observed, and says so', async () => {
    const { code, out } = await asked('annotate', 'src/other.js', '--json');
    expect(code).toBe(0);
    expect((JSON.parse(out) as FileAnnotation).functions).toMatchObject([
      { name: 'other', state: 'not_observed', service: null, calls: null, callsPerMinute: null, durationSamples: null },
    ]);
    expect((await asked('annotate', 'src/other.js')).out).toContain('No service has reported this file');
  });

  test('--service selects, and a service that does not run the file leaves it not observed', async () => {
    const { code, out } = await asked('annotate', 'src/shop.js', '--json', '--service', 'web');
    expect(code).toBe(0);
    expect((JSON.parse(out) as FileAnnotation).functions.map(({ state, service }) => [state, service])).toEqual([
      ['not_observed', null],
      ['not_observed', null],
    ]);
    expect(out).toContain('web has not reported this file within the window; shop has.');
  });
});

test('status tells what is connected', async () => {
  const { code, out } = await asked('status');
  expect(code).toBe(0);
  for (const part of [
    collector.query,
    collector.otlpGrpc,
    'memory',
    'shop (1.2.0',
    '2 functions: 1 ran, 1 never ran, 0 not observed',
    '90 calls, 9 errors',
  ]) {
    expect(out).toContain(part);
  }
});

test('status --json is one object', async () => {
  const { out } = await asked('status', '--json');
  expect(JSON.parse(out)).toMatchObject({
    collector: { address: collector.query, reachable: true },
    window: 'PT1H',
    services: [{ deployment: { service: 'shop' }, functions: 2, calls: 90 }],
    advice: [],
  });
});

test('status says what to do when services are missing', async () => {
  const empty = await startFakeCollector();
  const { code, out } = await runProgram(['status', '--collector', empty.address]);
  await empty.close();
  expect(code).toBe(0);
  expect(out).toContain('node --import @hindcast/sensor/register app.js');
});

test.each([['status'], ['annotate', 'src/shop.js']])(
  '%s without a collector says what to do and fails',
  async (...args) => {
    const gone = await startFakeCollector();
    await gone.close();
    const { code, out, error } = await runProgram([...args, '--collector', gone.address], { cwd: folder });
    expect(code).toBe(1);
    expect(out + error).toContain(`No collector answers at ${gone.address}. Start one with: hindcast collector`);
  },
);

test.each([
  [['annotate'], 'annotate needs a FILE.'],
  [['annotate', 'a.js', 'b.js'], "annotate takes one FILE; 'b.js' is a second one."],
  [['annotate', 'nowhere.js'], "cannot read 'nowhere.js'"],
  [['annotate', 'a.cobol'], "'a.cobol' is in a language that is not read yet"],
  [['annotate', 'src/shop.js', '--window', '1h'], '--window takes an ISO-8601 duration such as PT15M, PT1H or P7D'],
  [['annotate', 'src/shop.js', '--window', 'P900D'], 'at most P400D'],
  [['status', '--collector', 'nowhere'], "--collector takes HOST:PORT, not 'nowhere'."],
  [['status', '--bogus'], "Unknown option '--bogus'."],
  [['collector', '--otlp-grpc', '0.0.0.0:4317'], 'use --token-file FILE, or --otlp-grpc 127.0.0.1:4317'],
  [['collector', '--token-file', 'nowhere'], 'nowhere cannot be read (ENOENT)'],
  [['status', '--tls-cert', 'a.pem'], '--tls-cert and --tls-key go together'],
  [['collector', '--query', '4319'], 'use --query HOST:PORT'],
  [['lsp'], 'lsp needs --stdio'],
  [['frobnicate'], "there is no command 'frobnicate'."],
])('%j is answered with one line and exit code 2', async (args, message) => {
  const { code, out, error } = await runProgram(args, { cwd: folder });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(error).toContain(message);
  expect(error.trimEnd().split('\n')).toHaveLength(1);
});

test.each(['collector', 'lsp', 'status', 'annotate'])('%s --help explains itself', async (command) => {
  const { code, out } = await runProgram([command, '--help']);
  expect(code).toBe(0);
  expect(out).toContain(`Usage: hindcast ${command}`);
});

test('HINDCAST_COLLECTOR names the collector, and is checked', async () => {
  const { code } = await runProgram(['status'], { env: { HINDCAST_COLLECTOR: collector.query } });
  expect(code).toBe(0);
  const bad = await runProgram(['status'], { env: { HINDCAST_COLLECTOR: 'nonsense' } });
  expect(bad).toMatchObject({ code: 2, out: '' });
});

test('a port that is taken is named, with the flag that changes it', async () => {
  const { code, error } = await runProgram(['collector', '--store', 'memory', '--otlp-grpc', collector.otlpGrpc]);
  expect(code).toBe(1);
  expect(error).toContain(collector.otlpGrpc);
  expect(error).toContain('--otlp-grpc');
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  'the collector ends cleanly on %s, and keeps what it was told',
  async (signal) => {
    const store = join(folder, signal, 'collector.db');
    const first = await startCollectorProgram(store);
    await reportShop(first.otlpHttp);
    expect(await first.end(signal)).toMatchObject({ code: 0, out: '' });
    const second = await startCollectorProgram(store);
    const { out } = await runProgram(['annotate', 'src/shop.js', '--json', '--collector', second.query], {
      cwd: folder,
    });
    await second.end();
    expect((JSON.parse(out) as FileAnnotation).functions[0]).toMatchObject({ name: 'charge', calls: 90 });
  },
);

test('the collector reads its tokens again on SIGHUP, and keeps those of before when the file is of no use', async () => {
  const file = join(folder, 'tokens');
  const token = (turn: number): string => `token-of-turn-number-${turn}`;
  const write = (text: string): Promise<void> => writeFile(file, text);
  await write(`read ${token(1)}`);
  const running = await startCollectorProgram('memory', { HINDCAST_COLLECTOR_TOKEN_FILE: file });
  const isKnown = async (turn: number): Promise<boolean> =>
    (await runProgram(['status', '--collector', running.query], { env: { HINDCAST_TOKEN: token(turn) } })).code === 0;
  expect(await isKnown(1)).toBe(true);
  await write(`read ${token(2)}`);
  running.signal('SIGHUP');
  await vi.waitFor(async () => expect(await isKnown(2)).toBe(true), { timeout: 20_000 });
  expect(await isKnown(1)).toBe(false);
  await write('nonsense');
  running.signal('SIGHUP');
  expect(await isKnown(2)).toBe(true);
  const { code, error } = await running.end();
  expect(code).toBe(0);
  expect(error).toContain('of before stay in use');
  expect(error).not.toContain('token-of-turn');
});

test('without tokens and certificates SIGHUP ends the collector as SIGTERM does', async () => {
  expect(await (await startCollectorProgram()).end('SIGHUP')).toMatchObject({ code: 0 });
});
