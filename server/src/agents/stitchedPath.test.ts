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

/** The storefront waits 80 of 100 ms for `orders`; `stock` is another service that the same function asks. */
const storefront = path('shop', 'POST /checkout', 0.1, [
  part('shop', 'request', 0.08, 0.8, 'orders:80'),
  part('shop', 'checkout', 0.02, 0.2),
]);
const placing = path('orders', 'POST /orders', 0.05, [part('orders', 'place', 0.05, 1)]);

interface Production {
  readonly dependencies: readonly (readonly [target: string, calls: number])[];
  readonly callees: readonly (readonly [service: string, handler: string, calls: number])[];
  readonly paths: readonly CriticalPath[];
}

/** A collector that knows this much; what is not asked about is not there. */
function sourcesOf({ dependencies, callees, paths }: Production): AgentSources {
  const client = {
    getFunction: ({ name }: { name: string }) =>
      Promise.resolve({
        functions: [
          {
            deployment: shop,
            facts: { dependencies: dependencies.map(([target, calls]) => ({ kind: 'http', target, calls })) },
            callees:
              name === 'request'
                ? callees.map(([service, handler, calls]) => ({
                    ...{ service, filePath: `${service}.js`, id: id(handler), calls },
                  }))
                : [],
          },
        ],
      }),
    listEntryPoints: () =>
      Promise.resolve(
        paths.map(({ service, entryPoint, parts: [first] }) => ({
          ...{ deployment: { ...shop, service }, entryPoint, id: first?.id, filePath: `${service}.js` },
        })),
      ),
    getCriticalPath: ({ name }: { name: string }, { service }: { service: string }) =>
      Promise.resolve(paths.filter((each) => each.service === service && each.entryPoint.name === name)),
  };
  return { client, nowMs: () => 0 } as unknown as AgentSources;
}

const listing = path('orders', 'GET /orders', 0.01, [part('orders', 'list', 0.01, 1)]);
const report = path('orders', 'GET /report', 2, [part('orders', 'report', 2, 1)]);
const onlyOrders: Production = {
  dependencies: [['orders:80', 100]],
  callees: [['orders', 'place', 100]],
  paths: [placing],
};

describe('the wait for another service', () => {
  const signal = new AbortController().signal;
  const asked = (production: Production, of = storefront) =>
    stitchedParts(of, { windowSeconds: 3600 }, sourcesOf(production), signal);

  test('is replaced by what the only entry point that can answer does', async () => {
    const parts = await asked(onlyOrders);
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
    const [place] = await asked({ ...onlyOrders, paths: [slower] });
    expect(place?.share).toBeCloseTo(0.8, 9);
    expect(place?.savesAtMostSeconds).toBeCloseTo(0.08, 9);
  });

  test.each<[string, Production, string | undefined]>([
    [
      'two of its entry points can answer',
      { ...onlyOrders, callees: [...onlyOrders.callees, ['orders', 'list', 50]], paths: [placing, listing] },
      'orders: POST /orders, GET /orders',
    ],
    [
      'two services are asked equally often',
      {
        dependencies: [
          ['orders:80', 100],
          ['stock:80', 101],
        ],
        callees: [
          ['orders', 'place', 100],
          ['stock', 'take', 101],
        ],
        paths: [placing],
      },
      undefined,
    ],
    ['nobody is seen to answer', { ...onlyOrders, callees: [] }, undefined],
    [
      'what answers takes longer than the wait',
      { ...onlyOrders, paths: [{ ...placing, meanSeconds: 0.2 }] },
      'orders: POST /orders',
    ],
  ])('stays a wait when %s', async (_, production, answeredBy) => {
    const [first] = await asked(production);
    expect(first).toMatchObject({ share: 0.8, waitsFor: 'http orders:80', through: undefined });
    const shown = first?.answeredBy;
    expect(shown && `${shown.service}: ${shown.entryPoints.map(({ name }) => name).join(', ')}`).toBe(answeredBy);
  });

  test('is followed past an entry point that takes longer than it, and past a service asked at another rate', async () => {
    const [first] = await asked({
      dependencies: [
        ['orders:80', 100],
        ['stock:80', 300],
      ],
      callees: [
        ['orders', 'place', 60],
        ['orders', 'report', 40],
        ['stock', 'take', 300],
      ],
      paths: [placing, report],
    });
    expect(first?.part.id?.name).toBe('place');
  });

  test('stays as it is in a path made of traces, which has the other services in it', async () => {
    const [first] = await asked(onlyOrders, { ...storefront, basis: 'traces' });
    expect(first).toMatchObject({ share: 0.8, answeredBy: undefined, through: undefined });
  });
});
