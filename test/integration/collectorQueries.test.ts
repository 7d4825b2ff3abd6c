import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hindcast } from '@hindcast/proto/generated/query.js';
import * as semconv from '@hindcast/proto/semconv';
import {
  codeAttributes,
  declarationRequest,
  metricsRequest,
  sumsRequest,
  tracesRequest,
  type TestSpan,
} from './collectorClient.js';
import { closeCollector, openCollector, type TestCollector } from './testCollector.js';

import v1 = hindcast.v1;

const checkout = 'src/checkout.ts';
const stock = 'src/stock.ts';
const web = { name: 'web', version: '1' };
const newWeb = { name: 'web', version: '2', instance: 'web-2' };
const store = { name: 'store', version: '7' };
const pay = { name: 'pay', line: 3 };
const idle = { name: 'idle', line: 30 };
const post = { [semconv.ENTRY_KIND]: 'http', [semconv.ENTRY_NAME]: 'POST /pay' };
const caller = (service: string, path: string, fn: { name: string; line: number }) => ({
  [semconv.CALLER_SERVICE_NAME]: service,
  [semconv.CALLER_FUNCTION_NAME]: fn.name,
  [semconv.CALLER_FILE_PATH]: path,
  [semconv.CALLER_LINE_NUMBER]: fn.line,
  [semconv.CALLER_COLUMN_NUMBER]: 1,
});
const dependency = (kind: string, target: string) => ({
  [semconv.DEPENDENCY_KIND]: kind,
  [semconv.DEPENDENCY_TARGET]: target,
});

/**
 * `web` in two versions calls `store`; both have the sensor. `legacy` is known from spans only: it calls `store` too, and a database.
 */
async function fill({ otlp }: TestCollector, now: number): Promise<void> {
  for (const service of [web, newWeb]) {
    await otlp.export('logs', declarationRequest(service, checkout, 'a'.repeat(40), [pay, idle]));
  }
  await otlp.export('logs', declarationRequest(store, stock, 'b'.repeat(40), [{ name: 'take', line: 5 }]));
  const functions: [typeof web, number, number][] = [
    [web, 30, 3],
    [newWeb, 10, 0],
  ];
  for (const [service, calls, errors] of functions) {
    await otlp.export('metrics', metricsRequest(service, checkout, now - 10_000, now, [{ ...pay, calls, errors }]));
    await otlp.export(
      'metrics',
      sumsRequest(service, now - 10_000, now - 1, {
        [semconv.METRIC_ENTRY_CALLS]: [[{ ...post, ...codeAttributes(checkout, pay) }, calls]],
        [semconv.METRIC_FUNCTION_ENTRIES]: [[{ ...codeAttributes(checkout, pay), ...post }, calls]],
        [semconv.METRIC_DEPENDENCY_CALLS]: [
          [{ ...codeAttributes(checkout, pay), ...dependency('http', '10.0.0.7:8080') }, calls],
        ],
      }),
    );
  }
  await otlp.export('metrics', metricsRequest(store, stock, now - 10_000, now, [{ name: 'take', line: 5, calls: 42 }]));
  await otlp.export(
    'metrics',
    sumsRequest(store, now - 10_000, now - 1, {
      [semconv.METRIC_EDGE_CALLS]: [
        [{ ...codeAttributes(stock, { name: 'take', line: 5 }), ...caller('web', checkout, pay) }, 40],
      ],
      [semconv.METRIC_DEPENDENCY_CALLS]: [
        [{ ...codeAttributes(stock, { name: 'take', line: 5 }), ...dependency('db', 'sqlite') }, 80],
      ],
    }),
  );
  const span = (more: Partial<TestSpan> & Pick<TestSpan, 'id' | 'name'>): TestSpan => ({
    startMs: now - 1000,
    endMs: now - 900,
    ...more,
  });
  const route = { 'http.request.method': 'GET', 'http.route': '/old/:id' };
  await otlp.export(
    'traces',
    tracesRequest({ name: 'legacy' }, [
      span({ id: 1, name: 'GET /old/:id', kind: 2, attributes: route }),
      span({
        id: 2,
        parent: 1,
        name: 'GET',
        kind: 3,
        startMs: now - 990,
        endMs: now - 940,
        attributes: { 'server.address': 'store', 'server.port': 80 },
      }),
      span({
        id: 3,
        parent: 1,
        name: 'SELECT',
        kind: 3,
        startMs: now - 930,
        endMs: now - 910,
        attributes: { 'db.system.name': 'postgresql' },
      }),
    ]),
  );
  await otlp.export(
    'traces',
    tracesRequest({ name: 'shelf' }, [
      span({
        id: 4,
        parent: 2,
        name: 'GET /shelf',
        kind: 2,
        startMs: now - 980,
        endMs: now - 950,
        attributes: { 'http.route': '/shelf', 'http.request.method': 'GET' },
      }),
    ]),
  );
}

