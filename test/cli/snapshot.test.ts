import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSnapshot, snapshotText } from '@hindcast/server/collector/snapshotFile';
import { runProgram, startCollectorProgram, type RunningProgram } from './program.js';
import { reportShop, shopSource } from './shop.js';

let folder: string;
let collector: RunningProgram;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hindcast-snapshot-'));
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'src', 'shop.js'), shopSource);
  await writeFile(join(folder, 'src', 'other.js'), 'export const unknown = () => 1;\n');
  execFileSync('git', ['init', '-q'], { cwd: folder });
  collector = await startCollectorProgram();
  await reportShop(collector.otlpHttp);
  await reportShop(collector.otlpHttp, 'elsewhere', 'nothing of this repository');
});
afterAll(() => rm(folder, { recursive: true }));

test('a snapshot answers with no collector what the collector answered', async () => {
  const take = (out: string) =>
    runProgram(['snapshot', '--out', out, '--window', 'PT1H', '--collector', collector.query], { cwd: folder });
  expect(await take('a.snapshot')).toMatchObject({ code: 0, error: '' });
  await take('b.snapshot');
  const [a, b] = ['a', 'b'].map((name) => readFileSync(join(folder, `${name}.snapshot`), 'utf8'));
  // The minute in which it was taken stands in the first line.
  expect(a?.split('\n').slice(3)).toEqual(b?.split('\n').slice(3));
  const annotate = async (...from: string[]) =>
    JSON.parse((await runProgram(['annotate', 'src/shop.js', '--json', ...from], { cwd: folder })).out) as {
      functions: { name: string; calls: number; p99Ms: number; errorsByType: unknown }[];
    };
  const asked = await annotate('--collector', collector.query);
  await collector.end();
  const read = await annotate('--snapshot', 'a.snapshot');
  const facts = ({ functions }: typeof read) =>
    functions.map(({ name, calls, p99Ms, errorsByType }) => ({ name, calls, p99Ms, errorsByType }));
  expect(facts(read)).toEqual(facts(asked));
  expect(read.functions[0]).toMatchObject({ name: 'charge', calls: 90 });
  expect((await runProgram(['annotate', 'src/shop.js', '--snapshot', 'src/shop.js'], { cwd: folder })).error).toContain(
    '--snapshot: shop.js: The snapshot is damaged',
  );
});

test('a snapshot keeps to its size: what is called most stays, and the rest is counted', () => {
  const files = Array.from({ length: 50 }, (_, i) => ({
    path: `src/${i}.ts`,
    deployments: [{ deployment: { service: 's' }, filePath: `src/${i}.ts`, functions: [{ calls: i }] }],
  }));
  const whole = {
    takenAt: '2026-11-19T12:00:00.000Z',
    windowSeconds: 3600,
    collectorVersion: '1',
    filesOmitted: 0,
    services: {},
    entryPoints: {},
    files,
  };
  const text = snapshotText(whole, 2_000);
  expect(text.length).toBeLessThanOrEqual(2_000);
  const parsed = parseSnapshot(text);
  expect(parsed.files.length).toBeGreaterThan(3);
  expect(parsed.filesOmitted).toBe(50 - parsed.files.length);
  expect(parsed.files.some(({ path }) => path === 'src/49.ts')).toBe(true);
  expect(parsed.files.some(({ path }) => path === 'src/0.ts')).toBe(false);
});
