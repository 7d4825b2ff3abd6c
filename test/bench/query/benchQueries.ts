import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { silentLogger } from '@hindcast/core/logger';
import { Changes } from '@hindcast/collector/query/changes';
import { startQueryService } from '@hindcast/collector/query/queryService';
import { protectionOf } from '@hindcast/collector/security/protection';
import { isClickHouseAddress } from '@hindcast/collector/store/clickhouse/storeAddress';
import { openStore } from '@hindcast/collector/store/openStore';
import type { Store } from '@hindcast/collector/store/store';
import { QueryClient } from '../../integration/collectorClient.js';
import { clickHouseSize, fillClickHouse } from './fillClickHouse.js';
import { FILE_FUNCTIONS, fillStore, filePath } from './fillStore.js';

const HOUR_S = 3600;
const ASKED_FUNCTIONS = 200;

interface Options {
  readonly isQuick: boolean;
  readonly functions: number;
  readonly days: number;
  readonly store: string | undefined;
  readonly jsonFile: string | undefined;
}

interface Times {
  readonly p95: number;
  readonly median: number;
  readonly cpu: number;
}

/** What is written with --json. */
export interface QueryFigures {
  readonly store: string;
  readonly functions: number;
  readonly minutes: number;
  readonly p95Ms: { readonly h1: number; readonly h24: number; readonly d7: number };
  readonly medianMs: { readonly h1: number; readonly h24: number; readonly d7: number };
  /** Mean processor time of asking and answering. */
  readonly cpuMs: { readonly h1: number; readonly h24: number; readonly d7: number };
  /** 0 where the store has no file. */
  readonly bytesPerFunctionDay: number;
}

/** Fills a store, asks it for overlays over a real socket, and prints what that took. */
export async function benchQueries(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-bench-'));
  const address = options.store ?? join(folder, 'bench.db');
  const nowMs = Date.now();
  const store = await openStore(address, nowMs - options.days * 24 * HOUR_S * 1000);
  try {
    const begun = performance.now();
    process.stdout.write(
      `filling ${store.kind}: ${options.functions} functions, ${options.days} days, every minute…\n`,
    );
    const filling = { functions: options.functions, days: options.days, nowMs };
    const isClickHouse = isClickHouseAddress(address);
    const minutes = isClickHouse ? await fillClickHouse(store, address, filling) : await fillStore(store, filling);
    process.stdout.write(`filled in ${seconds(performance.now() - begun)}; asking for ${ASKED_FUNCTIONS} functions…\n`);
    const figures = await measure(store, options, nowMs, minutes);
    const size = isClickHouse ? await clickHouseSize(address) : undefined;
    if (size) process.stdout.write(`${size.rows} rows of functions by the minute\n`);
    const sizeBytes = size?.bytes ?? statSync(address, { throwIfNoEntry: false })?.size ?? 0;
    report({ ...figures, bytesPerFunctionDay: Math.round(sizeBytes / options.functions / options.days) }, options);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      store: { type: 'string' },
      functions: { type: 'string' },
      days: { type: 'string' },
    },
  });
  const number = (text: string | undefined, usual: number): number => {
    const value = text === undefined ? usual : Number(text);
    if (!Number.isInteger(value) || value < 1) throw new Error('--functions and --days take whole numbers above 0');
    return value;
  };
  return {
    isQuick: values.quick,
    functions: number(values.functions, values.quick ? 300 : 5000),
    days: number(values.days, 7),
    store: values.store,
    jsonFile: values.json,
  };
}

async function measure(
  store: Store,
  { functions, isQuick }: Options,
  nowMs: number,
  minutes: number,
): Promise<Omit<QueryFigures, 'bytesPerFunctionDay'>> {
  const sources = {
    store,
    changes: new Changes(nowMs),
    receivers: () => [],
    startedMs: nowMs,
    nowMs: () => nowMs,
    access: { protection: protectionOf(undefined, silentLogger), refuse: () => undefined },
  };
  const service = await startQueryService('127.0.0.1:0', sources, silentLogger);
  const client = new QueryClient(service.address);
  const times = async (windowSeconds: number): Promise<Times> => {
    const taken: number[] = [];
    let cpu = process.cpuUsage();
    const rounds = isQuick ? 60 : 200;
    for (let round = -10; round < rounds; round++) {
      if (round === 0) cpu = process.cpuUsage();
      const begun = performance.now();
      const answer = await client.overlay({
        files: askedFiles(functions, round),
        scope: { window: { seconds: windowSeconds } },
      });
      if (round >= 0) taken.push(performance.now() - begun);
      const found = answer.files.flatMap((file) => file.deployments?.[0]?.functions ?? []);
      if (found.length === 0 || found.some(({ calls }) => !calls))
        throw new Error('a function without calls was answered');
    }
    taken.sort((a, b) => a - b);
    const at = (share: number): number => Number((taken[Math.ceil(taken.length * share) - 1] ?? 0).toFixed(1));
    const { user, system } = process.cpuUsage(cpu);
    return { p95: at(0.95), median: at(0.5), cpu: Number(((user + system) / 1000 / rounds).toFixed(1)) };
  };
  try {
    const [h1, h24, d7] = [await times(HOUR_S), await times(24 * HOUR_S), await times(7 * 24 * HOUR_S)];
    return {
      store: store.kind,
      functions,
      minutes,
      p95Ms: { h1: h1.p95, h24: h24.p95, d7: d7.p95 },
      medianMs: { h1: h1.median, h24: h24.median, d7: d7.median },
      cpuMs: { h1: h1.cpu, h24: h24.cpu, d7: d7.cpu },
    };
  } finally {
    client.close();
    await service.close(1000);
  }
}

/** As many files as hold 200 functions, other ones every time. */
function askedFiles(functions: number, round: number): { path: string }[] {
  const files = Math.ceil(functions / FILE_FUNCTIONS);
  const asked = Math.min(files, ASKED_FUNCTIONS / FILE_FUNCTIONS);
  return Array.from({ length: asked }, (_, i) => ({ path: filePath(((round + 10) * 37 + i * 11) % files) }));
}

function report(figures: QueryFigures, { jsonFile }: Options): void {
  const { p95Ms, medianMs, cpuMs } = figures;
  const [h1, h24, d7] = figures.store === 'clickhouse' ? [100, 100, 100] : [20, 30, 50];
  const row = (name: string, key: keyof QueryFigures['p95Ms'], target = 0): string =>
    `  ${name.padEnd(6)} median ${medianMs[key]} ms, p95 ${p95Ms[key]} ms (target ${target} ms), processor ${cpuMs[key]} ms\n`;
  process.stdout.write(
    `overlay of ${ASKED_FUNCTIONS} functions:\n${row('1 h', 'h1', h1)}${row('24 h', 'h24', h24)}${row('7 d', 'd7', d7)}` +
      `size: ${figures.bytesPerFunctionDay} bytes per function and day\n`,
  );
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(figures, null, 2)}\n`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