describe.each(['memory', 'sqlite'])('questions to a collector with its store in %s', (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-queries-'));
  const now = Date.now();
  let collector: TestCollector;
  beforeAll(async () => {
    const config = { store: kind === 'memory' ? 'memory' : join(folder, 'collector.db') };
    collector = await openCollector(config);
    await fill(collector, now);
    if (kind === 'memory') return;
    await closeCollector(collector);
    collector = await openCollector(config);
  });
  afterAll(async () => {
    await closeCollector(collector);
    rmSync(folder, { recursive: true });
  });

  it('what a function does, by version, over time, with what it calls', async () => {
    const { functions, omitted } = await collector.query.fn({
      function: { filePath: `/home/me/repo/${checkout}`, name: 'pay' },
      seriesPoints: 10,
    });
    expect(omitted).toBe(0);
    expect(functions.map((it) => [it.deployment?.version, Number(it.facts?.calls)])).toEqual([
      ['2', 10],
      ['1', 30],
    ]);
    const [, first] = functions;
    expect(first).toMatchObject({
      filePath: checkout,
      contentHash: 'a'.repeat(40),
      facts: { errors: 3, entryPoints: [{ entryPoint: { name: 'POST /pay' }, calls: 30 }] },
      callees: [{ service: 'store', filePath: stock, function: { name: 'take' }, calls: 40 }],
      errorOrigins: [{ type: 'Boom', thrown: 3, passed: 0, unknown: 0 }],
    });
    const series = first?.series ?? [];
    expect(series.length).toBeLessThanOrEqual(10);
    expect(series.length).toBeGreaterThan(5);
    const widths = series.map((it) => Number(it.start?.seconds));
    expect(new Set(widths.slice(1).map((it, i) => it - (widths[i] ?? 0))).size).toBe(1);
    expect(series.reduce((sum, it) => sum + Number(it.calls), 0)).toBe(30);
    expect(series.reduce((sum, it) => sum + Number(it.observed?.seconds), 0)).toBe(10);
    expect((await collector.query.fn({ function: { name: 'pay' }, scope: { version: '1' } })).functions).toHaveLength(
      1,
    );
    expect((await collector.query.fn({ function: { name: 'nobody' } })).functions).toEqual([]);
  });

  it('which functions are hot, fail or never ran, a page at a time', async () => {
    const names = (answer: v1.SearchFunctionsResponse) =>
      answer.functions.map((it) => [it.deployment?.service, it.deployment?.version, it.facts?.function?.name]);
    const hot = await collector.query.search({ pageSize: 2, scope: { service: 'web' } });
    expect(names(hot)).toEqual([
      ['web', '1', 'pay'],
      ['web', '2', 'pay'],
    ]);
    expect(hot).toMatchObject({ total: 2, nextPageToken: '' });
    const first = await collector.query.search({ pageSize: 1, text: 'PAY check' });
    expect(first).toMatchObject({ total: 2, functions: [{ deployment: { version: '1' } }] });
    const next = { pageSize: 1, text: 'PAY check', pageToken: first.nextPageToken };
    expect(await collector.query.search(next)).toMatchObject({
      nextPageToken: '',
      functions: [{ deployment: { version: '2' } }],
    });
    expect(names(await collector.query.search({ ranking: v1.Ranking.RANKING_FAILING }))).toEqual([['web', '1', 'pay']]);
    expect(names(await collector.query.search({ ranking: v1.Ranking.RANKING_NEVER_RAN }))).toEqual([
      ['web', '2', 'idle'],
    ]);
    expect(names(await collector.query.search({ ranking: v1.Ranking.RANKING_TIME, pathPrefix: 'src/st' }))).toEqual([
      ['store', '7', 'take'],
    ]);
    expect(
      names(await collector.query.search({ entryPoint: { kind: 'http', name: 'POST /pay' }, minimumCalls: 20 })),
    ).toEqual([['web', '1', 'pay']]);
    await expect(collector.query.search({ text: 'other', pageToken: first.nextPageToken })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('ask without it for the first page') as string,
    });
  });

  it('who calls whom across services, versions of a service as one', async () => {
    const graph = await collector.query.callGraph({
      roots: [{ service: 'store', name: 'take' }],
      direction: v1.Direction.DIRECTION_CALLERS,
    });
    expect(graph.nodes.map((it) => [it.service, it.function?.name, Number(it.calls), it.distance])).toEqual([
      ['store', 'take', 42, 0],
      ['web', 'pay', 40, 1],
    ]);
    expect(graph.edges).toMatchObject([{ caller: 1, callee: 0, calls: 40 }]);
    expect(graph.nodes[0]?.dependencies).toMatchObject([{ kind: 'db', target: 'sqlite', calls: 80 }]);
    expect(graph.nodes[1]?.entryPoints).toMatchObject([{ entryPoint: { name: 'POST /pay' }, calls: 40 }]);
    const whole = await collector.query.callGraph({ maxNodes: 2 });
    expect(whole.nodes.map((it) => it.function?.name)).toEqual(['take', 'pay']);
    expect(whole.nodesOmitted).toBeGreaterThan(0);
  });

  it('which services there are and what they call', async () => {
    const map = await collector.query.serviceMap();
    const name = (index: number | null | undefined) => map.nodes[index ?? -1]?.name;
    expect(map.edges.map((it) => `${name(it.caller)} → ${name(it.callee)}: ${Number(it.calls)}`).sort()).toEqual(
      [
        'legacy → postgresql: 1',
        'legacy → shelf: 1',
        'store → sqlite: 80',
        'web → store: 40',
        // Which service answers at the address that `legacy` called is known once its traces are put together.
        ...(kind === 'memory' ? ['legacy → store: 1'] : []),
      ].sort(),
    );
    expect(map.nodes.find((it) => it.name === 'web')).toMatchObject({
      dependencyKind: '',
      calls: 40,
      instances: 2,
      source: v1.Source.SOURCE_SENSOR,
    });
    expect([...(map.nodes.find((it) => it.name === 'web')?.versions ?? [])].sort()).toEqual(['1', '2']);
    expect(map.nodes.find((it) => it.name === 'sqlite')).toMatchObject({ dependencyKind: 'db', calls: 80 });
    const ofStore = await collector.query.serviceMap({ scope: { service: 'store' } });
    expect(ofStore.nodes.map((it) => it.name)).toEqual(expect.arrayContaining(['store', 'web', 'sqlite']));
    expect(ofStore.nodes.map((it) => it.name)).not.toContain('postgresql');
  });

  it('versions with their part of the traffic', async () => {
    const { versions } = await collector.query.versions({ scope: { service: 'web' } });
    const rolling = v1.VersionState.VERSION_STATE_ROLLING;
    expect(
      versions.map((it) => [it.deployment?.version, it.state, Number(it.entryCalls), it.trafficShare]).sort(),
    ).toEqual([
      ['1', rolling, 30, 0.75],
      ['2', rolling, 10, 0.25],
    ]);
    expect((await collector.query.versions({ scope: { service: 'store' } })).versions).toMatchObject([
      { state: v1.VersionState.VERSION_STATE_CURRENT },
    ]);
  });

  it('what ran and what never did, file by file', async () => {
    const coverage = await collector.query.coverage({ pageSize: 1 });
    expect(coverage.totals).toMatchObject({ files: 2, functions: 3, functionsRan: 2, functionsNeverRan: 1 });
    expect(coverage.files).toMatchObject([{ filePath: stock, functionsRan: 1, calls: 42 }]);
    const rest = await collector.query.coverage({ pageToken: coverage.nextPageToken });
    expect(rest.files).toMatchObject([
      { filePath: checkout, deployment: { version: '2' }, functionsRan: 1, functionsNeverRan: 1 },
    ]);
    expect((await collector.query.coverage({ pathPrefix: 'nowhere/' })).totals).toMatchObject({ files: 0 });
  });

  it.skipIf(kind === 'memory')('critical paths and exemplars of traces', async () => {
    const { paths } = await collector.query.criticalPath({ scope: { service: 'legacy' } });
    expect(paths).toMatchObject([
      { entryPoint: { kind: 'http', name: 'GET /old/:id' }, basis: v1.Basis.BASIS_TRACES, traces: 1, partialTraces: 0 },
    ]);
    const parts = paths[0]?.parts ?? [];
    expect(
      parts
        .map((it) => [
          it.service,
          it.function?.name,
          it.calleeService,
          it.dependency?.target ?? '',
          Math.round((it.share ?? 0) * 100),
        ])
        .sort(),
    ).toEqual([
      ['legacy', 'GET /old/:id', '', '', 30],
      ['legacy', 'GET /old/:id', '', 'postgresql', 20],
      ['legacy', 'GET /old/:id', 'shelf', '', 20],
      ['shelf', 'GET /shelf', '', '', 30],
    ]);
    expect(paths[0]?.meanSeconds).toBeCloseTo(0.1, 6);
    expect(paths[0]?.examples?.[0]?.traceId).toMatch(/^0{31}1$/);
    const { functions } = await collector.query.fn({ function: { service: 'shelf', name: 'GET /shelf' } });
    expect(
      functions[0]?.criticalPaths?.map((it) => [it.entryService, it.entryPoint?.name, it.share?.toFixed(3)]),
    ).toEqual([
      ['shelf', 'GET /shelf', '1.000'],
      ['legacy', 'GET /old/:id', '0.300'],
    ]);
    expect(functions[0]?.exemplars).toHaveLength(2);
    const { exemplars } = await collector.query.exemplars({ function: { name: 'GET /shelf' } });
    expect(exemplars.map((it) => it.deployment?.service)).toEqual(['legacy', 'shelf']);
  });

  it('and says what to change in a question that it cannot answer', async () => {
    const { query } = collector;
    const refused = (answer: Promise<unknown>, details: string) =>
      expect(answer).rejects.toMatchObject({
        code: status.INVALID_ARGUMENT,
        details: expect.stringContaining(details) as string,
      });
    await refused(query.fn({}), 'name or a file_path');
    await refused(query.fn({ function: { name: 'a' }, seriesPoints: 2000 }), 'at most 1500');
    await refused(query.criticalPath({}), 'scope.service is needed');
    await refused(query.search({ pageSize: 501 }), 'at most 500');
    await refused(query.callGraph({ roots: [{ service: 'web' }] }), 'roots[0]');
    await refused(query.exemplars({ limit: 201 }), 'at most 200');
    await refused(query.coverage({ scope: { window: { seconds: 401 * 86_400 } } }), '400 days');
  });
});
