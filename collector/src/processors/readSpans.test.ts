import { describe, expect, it } from 'vitest';
import { opentelemetry } from '@hindcast/proto/generated/otlp.js';
import { parseTraces } from '../otlp/json.js';
import type { Rejections } from './limits.js';
import { decodeSpans, readSpans } from './readSpans.js';
import { SpanFunctions } from './spanFunctions.js';
import { SpanLinker } from './spanLinker.js';
import type { SpanRows } from './spanRows.js';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;
const NOW_MS = Date.UTC(2026, 10, 19, 12);
const NANOS = String(BigInt(NOW_MS) * 1_000_000n);
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const [PARENT, CHILD] = ['b7ad6b7169203331', '00f067aa0ba902b7'];

interface Span {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

function overJson(...spans: readonly Span[]): SpanRows {
  return ofInstances([''], spans);
}

/** The same spans from each of these instances. */
function ofInstances(instances: readonly string[], spans: readonly Span[]): SpanRows {
  const times = { startTimeUnixNano: NANOS, endTimeUnixNano: NANOS };
  const all = spans.map((span) => ({ traceId: TRACE, kind: 1, ...times, ...span }));
  const resourceSpans = instances.map((id) => ({
    resource: { attributes: [{ key: 'service.instance.id', value: { stringValue: id } }] },
    scopeSpans: [{ spans: all }],
  }));
  return readSpans(parseTraces(JSON.stringify({ resourceSpans })));
}

function overProtobuf(...spans: readonly Span[]): SpanRows {
  const id = (hex = ''): Buffer => Buffer.from(hex, 'hex');
  const times = { startTimeUnixNano: NOW_MS * 1e6, endTimeUnixNano: NOW_MS * 1e6 };
  const all = spans.map(({ name, spanId, parentSpanId }) => ({
    ...{ traceId: id(TRACE), spanId: id(spanId), parentSpanId: id(parentSpanId), name, kind: 1, ...times },
  }));
  const request = { resourceSpans: [{ scopeSpans: [{ spans: all }] }] };
  return decodeSpans(Buffer.from(ExportTraceServiceRequest.encode(request).finish()));
}

const parent: Span = { name: 'parent', spanId: PARENT };
const child: Span = { name: 'child', spanId: CHILD, parentSpanId: PARENT };

function setUp() {
  const functions = new SpanFunctions(new SpanLinker());
  const batchOf = (spans: SpanRows) => {
    const batch = functions.begin();
    const rejections: Rejections = new Map();
    const taken = batch.add(spans, NOW_MS, rejections);
    return { taken, rejections, ...batch.finish(NOW_MS) };
  };
  const callers = (spans: SpanRows) => {
    const { reports, commit } = batchOf(spans);
    commit();
    return reports.flatMap(({ edges }) =>
      edges.map(({ callee, caller }) => `${caller === 'entry' ? 'entry' : caller.fn.name} → ${callee.name}`),
    );
  };
  return { batchOf, callers };
}

describe('spans of one trace', () => {
  it.each<[string, SpanRows, SpanRows]>([
    ['the parent in JSON, the child in protobuf', overJson(parent), overProtobuf(child)],
    ['the parent in protobuf, the child in JSON', overProtobuf(parent), overJson(child)],
  ])('%s', (_case, first, second) => {
    const { callers } = setUp();
    expect(callers(first)).toEqual(['entry → parent']);
    expect(callers(second)).toEqual(['parent → child']);
    expect(setUp().callers(second)).toEqual([]);
  });

  it('have their ids told as they were given', () => {
    for (const spans of [overJson(parent), overProtobuf(parent)]) expect(spans.traceIdText(0)).toBe(TRACE);
  });

  it('that come in protobuf and again in JSON are not counted again', () => {
    const { batchOf } = setUp();
    batchOf(overProtobuf(parent)).commit();
    expect(batchOf(overJson(parent))).toMatchObject({ taken: 0, rejections: new Map([['duplicate', 1]]) });
  });

  it('may share an id where they are of different instances, as long as these are few', () => {
    const { batchOf } = setUp();
    const instances = Array.from({ length: 100 }, (_, i) => String(i));
    expect(batchOf(ofInstances(instances, [parent]))).toMatchObject({
      taken: 32,
      rejections: new Map([['duplicate', 68]]),
    });
  });
});

describe('spans that could not be stored', () => {
  it('are taken when they are sent again, with what was found for them', () => {
    const { batchOf, callers } = setUp();
    batchOf(overJson(child)).commit();
    // Not committed: the store refused it.
    expect(batchOf(overJson(parent)).taken).toBe(1);
    expect(callers(overJson(parent))).toEqual(['entry → parent', 'parent → child']);
    expect(batchOf(overJson(parent)).taken).toBe(0);
  });

  it('are forgotten however many they were', () => {
    const { batchOf } = setUp();
    const many = Array.from({ length: 2_000 }, (_, i) => ({
      name: 'f',
      spanId: (i + 1).toString(16).padStart(16, '0'),
    }));
    batchOf(overJson(...many.slice(0, 1_000))).commit();
    expect(batchOf(overJson(...many)).taken).toBe(1_000);
    expect(batchOf(overJson(...many)).taken).toBe(1_000);
  });
});
