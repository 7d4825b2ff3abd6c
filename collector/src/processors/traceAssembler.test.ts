import { describe, expect, it } from 'vitest';
import { emptySpan, type OtlpSpan } from '../otlp/model.js';
import type { PathOwnerRow } from '../store/model.js';
import type { Rejections } from './limits.js';
import { SpanFunctions } from './spanFunctions.js';
import { SpanLinker } from './spanLinker.js';
import { TraceAssembler, defaultAssemblerLimits, type AssemblerLimits } from './traceAssembler.js';

const NOW_MS = Date.UTC(2026, 10, 19, 12);
const QUIET_MS = defaultAssemblerLimits.quietMs;
const [SERVER, CLIENT, CONSUMER] = [2, 3, 5];

interface TestSpan {
  readonly id: string;
  readonly parent?: string;
  readonly service?: string;
  readonly kind?: number;
  /** Milliseconds after NOW_MS. */
  readonly from: number;
  readonly to: number;
  readonly trace?: string;
  readonly attributes?: Record<string, string>;
  readonly failed?: boolean;
}

function otlp({
  id,
  parent = '',
  kind = 1,
  from,
  to,
  trace = 't'.repeat(32),
  attributes = {},
  failed,
}: TestSpan): OtlpSpan {
  const halves = (ms: number): [number, number] => {
    const nanos = BigInt(NOW_MS + ms) * 1_000_000n;
    return [Number(nanos >> 32n), Number(nanos & 0xffffffffn)];
  };
  const [[startHigh, startLow], [endHigh, endLow]] = [halves(from), halves(to)];
  return {
    ...emptySpan(),
    ...{ traceId: trace, spanId: id, parentSpanId: parent, name: id, kind, startHigh, startLow, endHigh, endLow },
    statusCode: failed ? 2 : 0,
    attributes: new Map(Object.entries(attributes)),
  };
}

function setUp(limits: Partial<AssemblerLimits> = {}) {
  let cpuMs = 0;
  const assembler = new TraceAssembler({ ...defaultAssemblerLimits, ...limits }, () => cpuMs++ / 1e6);
  const functions = new SpanFunctions(new SpanLinker(), assembler);
  const add = (spans: readonly TestSpan[], nowMs = NOW_MS): void => {
    const rejections: Rejections = new Map();
    const services = new Set(spans.map(({ service = 'web' }) => service));
    const groups = [...services].map((service) => ({
      resource: new Map([['service.name', service]]),
      spans: spans.filter((it) => (it.service ?? 'web') === service).map(otlp),
    }));
    functions.reportsOf(groups, nowMs, rejections).commit();
    expect(rejections).toEqual(new Map());
  };
  const due = (nowMs = NOW_MS + QUIET_MS, isClosing = false) => {
    const { reports, commit, hasMore } = functions.dueTraces(nowMs, isClosing);
    commit();
    return { reports, hasMore };
  };
  return { add, due };
}

const ownersOf = (rows: readonly PathOwnerRow[]) =>
  rows
    .map(({ owner, traces, pathTraces, selfNanos, savesAtMostNanos }) => [
      `${owner.service}.${owner.fn.name}${owner.calleeService && ` → ${owner.calleeService}`}`,
      owner.dependency?.target ?? '',
      traces,
      pathTraces,
      selfNanos / 1e6,
      savesAtMostNanos / 1e6,
    ])
    .sort();

const trace: readonly TestSpan[] = [
  { id: 'GET /', kind: SERVER, from: 0, to: 100 },
  {
    id: 'call',
    parent: 'GET /',
    kind: CLIENT,
    from: 10,
    to: 90,
    attributes: { 'server.address': 'cart', 'server.port': '80' },
  },
  { id: 'POST /cart', parent: 'call', service: 'cart', kind: SERVER, from: 20, to: 80 },
  {
    id: 'find',
    parent: 'POST /cart',
    service: 'cart',
    kind: CLIENT,
    from: 30,
    to: 70,
    attributes: { 'db.system.name': 'pg' },
  },
  { id: 'cached', parent: 'POST /cart', service: 'cart', from: 35, to: 40 },
];

