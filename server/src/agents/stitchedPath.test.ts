import { describe, expect, test } from 'vitest';
import type { CriticalPath, CriticalPathPart } from '../collector/criticalPath.js';
import { stitchedParts } from './stitchedPath.js';
import type { AgentSources } from './runtimeFacts.js';

const shop = { service: 'shop', environment: '', version: '1', revision: '' };
const id = (name: string) => ({ name, line: 1, column: 1, endLine: 1, bodyHash: '' });
const http = (name: string) => ({ kind: 'http', name });

function part(service: string, name: string, meanSelfSeconds: number, share: number, target = ''): CriticalPathPart {
  const dependency = { kind: 'http', target, calls: 100, errors: 0, duration: undefined };
  return {
    ...{ entryService: service, entryPoint: undefined, service, filePath: `${service}.js`, id: id(name) },
    ...{ calleeService: '', dependency: target === '' ? undefined : dependency },
    ...{ share, traces: 0, meanSelfSeconds, savesAtMostSeconds: meanSelfSeconds, basis: 'exemplars' },
  };
}

function path(service: string, name: string, meanSeconds: number, parts: CriticalPathPart[]): CriticalPath {
  return {
    ...{ service, environment: '', entryPoint: http(name), basis: 'exemplars', traces: 5, partialTraces: 0 },
    ...{ meanSeconds, parts, examples: [] },
  };
}

/** The storefront waits 80 of 100 ms for `orders`. */
const storefront = path('shop', 'POST /checkout', 0.1, [
  part('shop', 'request', 0.08, 0.8, 'orders:80'),
  part('shop', 'checkout', 0.02, 0.2),
]);
const placing = path('orders', 'POST /orders', 0.05, [part('orders', 'place', 0.05, 1)]);
const listing = path('orders', 'GET /orders', 0.01, [part('orders', 'list', 0.01, 1)]);
const report = path('orders', 'GET /report', 2, [part('orders', 'report', 2, 1)]);

interface Production {
  /** Handlers of `orders` that `request` is seen calling. */
  readonly reaches?: readonly string[];
  /** Whether the service map knows who answers at `orders:80`. */
  readonly map: 'seen' | 'likely' | 'unknown';
  readonly answers: readonly CriticalPath[];
  /** An entry point whose path is not known. */
  readonly pathless?: string;
}

/** A collector that knows this much; what is not asked about is not there. */
function sourcesOf({ reaches = [], map, answers, pathless }: Production): AgentSources {
  const orders = { name: map === 'unknown' ? 'orders:80' : 'orders', dependencyKind: '', likelyService: '' };
  const address = { name: 'orders:80', dependencyKind: 'http', likelyService: map === 'likely' ? 'orders' : '' };
  const callees = reaches.map((handler) => ({ service: 'orders', filePath: 'orders.js', id: id(handler), calls: 1 }));
  const client = {
    getFunction: () => Promise.resolve({ functions: [{ deployment: shop, callees }] }),
    getServiceMap: () =>
      Promise.resolve({
        nodes: [{ name: 'shop', dependencyKind: '', likelyService: '' }, map === 'seen' ? orders : address],
        edges: [{ caller: 0, callee: 1, targets: map === 'seen' ? ['orders:80'] : [] }],
      }),
    listEntryPoints: () =>
      Promise.resolve(
        answers.map(({ service, entryPoint, parts: [first] }) => ({
          ...{ deployment: { ...shop, service }, entryPoint, id: first?.id, filePath: `${service}.js` },
        })),
      ),
    getCriticalPath: ({ name }: { name: string }, { service }: { service: string }) =>
      Promise.resolve(
        answers.filter((each) => each.service === service && each.entryPoint.name === name && name !== pathless),
      ),
  };
  return { client, nowMs: () => 0 } as unknown as AgentSources;
}

describe('the wait for another service', () => {
  const signal = new AbortController().signal;
  const asked = (production: Production, of = storefront) =>
    stitchedParts(of, { windowSeconds: 3600 }, sourcesOf(production), signal);

  test('is replaced by what the only entry point that can answer does', async () => {
    const parts = await asked({ map: 'seen', reaches: ['place'], answers: [placing, listing] });
    expect(parts.map(({ part: { id: own }, share, through }) => [own?.name, share, through?.service])).toEqual([
      ['place', expect.closeTo(0.5, 9), 'orders'],
      ['request', expect.closeTo(0.3, 9), undefined],
      ['checkout', 0.2, undefined],
    ]);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    // Making `place` free saves its 50 ms of the storefront's 100.
    expect(parts[0]?.savesAtMostSeconds).toBeCloseTo(0.05, 9);
  });

  test('never exceeds the wait, though the other service is slower in the mean', async () => {
    const slower = path('orders', 'POST /orders', 0.09, [part('orders', 'place', 0.09, 1)]);
    const [place] = await asked({ map: 'seen', reaches: ['place'], answers: [slower] });
    expect(place?.share).toBeCloseTo(0.8, 9);
    expect(place?.savesAtMostSeconds).toBeCloseTo(0.08, 9);
  });

  test.each<[string, Production, string | undefined]>([
    [
      'two of its entry points can answer',
      { map: 'seen', reaches: ['place', 'list'], answers: [placing, listing] },
      'orders: POST /orders, GET /orders',
    ],
    [
      'of two that can answer, one has no path',
      { map: 'seen', reaches: ['place', 'list'], answers: [placing, listing], pathless: 'GET /orders' },
      'orders: POST /orders, GET /orders',
    ],
    ['nobody is known to answer', { map: 'unknown', reaches: ['place'], answers: [placing] }, undefined],
    ['only the service is known', { map: 'seen', answers: [] }, 'orders: '],
  ])('stays a wait when %s', async (_, production, answeredBy) => {
    const [first] = await asked(production);
    expect(first).toMatchObject({ share: 0.8, waitsFor: 'http orders:80', through: undefined });
    const shown = first?.answeredBy;
    expect(shown && `${shown.service}: ${shown.entryPoints.map(({ name }) => name).join(', ')}`).toBe(answeredBy);
  });

  test('is followed past an entry point that takes longer than it', async () => {
    const [first] = await asked({ map: 'seen', reaches: ['place', 'report'], answers: [placing, report] });
    expect(first?.part.id?.name).toBe('place');
  });

  test('is likely what the service does that likely answers', async () => {
    const [first] = await asked({ map: 'likely', answers: [placing] });
    expect(first).toMatchObject({ part: { id: id('place') }, through: { service: 'orders', isLikely: true } });
  });

  test('stays as it is in a path made of traces, which has the other services in it', async () => {
    const [first] = await asked(
      { map: 'seen', reaches: ['place'], answers: [placing] },
      { ...storefront, basis: 'traces' },
    );
    expect(first).toMatchObject({ share: 0.8, answeredBy: undefined, through: undefined });
  });
});
