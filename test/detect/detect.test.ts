import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomFrom } from '@hindcast/core/statistics/simulation';
import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import type { Findings } from '@hindcast/server/collector/findings';
import { closeCollector, openCollector, type TestCollector } from '../integration/testCollector.js';
import { declaration, minuteRequest, usual, type Behaviour } from './versionTraffic.js';

const old = { name: 'shop', version: '1', instance: 'a' };
const young = { name: 'shop', version: '2', instance: 'b' };
const MINUTE = 60_000;
/** Minutes of the old version alone, and of the new one. */
const BEFORE = 30;
const USUAL_AFTER = 20;

let collector: TestCollector;
let client: CollectorClient;
beforeEach(async () => {
  collector = await openCollector();
  client = new CollectorClient(collector.running.addresses.query);
});
afterEach(async () => {
  client.close();
  await closeCollector(collector);
});

/** Rolls out the new version beside the old one (a fifth of the calls), or in its place. */
async function deploy(
  way: 'rolling' | 'replaced',
  becomes: Behaviour | ((part: number) => Behaviour),
  seed: number,
  after = USUAL_AFTER,
): Promise<Findings> {
  const random = randomFrom(seed);
  const end = Math.floor(Date.now() / MINUTE) * MINUTE;
  const at = (minute: number): number => end - (BEFORE + after - minute) * MINUTE;
  await collector.otlp.export('logs', declaration(old, []));
  await collector.otlp.export('logs', declaration(young, ['price']));
  for (let minute = 0; minute < BEFORE + after; minute++) {
    const isNew = minute >= BEFORE;
    if (!isNew || way === 'rolling')
      await collector.otlp.export('metrics', minuteRequest(old, at(minute), usual, random));
    if (!isNew) continue;
    const share = way === 'rolling' ? 0.25 : 1;
    const now = typeof becomes === 'function' ? becomes((minute - BEFORE) / after) : becomes;
    const behaviour = { ...now, callsPerMinute: now.callsPerMinute * share };
    await collector.otlp.export('metrics', minuteRequest(young, at(minute), behaviour, random));
  }
  const found = await client.listFindings({}, { windowSeconds: 86_400 });
  if (!found) throw new Error('the collector does not list findings');
  return found;
}

const told = ({ findings }: Findings) =>
  findings.map(({ kind, state, errorType, dependency, before, after, ...it }) => ({
    ...{ kind, state, name: it.function?.name, errorType, target: dependency?.target },
    versions: `${before?.version} ${after?.version}`,
    suspects: it.suspects.map(({ name }) => name),
  }));

describe.each(['rolling', 'replaced'] as const)('a version that is %s', (way) => {
  const price = {
    ...{ state: 'confirmed', name: 'price', errorType: '', target: undefined },
    ...{ versions: '1 2', suspects: ['price'] },
  };

  it('is as good as the one before: nothing is found, and over what', async () => {
    const found = await deploy(way, usual, 1);
    expect(told(found)).toEqual([]);
    expect(found.comparisons).toMatchObject([
      {
        before: { version: '1' },
        after: { version: '2' },
        functionsCompared: 4,
        functionsInsufficient: 0,
        method: way === 'rolling' ? 'cmh' : 'minute-ratio',
      },
    ]);
  });

  it('is slower: found at the function that is, with those it slows down', async () => {
    const found = await deploy(way, { ...usual, priceSeconds: 0.02 }, 2);
    expect(told(found)).toEqual([{ ...price, kind: 'duration' }]);
    const [finding] = found.findings;
    expect(finding?.affected.map(({ name }) => name).toSorted()).toEqual(['order', 'pay']);
    expect(finding?.affectedEntryPoints).toMatchObject([{ kind: 'http', name: 'POST /pay' }]);
    expect((finding?.afterValue ?? 0) / (finding?.beforeValue ?? 1)).toBeGreaterThan(1.6);
    expect(finding?.effectLow).toBeGreaterThan(1);
    expect(finding?.qValue).toBeLessThan(0.05);
  });

  it('fails more often: found where the errors begin', async () => {
    const found = await deploy(way, { ...usual, priceErrors: { Timeout: 0.1 } }, 3);
    expect(told(found)).toEqual([{ ...price, kind: 'error_rate' }]);
  });

  it('fails as none did before', async () => {
    const found = await deploy(way, { ...usual, priceErrors: { Timeout: 0.01, TypeError: 0.004 } }, 4);
    expect(told(found)).toEqual([{ ...price, kind: 'new_error_type', errorType: 'TypeError' }]);
  });

  it('asks the database two times more', async () => {
    const found = await deploy(way, { ...usual, queriesPerPrice: 3 }, 5);
    expect(told(found)).toEqual([{ ...price, kind: 'dependency_count', target: 'postgresql orders' }]);
    expect(found.findings[0]).toMatchObject({ unit: 'calls/call', beforeValue: 1, afterValue: 3 });
  });
});

it('says what a version repeats for each of its calls', async () => {
  const found = await deploy('replaced', { ...usual, queriesPerPrice: 12 }, 6);
  expect(found.findings.map(({ kind }) => kind)).toEqual(['dependency_count', 'chatty_dependency']);
});

it('says what a version masks that the one before passed on', async () => {
  const found = await deploy('replaced', { ...usual, priceErrors: { Timeout: 0.2 }, isSilent: true }, 8);
  const masked = found.findings.find(({ kind }) => kind === 'masked_errors');
  expect(masked).toMatchObject({ function: { name: 'order' }, state: 'confirmed', unit: '1' });
  expect(masked?.afterValue).toBeLessThan(0.1);
  expect(found.findings.map(({ kind }) => kind).toSorted()).toEqual(['error_rate', 'masked_errors']);
});

it('says what grows while a version runs, where it grows', async () => {
  const growing = (part: number): Behaviour => ({ ...usual, priceSeconds: 0.01 * 3 ** part });
  const found = await deploy('replaced', growing, 9, 62);
  const grows = found.findings.filter(({ kind }) => kind === 'unbounded_growth');
  expect(grows.map((it) => it.function?.name)).toEqual(['price']);
  expect((grows[0]?.afterValue ?? 0) / (grows[0]?.beforeValue ?? 1)).toBeGreaterThan(2);
});

it('answers about the kind, the function and the window that were asked for', async () => {
  await deploy('replaced', { ...usual, priceSeconds: 0.02, priceErrors: { Timeout: 0.2 } }, 7);
  const kinds = async (...question: Parameters<CollectorClient['listFindings']>) =>
    (await client.listFindings(...question))?.findings.map(({ kind }) => kind);
  const day = { windowSeconds: 86_400 };
  expect(await kinds({ kinds: ['error_rate'] }, day)).toEqual(['error_rate']);
  expect(await kinds({ function: { service: 'shop', filePath: 'src/shop.ts', name: 'greet' } }, day)).toEqual([]);
  expect(await kinds({ function: { service: 'shop', filePath: 'src/shop.ts', name: 'price' } }, day)).toHaveLength(2);
  expect(await kinds({}, { windowSeconds: 300 })).toEqual([]);
});