describe('assembled traces', () => {
  it('give a path for each entry point, and say what ran without being on it', () => {
    const { add, due } = setUp();
    // Children come first, and each service sends for itself.
    add(trace.filter((it) => it.service === 'cart'));
    add(
      trace.filter((it) => it.service !== 'cart'),
      NOW_MS + 4000,
    );
    expect(due(NOW_MS + QUIET_MS).reports).toEqual([]);
    const { reports } = due(NOW_MS + 4000 + QUIET_MS);
    const [web, cart] = reports.toSorted((a, b) => (a.deployment.service > b.deployment.service ? -1 : 1));
    expect(web?.paths).toMatchObject([
      { entryPoint: { kind: 'rpc', name: 'GET /' }, traces: 1, partialTraces: 0, totalNanos: 100e6 },
    ]);
    expect(ownersOf(web?.pathOwners ?? [])).toEqual([
      ['cart.POST /cart', '', 1, 1, 20, 20],
      // No more: the other one would still be waited for.
      ['cart.POST /cart', 'pg', 1, 1, 40, 30],
      ['cart.cached', '', 1, 0, 0, 0],
      ['web.GET / → cart', 'cart:80', 1, 1, 20, 20],
      ['web.GET /', '', 1, 1, 20, 20],
    ]);
    expect(cart?.paths).toMatchObject([{ entryPoint: { name: 'POST /cart' }, traces: 1, totalNanos: 60e6 }]);
    expect(ownersOf(cart?.pathOwners ?? [])).toEqual([
      ['cart.POST /cart', '', 1, 1, 20, 20],
      ['cart.POST /cart', 'pg', 1, 1, 40, 30],
      ['cart.cached', '', 1, 0, 0, 0],
    ]);
    expect(due().reports).toEqual([]);
  });

  it('are kept as exemplars with the way they went', () => {
    const { add, due } = setUp();
    add(trace.map((it) => ({ ...it, failed: it.id === 'GET /' })));
    const [exemplar] = due().reports.find(({ deployment }) => deployment.service === 'web')?.exemplars ?? [];
    expect(exemplar).toMatchObject({
      entryPoint: { name: 'GET /' },
      timeMs: NOW_MS,
      durationSeconds: 0.1,
      errorType: 'Error',
    });
    expect(
      exemplar?.path.map(({ fn, service, offsetSeconds, parent }) => [fn.name, service, offsetSeconds, parent]),
    ).toEqual([
      ['GET /', undefined, 0, -1],
      ['call', undefined, 0.01, 0],
      ['POST /cart', 'cart', 0.02, 1],
      ['find', 'cart', 0.03, 2],
      ['cached', 'cart', 0.035, 2],
    ]);
    expect(exemplar?.dependencies.map(({ dependency, count }) => [dependency.target, count])).toEqual([
      ['cart:80', 1],
      ['pg', 1],
    ]);
  });

  it('keep the slowest, the newest and the newest failing call of those that end together', () => {
    const { add, due } = setUp();
    const at = (i: number, length: number, failed = false) =>
      add([{ id: 'GET /', kind: SERVER, trace: `${i}`.padStart(32, '0'), from: i, to: i + length, failed }]);
    at(1, 5, true);
    at(2, 90);
    at(3, 7);
    at(4, 6);
    const [report] = due().reports;
    expect(report?.paths).toMatchObject([{ traces: 4 }]);
    expect(report?.exemplars.map(({ traceId }) => Number(traceId)).sort()).toEqual([1, 2, 4]);
  });

  it('begin with the first server when nobody saw what called it', () => {
    const { add, due } = setUp();
    add(trace.map((it) => (it.id === 'GET /' ? { ...it, parent: 'browser' } : it)));
    expect(
      due()
        .reports.flatMap((it) => it.paths)
        .map(({ traces, partialTraces }) => [traces, partialTraces]),
    ).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it('are counted as partial where something is missing, and only there', () => {
    const { add, due } = setUp();
    add(trace.filter(({ id }) => id !== 'call'));
    const { reports } = due();
    expect(reports.flatMap((it) => it.paths).map((it) => [it.entryPoint.name, it.traces, it.partialTraces])).toEqual([
      ['GET /', 0, 1],
    ]);
    expect(reports.flatMap((it) => it.pathOwners)).toEqual([]);
  });

  it('end where a message is sent, and begin again where it is received', () => {
    const { add, due } = setUp();
    add([
      { id: 'job', from: 0, to: 50 },
      { id: 'send', parent: 'job', kind: 4, from: 10, to: 20 },
      { id: 'receive', parent: 'send', service: 'mail', kind: CONSUMER, from: 500, to: 600 },
    ]);
    expect(
      due()
        .reports.flatMap((it) => it.paths)
        .map((it) => [it.entryPoint, it.totalNanos / 1e6]),
    ).toEqual([
      [{ kind: 'span', name: 'job' }, 50],
      [{ kind: 'queue', name: 'receive' }, 100],
    ]);
  });

  it('are looked at in pieces, all of them at the end', () => {
    const { add, due } = setUp({ spansAtATime: 2 });
    const many = Array.from({ length: 5 }, (_, i) => ({ id: 'GET /', trace: `${i}`, kind: SERVER, from: 0, to: 9 }));
    add(many);
    expect(due()).toMatchObject({ hasMore: true, reports: [{ paths: [{ traces: 2 }] }] });
    expect(due(NOW_MS, true)).toMatchObject({ hasMore: false, reports: [{ paths: [{ traces: 3 }] }] });
  });

  it('are given up oldest first and counted when there are too many; late spans are none of their own', () => {
    const { add, due } = setUp({ spans: 3 });
    const one = (name: string): TestSpan => ({ id: 'GET /', trace: name, kind: SERVER, from: 0, to: 9 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) add([one(name)]);
    expect(due().reports).toMatchObject([{ paths: [{ traces: 3 }], drops: [{ reason: 'trace_limit', count: 2 }] }]);
    add([{ id: 'late', parent: 'GET /', trace: 'e', from: 1, to: 2 }]);
    expect(due(NOW_MS + 2 * QUIET_MS).reports).toEqual([]);
  });

  it('are taken in part where more comes than fits, and the others are counted', () => {
    const { add, due } = setUp({ spans: 1_000 });
    let traces = 0;
    const send = (many: number, nowMs: number): void => {
      for (let i = 0; i < many; i++) {
        const trace = (++traces).toString(16).padStart(32, '0');
        add([{ id: 'GET /', trace, kind: SERVER, from: 0, to: 9 }], nowMs);
      }
    };
    let [known, dropped] = [0, 0];
    const look = (nowMs: number): number => {
      let found = 0;
      for (const { paths, drops } of due(nowMs).reports) {
        for (const path of paths) found += path.traces;
        for (const drop of drops) dropped += drop.count;
      }
      known += found;
      return found;
    };
    const SECOND_MS = 1_000;
    for (let second = 0; second < 30; second++) {
      send(400, NOW_MS + second * SECOND_MS);
      look(NOW_MS + second * SECOND_MS);
    }
    // Ten seconds' worth of all would be 4,000.
    const inOneSecond = look(NOW_MS + 30 * SECOND_MS);
    expect(inOneSecond).toBeGreaterThan(0);
    expect(inOneSecond).toBeLessThan(200);
    look(NOW_MS + 100 * SECOND_MS);
    expect(known + dropped).toBe(traces);
  });

  it('stay until they are stored', () => {
    const assembler = new TraceAssembler();
    const functions = new SpanFunctions(new SpanLinker(), assembler);
    functions.reportsOf([{ resource: new Map(), spans: trace.map(otlp) }], NOW_MS, new Map()).commit();
    const first = functions.dueTraces(NOW_MS + QUIET_MS, false);
    expect(functions.dueTraces(NOW_MS + QUIET_MS, false).reports).toEqual(first.reports);
    first.commit();
    expect(functions.dueTraces(NOW_MS + QUIET_MS, false).reports).toEqual([]);
  });
});
