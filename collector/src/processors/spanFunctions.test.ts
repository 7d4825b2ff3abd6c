import { describe, expect, it } from 'vitest';
import { emptySpan, type AttributeValue, type OtlpSpan } from '../otlp/model.js';
import type { Rejections } from './limits.js';
import { SpanFunctions } from './spanFunctions.js';
import { SpanLinker } from './spanLinker.js';

const NOW_MS = Date.UTC(2026, 10, 19, 12);
const NOW = NOW_MS / 60_000;

function span(
  id: string,
  parent: string,
  more: Partial<OtlpSpan> & { attrs?: Record<string, AttributeValue> } = {},
  durationMs = 20,
): OtlpSpan {
  const end = BigInt(NOW_MS + 1000) * 1_000_000n;
  const start = end - BigInt(durationMs) * 1_000_000n;
  const { attrs = {}, ...fields } = more;
  return {
    ...emptySpan(),
    traceId: 't',
    spanId: id,
    parentSpanId: parent,
    name: `span ${id}`,
    startHigh: Number(start >> 32n),
    startLow: Number(start & 0xffffffffn),
    endHigh: Number(end >> 32n),
    endLow: Number(end & 0xffffffffn),
    attributes: new Map(Object.entries(attrs)),
    ...fields,
  };
}

function setUp() {
  const functions = new SpanFunctions(new SpanLinker({ holdMs: 30_000, spans: 1000 }));
  return (service: string, spans: OtlpSpan[], nowMs = NOW_MS) => {
    const rejections: Rejections = new Map();
    const resource = new Map([['service.name', service]]);
    const result = functions.reportsOf([{ resource, spans }], nowMs, rejections);
    result.commit();
    return { ...result, rejections: Object.fromEntries(rejections) };
  };
}

