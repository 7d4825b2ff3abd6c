// Spans that an OpenTelemetry Collector has written into ClickHouse give the answers that the same spans give when they are sent.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '@hindcast/core/logger';
import { startCollector, type RunningCollector } from '@hindcast/collector/startCollector';
import * as semconv from '@hindcast/proto/semconv';
import {
  OtlpClient,
  QueryClient,
  codeAttributes,
  tracesRequest,
  type TestSpan,
} from '../integration/collectorClient.js';
import { ChdbServer, chdbMissing } from './chdbServer.js';

/** Times that are multiples of 4 ms: as nanoseconds they are doubles without rounding. */
const nowMs = Math.floor((Date.now() - 40_000) / 1000) * 1000;
const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const services: Record<string, TestSpan[]> = {
  web: [
    {
      name: 'GET /',
      id: 1,
      kind: 2,
      startMs: nowMs - 900,
      endMs: nowMs,
      attributes: { [semconv.HTTP_ROUTE]: '/', 'http.request.method': 'GET' },
    },
    {
      name: 'render',
      id: 2,
      parent: 1,
      startMs: nowMs - 848,
      endMs: nowMs - 48,
      attributes: codeAttributes('src/page.ts', { name: 'render', line: 7, column: 3 }),
    },
    {
      name: 'GET',
      id: 3,
      parent: 2,
      kind: 3,
      startMs: nowMs - 800,
      endMs: nowMs - 300,
      attributes: { 'server.address': 'cart', 'server.port': 8080, 'http.request.method': 'GET' },
    },
  ],
  cart: [
    {
      name: 'GET /cart',
      id: 4,
      parent: 3,
      kind: 2,
      startMs: nowMs - 700,
      endMs: nowMs - 400,
      error: 'CartError',
      attributes: {
        ...codeAttributes('src/cart.ts', { name: 'Cart.get', line: 12 }),
        [semconv.HTTP_ROUTE]: '/cart',
        'http.request.method': 'GET',
        'http.response.status_code': 500,
      },
    },
    {
      name: 'SELECT',
      id: 5,
      parent: 4,
      kind: 3,
      startMs: nowMs - 648,
      endMs: nowMs - 448,
      attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'carts' },
    },
  ],
};

function hex(id: number, digits: number): string {
  return id.toString(16).padStart(digits, '0');
}

/** A line of JSONEachRow as the exporter fills the columns; a Map has texts only, JSON has values. */
function row(service: string, span: TestSpan, isMap: boolean): string {
  const resource = {
    [semconv.SERVICE_NAME]: service,
    [semconv.SERVICE_VERSION]: '1.0.0',
    'service.instance.id': `${service}-1`,
  };
  const texts = (values: Record<string, string | number> = {}) =>
    isMap ? Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)])) : values;
  return JSON.stringify({
    Timestamp: `${String(span.startMs)}000000`.replace(/(\d{9})$/, '.$1'),
    TraceId: hex(span.trace ?? 1, 32),
    SpanId: hex(span.id, 16),
    ParentSpanId: span.parent === undefined ? '' : hex(span.parent, 16),
    TraceState: '',
    SpanName: span.name,
    SpanKind: KINDS[span.kind ?? 1],
    ServiceName: service,
    ResourceAttributes: resource,
    ScopeName: '',
    ScopeVersion: '',
    SpanAttributes: texts(span.attributes),
    Duration: (span.endMs - span.startMs) * 1e6,
    StatusCode: span.error === undefined ? 'Unset' : 'Error',
    StatusMessage: '',
    'Events.Timestamp': span.error === undefined ? [] : [Math.floor(span.endMs / 1000)],
    'Events.Name': span.error === undefined ? [] : ['exception'],
    'Events.Attributes': span.error === undefined ? [] : [{ [semconv.EXCEPTION_TYPE]: span.error }],
    'Links.TraceId': [],
    'Links.SpanId': [],
    'Links.TraceState': [],
    'Links.Attributes': [],
  });
}

