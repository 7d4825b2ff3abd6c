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
