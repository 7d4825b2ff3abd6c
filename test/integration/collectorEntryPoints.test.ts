import { describe, expect, it } from 'vitest';
import * as semconv from '@hindcast/proto/semconv';
import { codeAttributes, declarationRequest, sumsRequest, tracesRequest } from './collectorClient.js';
import { useCollector } from './testCollector.js';

const shop = { name: 'shop' };
const file = 'src/checkout.ts';
const add = codeAttributes(file, { name: 'add', line: 3 });
const entry = (name: string) => ({ [semconv.ENTRY_KIND]: 'http', [semconv.ENTRY_NAME]: name });
const sqlite = { [semconv.DEPENDENCY_KIND]: 'db', [semconv.DEPENDENCY_TARGET]: 'sqlite' };

describe('entry points, dependencies and callers of other services', () => {
  const test = useCollector();

  it('of the sensor are answered with its functions', async () => {
    const now = Date.now();
    const web = {
      [semconv.CALLER_SERVICE_NAME]: 'web',
      [semconv.CALLER_FUNCTION_NAME]: 'Page.ord',
      [semconv.CALLER_FILE_PATH]: '*/page.ts',
      [semconv.CALLER_LINE_NUMBER]: 9,
      [semconv.CALLER_COLUMN_NUMBER]: 1,
    };
    await test().otlp.export(
      'metrics',
      sumsRequest(shop, now - 10_000, now, {
        [semconv.METRIC_FUNCTION_CALLS]: [[add, 10]],
        [semconv.METRIC_EDGE_CALLS]: [[{ ...add, ...web }, 10]],
        [semconv.METRIC_ENTRY_CALLS]: [
          [{ ...entry('GET /'), ...add }, 2],
          [{ ...entry('POST /checkout'), ...add }, 9],
        ],
        [semconv.METRIC_ENTRY_ERRORS]: [[{ ...entry('GET /'), ...add, [semconv.ERROR_TYPE]: '500' }, 1]],
        [semconv.METRIC_FUNCTION_ENTRIES]: [
          [{ ...add, ...entry('GET /') }, 2],
          [{ ...add, ...entry('POST /checkout') }, 7],
          [add, 1],
        ],
        [semconv.METRIC_DEPENDENCY_CALLS]: [[{ ...add, ...sqlite }, 20]],
        [semconv.METRIC_DEPENDENCY_ERRORS]: [[{ ...add, ...sqlite, [semconv.ERROR_TYPE]: 'Locked' }, 1]],
        [semconv.METRIC_SENSOR_DROPS]: [[{ [semconv.DROP_REASON]: 'entry_limit' }, 4]],
      }),
    );
    await test().otlp.export(
      'logs',
      declarationRequest({ name: 'web' }, 'app/page.ts', 'a'.repeat(40), [{ name: 'Page.order', line: 9 }]),
    );

    const answer = await test().query.overlay({ files: [{ path: file }] });
    expect(answer.files[0]?.deployments?.[0]?.functions?.[0]).toMatchObject({
      callers: [{ service: 'web', filePath: 'app/page.ts', function: { name: 'Page.order', line: 9 }, calls: 10 }],
      entryPoints: [
        { entryPoint: { kind: 'http', name: 'POST /checkout' }, calls: 7 },
        { entryPoint: { kind: 'http', name: 'GET /' }, calls: 2 },
      ],
      dependencies: [{ kind: 'db', target: 'sqlite', calls: 20, errors: 1 }],
    });
    const { entryPoints } = await test().query.entryPoints();
    expect(entryPoints).toMatchObject([
      {
        deployment: { service: 'shop', version: '1.0.0' },
        entryPoint: { kind: 'http', name: 'POST /checkout' },
        function: { name: 'add', line: 3 },
        filePath: file,
        calls: 9,
        errors: 0,
      },
      { entryPoint: { name: 'GET /' }, calls: 2, errors: 1, errorsByType: [{ type: '500', count: 1 }] },
    ]);
    expect((await test().query.services({ scope: { service: 'shop' } })).services).toMatchObject([
      {
        drops: [{ reason: 'entry_limit', count: 4 }],
        dependencies: [{ kind: 'db', target: 'sqlite', calls: 20, errors: 1 }],
      },
    ]);
    expect((await test().query.entryPoints({ scope: { service: 'web' } })).entryPoints).toEqual([]);
  });

  it('of spans are answered the same', async () => {
    const now = Date.now();
    const code = { 'code.function': 'load', 'code.filepath': '/app/src/cart.js', 'code.lineno': 7 };
    await test().otlp.export(
      'traces',
      tracesRequest(shop, [
        {
          name: 'pg.query',
          id: 3,
          parent: 2,
          kind: 3,
          startMs: now - 5,
          endMs: now - 1,
          error: 'Deadlock',
          attributes: { 'db.system': 'postgresql', 'db.name': 'shop', 'db.statement': 'SELECT secret' },
        },
        { name: 'load', id: 2, parent: 1, startMs: now - 8, endMs: now, attributes: code },
        {
          name: 'GET',
          id: 1,
          kind: 2,
          startMs: now - 10,
          endMs: now,
          attributes: { 'http.method': 'GET', 'http.route': '/cart/:id', 'http.status_code': 500 },
        },
      ]),
    );
    const answer = await test().query.overlay({ files: [{ path: '/app/src/cart.js' }] });
    expect(answer.files[0]?.deployments?.[0]?.functions?.[0]).toMatchObject({
      function: { name: 'load' },
      entryPoints: [{ entryPoint: { kind: 'http', name: 'GET /cart/:id' }, calls: 1 }],
      dependencies: [{ kind: 'db', target: 'postgresql shop', calls: 1, errors: 1, duration: { count: 1 } }],
    });
    expect((await test().query.entryPoints()).entryPoints).toMatchObject([
      {
        entryPoint: { kind: 'http', name: 'GET /cart/:id' },
        calls: 1,
        errorsByType: [{ type: '500', count: 1 }],
        duration: { count: 1 },
      },
    ]);
  });
});