/** The columns of the exporter's two layouts; indexes and codecs do not matter to who reads. */
function table(name: string, attributes: string): string {
  return `CREATE TABLE ${name} (
    Timestamp DateTime64(9), TraceId String, SpanId String, ParentSpanId String, TraceState String,
    SpanName LowCardinality(String), SpanKind LowCardinality(String), ServiceName LowCardinality(String),
    ResourceAttributes ${attributes}, ScopeName String, ScopeVersion String, SpanAttributes ${attributes},
    Duration UInt64, StatusCode LowCardinality(String), StatusMessage String,
    Events Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes ${attributes}),
    Links Nested (TraceId String, SpanId String, TraceState String, Attributes ${attributes})
  ) ENGINE = MergeTree PARTITION BY toDate(Timestamp) ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))`;
}

describe.skipIf(chdbMissing)(`spans in ClickHouse${chdbMissing ? `, skipped: ${chdbMissing}` : ''}`, () => {
  let server: ChdbServer;
  let sent: RunningCollector;
  const running: RunningCollector[] = [];
  const start = async (store: string): Promise<RunningCollector> => {
    const collector = await startCollector(
      { otlpGrpc: '127.0.0.1:0', otlpHttp: undefined, query: '127.0.0.1:0', store },
      silentLogger,
    );
    running.push(collector);
    return collector;
  };
  const answers = async (collector: RunningCollector) => {
    const query = new QueryClient(collector.addresses.query);
    try {
      const { files } = await query.overlay({ files: ['src/page.ts', 'src/cart.ts'].map((path) => ({ path })) });
      const { entryPoints } = await query.entryPoints();
      const { services: listed } = await query.services();
      return {
        functions: files.map(({ deployments }) => deployments?.map(({ functions }) => functions)),
        entryPoints: entryPoints.map(({ deployment, ...it }) => ({ ...it, service: deployment?.service })),
        services: listed.map(({ deployment, calls, errors, dependencies }) => [
          deployment?.service,
          deployment?.version,
          calls,
          errors,
          dependencies,
        ]),
      };
    } finally {
      query.close();
    }
  };

  beforeAll(async () => {
    server = await ChdbServer.start();
    sent = await start('memory');
    const otlp = new OtlpClient(sent.addresses.otlpGrpc ?? '');
    for (const [name, spans] of Object.entries(services)) await otlp.export('traces', tracesRequest({ name }, spans));
    otlp.close();
  });
  afterAll(async () => {
    for (const collector of running) await collector.close();
    await server.close();
  });

  it.each([
    ['Map', 'Map(LowCardinality(String), String)'],
    ['JSON', 'JSON'],
  ])('with attributes as %s are read and answered as if they had been sent', async (layout, attributes) => {
    const name = `otel_traces_${layout.toLowerCase()}`;
    await server.run(table(name, attributes));
    const rows = Object.entries(services).flatMap(([service, spans]) =>
      spans.map((span) => row(service, span, layout === 'Map')),
    );
    await server.run(`INSERT INTO ${name} FORMAT JSONEachRow\n${rows.join('\n')}`);
    const reader = await start(`${server.address('default')}&otel_traces=${name}&otel_delay_s=1`);
    const expected = await answers(sent);
    expect(JSON.stringify(expected)).toMatch(/postgresql.*CartError|CartError.*postgresql/);
    await expect.poll(async () => answers(reader), { timeout: 30_000, interval: 200 }).toEqual(expected);
    const query = new QueryClient(reader.addresses.query);
    const { receivers } = await query.status();
    query.close();
    expect(receivers.find((it) => it.name === 'otel-traces')).toMatchObject({ acceptedSpans: 5, refused: [] });
  });

  it('refuses a table that is not there with what to do', async () => {
    await expect(start(`${server.address('default')}&otel_traces=nothing`)).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      message: expect.stringContaining('nothing') as string,
    });
  });
});