describe('spans as functions', () => {
  it.each<[string, Record<string, AttributeValue>, object]>([
    [
      'current names',
      {
        'code.function.name': 'A.b',
        'code.file.path': 'file:///app/x.js',
        'code.line.number': 4,
        'code.column.number': 2,
      },
      { path: '/app/x.js', name: 'A.b', line: 4, column: 2 },
    ],
    [
      'old names',
      { 'code.function': 'b', 'code.namespace': 'A', 'code.filepath': 'C:\\app\\x.js', 'code.lineno': 4 },
      { path: 'C:/app/x.js', name: 'A.b', line: 4, column: 0 },
    ],
    [
      'current names before old ones',
      { 'code.function.name': 'new', 'code.function': 'old' },
      { path: '', name: 'new', line: 0, column: 0 },
    ],
    ['no names: the span is the function', {}, { path: '', name: 'span 1', line: 0, column: 0 }],
    [
      'an absurd line',
      { 'code.function.name': 'f', 'code.line.number': -4 },
      { path: '', name: 'f', line: 0, column: 0 },
    ],
  ])('are told by %s', (_case, attrs, fn) => {
    const { reports } = setUp()('s', [span('1', '', { attrs })]);
    expect(reports[0]?.functions).toMatchObject([
      { minute: NOW, fn, calls: 1, durations: { count: 1, sumSeconds: 0.02 } },
    ]);
  });

  it.each<[string, Partial<OtlpSpan> & { attrs?: Record<string, AttributeValue> }, object[]]>([
    ['an error type', { statusCode: 2, attrs: { 'error.type': '500' } }, [{ type: '500', count: 1 }]],
    [
      'an exception event',
      { statusCode: 2, events: [{ name: 'exception', attributes: new Map([['exception.type', 'TypeError']]) }] },
      [{ type: 'TypeError' }],
    ],
    ['nothing', { statusCode: 2 }, [{ type: 'Error' }]],
    [
      'an exception that was handled',
      { events: [{ name: 'exception', attributes: new Map([['exception.type', 'TypeError']]) }] },
      [],
    ],
  ])('fail with %s', (_case, more, errors) => {
    const { reports } = setUp()('s', [span('1', '', more)]);
    expect(reports[0]?.errors ?? []).toMatchObject(errors);
    expect(reports[0]?.errors).toHaveLength(errors.length);
  });

  it('find their callers in the request, in requests before and in requests after, across services', () => {
    const process = setUp();
    const caller = (result: ReturnType<typeof process>) =>
      result.reports.flatMap((it) =>
        it.edges.map((edge) => [
          it.deployment.service,
          edge.callee.name,
          edge.caller === 'entry' ? 'entry' : `${edge.caller.service}/${edge.caller.fn.name}`,
        ]),
      );
    expect(caller(process('db', [span('3', '2')]))).toEqual([]);
    expect(caller(process('shop', [span('2', '1'), span('1', '')]))).toEqual([
      ['shop', 'span 2', 'shop/span 1'],
      ['shop', 'span 1', 'entry'],
      ['db', 'span 3', 'shop/span 2'],
    ]);
    expect(caller(process('web', [span('4', '1')]))).toEqual([['web', 'span 4', 'shop/span 1']]);
  });

  it('whose parent never comes are counted, once', () => {
    const process = setUp();
    process('s', [span('2', 'gone')]);
    const drops = (nowMs: number) => process('s', [], nowMs).reports.flatMap((it) => it.drops);
    expect(drops(NOW_MS + 31_000)).toEqual([]);
    expect(drops(NOW_MS + 62_000)).toEqual([{ minute: NOW, reason: 'caller_unknown', count: 1 }]);
    expect(drops(NOW_MS + 95_000)).toEqual([]);
    expect(process('s', [span('gone', '')], NOW_MS + 96_000).reports.flatMap((it) => it.edges)).toHaveLength(1);
  });

  it('that come again are not counted again', () => {
    const process = setUp();
    process('s', [span('1', '')]);
    const again = process('s', [span('1', ''), span('2', '1'), span('2', '1')]);
    expect(again.rejections).toEqual({ duplicate: 2 });
    expect(again.reports[0]?.functions).toMatchObject([{ fn: { name: 'span 2' }, calls: 1 }]);
  });

  it.each<[string, OtlpSpan, Record<string, number>]>([
    ['from 1970', span('1', '', { startHigh: 0, startLow: 0, endHigh: 0, endLow: 5 }), { timestamp: 1 }],
    ['that end before they start', span('1', '', {}, -5), { timestamp: 1 }],
    ['without an id', span('', ''), { no_span_id: 1 }],
    ['without a name', span('1', '', { name: '' }), { no_name: 1 }],
  ])('%s are rejected and counted', (_case, bad, expected) => {
    const result = setUp()('s', [bad, span('ok', '')]);
    expect(result.rejections).toEqual(expected);
    expect(result.acceptedSpans).toBe(1);
  });

  it('cover the time from one to the next of an instance, short pauses included', () => {
    const process = setUp();
    expect(process('s', [span('1', '', {}, 500)]).reports[0]?.covered).toEqual([
      { startMs: NOW_MS + 500, endMs: NOW_MS + 1000 },
    ]);
    const [next] = process('s', [span('2', '', {}, 100)]).reports;
    expect(next?.covered).toEqual([{ startMs: NOW_MS + 900, endMs: NOW_MS + 1000 }]);
  });
});

const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;

describe('spans as entry points', () => {
  it.each<[string, number, Record<string, AttributeValue>, object]>([
    ['a route', SERVER, { 'http.request.method': 'GET', 'http.route': '/o/:id' }, { kind: 'http', name: 'GET /o/:id' }],
    ['a route, old names', SERVER, { 'http.method': 'GET', 'http.route': '/' }, { kind: 'http', name: 'GET /' }],
    ['a request without a route', SERVER, { 'http.request.method': 'GET' }, { kind: 'http', name: 'span 1' }],
    [
      'a procedure',
      SERVER,
      { 'rpc.system': 'grpc', 'rpc.service': 'shop.Orders', 'rpc.method': 'Place' },
      { kind: 'rpc', name: 'shop.Orders/Place' },
    ],
    [
      'a procedure named whole',
      SERVER,
      { 'rpc.system.name': 'grpc', 'rpc.method': 'shop.Orders/Place' },
      { kind: 'rpc', name: 'shop.Orders/Place' },
    ],
    [
      'a queue',
      CONSUMER,
      { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' },
      { kind: 'queue', name: 'orders' },
    ],
    ['nothing but a kind', SERVER, {}, { kind: 'rpc', name: 'span 1' }],
  ])('%s', (_case, kind, attrs, entryPoint) => {
    const { reports } = setUp()('s', [span('1', '', { kind, attrs })]);
    expect(reports[0]?.entries).toMatchObject([{ minute: NOW, entryPoint, fn: undefined, calls: 1 }]);
    expect(reports[0]?.functionEntries).toMatchObject([{ entryPoint, calls: 1 }]);
  });

  it('fail with their status, or with an answer of 500 and more', () => {
    const attrs = { 'http.request.method': 'GET', 'http.route': '/' };
    const { reports } = setUp()('s', [
      span('1', '', { kind: SERVER, attrs: { ...attrs, 'http.status_code': 503 } }),
      span('2', '', { kind: SERVER, attrs: { ...attrs, 'error.type': 'Boom' }, statusCode: 2 }),
      span('3', '', { kind: SERVER, attrs: { ...attrs, 'http.response.status_code': 404 } }),
    ]);
    expect(reports[0]?.entryErrors.map(({ type, count }) => [type, count])).toEqual([
      ['503', 1],
      ['Boom', 1],
    ]);
  });

  it('are what the functions below them are called for, down to the next service', () => {
    const send = setUp();
    const attrs = { 'http.request.method': 'GET', 'http.route': '/' };
    // Children first, as they end.
    const first = send('s', [span('3', '2'), span('2', '1')]);
    expect(first.reports[0]?.functionEntries).toEqual([]);
    const second = send('s', [span('1', '', { kind: SERVER, attrs })]);
    const entries = second.reports.flatMap((it) => it.functionEntries);
    expect(entries.map((it) => [it.fn.name, it.entryPoint?.name])).toEqual([
      ['span 1', 'GET /'],
      ['span 2', 'GET /'],
    ]);
    expect(send('t', [span('4', '3')]).reports[0]?.functionEntries).toEqual([]);
  });
});

describe('spans as dependencies', () => {
  it.each<[string, number, Record<string, AttributeValue>, object]>([
    ['a request', CLIENT, { 'server.address': 'pay', 'server.port': 80 }, { kind: 'http', target: 'pay:80' }],
    ['a request, old names', CLIENT, { 'net.peer.name': 'pay' }, { kind: 'http', target: 'pay' }],
    [
      'a request known by its address: nothing else of that',
      CLIENT,
      { 'url.full': 'https://me:secret@pay:8443/a?token=1' },
      { kind: 'http', target: 'pay:8443' },
    ],
    [
      'a database',
      CLIENT,
      { 'db.system': 'postgresql', 'db.name': 'shop', 'server.address': 'db1' },
      { kind: 'db', target: 'postgresql shop' },
    ],
    ['a cache', CLIENT, { 'db.system.name': 'redis' }, { kind: 'cache', target: 'redis' }],
    [
      'a queue',
      PRODUCER,
      { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' },
      { kind: 'queue', target: 'kafka orders' },
    ],
    [
      'a procedure',
      CLIENT,
      { 'rpc.system': 'grpc', 'rpc.service': 'shop.Orders' },
      { kind: 'rpc', target: 'shop.Orders' },
    ],
  ])('%s', (_case, kind, attrs, dependency) => {
    const { reports } = setUp()('s', [
      span('2', '1', { kind, attrs, statusCode: 2 }),
      span('1', '', { attrs: { 'code.function.name': 'load' } }),
    ]);
    expect(reports[0]?.dependencies).toMatchObject([
      { dependency, fn: { name: 'load' }, calls: 1, durations: { count: 1 } },
    ]);
    expect(reports[0]?.dependencyErrors).toMatchObject([{ dependency, fn: { name: 'load' }, type: 'Error', count: 1 }]);
  });

  it('are of the nearest function of code, else of the parent, else of nobody', () => {
    const send = setUp();
    const client = { kind: CLIENT, attrs: { 'server.address': 'pay' } };
    const code = { attrs: { 'code.function.name': 'load' } };
    const callers = (spans: OtlpSpan[]) => send('s', spans).reports[0]?.dependencies.map((it) => it.fn?.name);
    expect(callers([span('c', 'b', client), span('b', 'a'), span('a', '', code)])).toEqual(['load']);
    expect(callers([span('e', 'd', client), span('d', '')])).toEqual(['span d']);
    expect(callers([span('f', '', client)])).toEqual([undefined]);
  });
});
