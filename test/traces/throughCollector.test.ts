import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hindcast } from '@hindcast/proto/generated/query.js';
import type { TraceSpan } from '@hindcast/core/criticalPathTree';
import { closeCollector, openCollector, type TestCollector } from '../integration/testCollector.js';
import { jaegerSpans, type JaegerTrace } from './jaegerSpans.js';
import { nezhaTraces } from './nezhaSpans.js';
import { hasPublicData, publicFiles, publicText } from './publicData.js';
import { zipkinSpans, type ZipkinSpan } from './zipkinSpans.js';

import v1 = hindcast.v1;

const KINDS = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

/** Sends traces as OTLP/JSON, an hour ago, each service for itself; then starts the collector anew: so all of them are whole. */
async function throughCollector(
  traces: readonly (readonly TraceSpan[])[],
  ask: (collector: TestCollector) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-traces-'));
  const config = { store: join(folder, 'collector.db') };
  const sending = await openCollector(config);
  const origin = BigInt(Date.now() - 1_800_000) * 1_000_000n;
  const services = new Set(traces.flat().map(({ service }) => service));
  for (const service of services) {
    const spans = traces.flatMap((trace, index) => {
      const ids = new Map(trace.map(({ id }, i) => [id, (i + 1).toString(16).padStart(16, '0')]));
      return trace
        .filter((it) => it.service === service)
        .map((it) => ({
          traceId: (index + 1).toString(16).padStart(32, '0'),
          spanId: ids.get(it.id),
          // A parent that is not there stays a parent that is not there.
          ...(it.parentId !== undefined && { parentSpanId: ids.get(it.parentId) ?? 'f'.repeat(16) }),
          name: it.functionKey,
          kind: KINDS[it.kind],
          startTimeUnixNano: String(origin + BigInt(it.startNanos)),
          endTimeUnixNano: String(origin + BigInt(Math.max(it.startNanos, it.endNanos))),
        }));
    });
    for (let i = 0; i < spans.length; i += 2000) {
      const response = await fetch(`http://${sending.running.addresses.otlpHttp ?? ''}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          resourceSpans: [
            {
              resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
              scopeSpans: [{ spans: spans.slice(i, i + 2000) }],
            },
          ],
        }),
      });
      expect(await response.json()).toEqual({});
    }
  }
  await closeCollector(sending);
  const answering = await openCollector(config);
  try {
    await ask(answering);
  } finally {
    await closeCollector(answering);
    rmSync(folder, { recursive: true });
  }
}

const rootOf = (trace: readonly TraceSpan[]): TraceSpan | undefined =>
  trace.find(({ parentId }) => parentId === undefined);

/** Own time on paths by `[service] function`, microseconds, of the entry points that traces begin with. */
function exclusiveTimes(
  paths: readonly v1.CriticalPath.$Properties[],
  names: ReadonlySet<string>,
): Record<string, number> {
  const times: Record<string, number> = {};
  for (const { entryPoint, traces, parts } of paths) {
    if (!names.has(entryPoint?.name ?? '')) continue;
    for (const { service, function: fn, meanSelfSeconds } of parts ?? []) {
      const key = `[${service ?? ''}] ${fn?.name ?? ''}`;
      times[key] = Math.round((times[key] ?? 0) + (meanSelfSeconds ?? 0) * Number(traces) * 1e6);
    }
  }
  return times;
}

describe.skipIf(!hasPublicData)('traces of others, through a collector', () => {
  interface Case {
    readonly data: readonly JaegerTrace[];
    readonly testing: readonly Record<string, number>[] | { readonly opTimeExclusive: Record<string, number> };
  }

  test('CRISP’s cases have the times that CRISP gives', async () => {
    // One collector for all of them: their services are told apart by the case.
    const cases = publicFiles('crisp', '.json').map((name) => {
      const { data, testing } = JSON.parse(publicText('crisp', name)) as Case;
      const expected = 'opTimeExclusive' in testing ? testing.opTimeExclusive : (testing[0] ?? {});
      const traces = data.map((trace) =>
        jaegerSpans(trace).map((it) => ({ ...it, kind: 'internal' as const, service: `${name} ${it.service}` })),
      );
      return { name, traces, expected };
    });
    await throughCollector(
      cases.flatMap(({ traces }) => traces),
      async ({ query }) => {
        for (const { name, traces, expected } of cases) {
          const roots = traces.flatMap((trace) => rootOf(trace) ?? []);
          const times: Record<string, number> = {};
          for (const service of new Set(roots.map((root) => root.service))) {
            const { paths } = await query.criticalPath({ scope: { service } });
            expect(paths.every((it) => it.basis === v1.Basis.BASIS_TRACES)).toBe(true);
            Object.assign(times, exclusiveTimes(paths, new Set(roots.map(({ functionKey }) => functionKey))));
          }
          const own = Object.fromEntries(
            Object.entries(times).map(([key, time]) => [key.replace(`${name} `, ''), time]),
          );
          const wanted = Object.fromEntries(Object.entries(expected).filter(([, time]) => time > 0));
          // Where siblings overlap by 1 µs CRISP charges it to both.
          if (name === '10.json')
            expect(own).toEqual({ '[S1] O1': 402, '[S2] O2': 199, '[S3] O3': 99, '[S4] O4': 300 });
          else expect(own, name).toEqual(wanted);
        }
      },
    );
  });

  test('a skewed clock and a message', async () => {
    const spans = (name: string) => zipkinSpans(JSON.parse(publicText('zipkin', name)) as ZipkinSpan[]);
    await throughCollector([spans('skew.json'), spans('messaging.json')], async ({ query }) => {
      const skewed = (await query.criticalPath({ scope: { service: 'servicea' } })).paths[0];
      expect(skewed).toMatchObject({ entryPoint: { name: 'get' }, traces: 1, partialTraces: 0 });
      const shares = (skewed?.parts ?? []).map((it) => [
        it.service,
        it.function?.name,
        it.calleeService,
        Math.round((it.meanSelfSeconds ?? 0) * 1e6),
      ]);
      expect(shares).toEqual([
        ['serviceb', 'async', '', 65_000],
        ['serviceb', 'post', '', 28_577],
        ['servicea', 'get', '', 4872],
        ['servicea', 'get', 'serviceb', 962],
      ]);
      const entries = (await query.criticalPath({ scope: { service: 'backend' } })).paths;
      expect(entries.map((it) => [it.entryPoint?.kind, it.entryPoint?.name])).toEqual([['queue', 'next-message']]);
      const map = await query.serviceMap();
      expect(map.nodes.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['servicea', 'serviceb', 'frontend', 'backend']),
      );
    });
  });

  test('TrainTicket: services, who calls them, and critical paths whose shares add up', async () => {
    const [file = ''] = publicFiles('nezha', '.csv');
    const traces = nezhaTraces(publicText('nezha', file)).slice(0, 150);
    await throughCollector(traces, async ({ query }) => {
      const services = new Set(traces.flat().map(({ service }) => service));
      const map = await query.serviceMap();
      expect(new Set(map.nodes.filter((it) => it.dependencyKind === '').map(({ name }) => name))).toEqual(services);
      const crossings = traces.flatMap((trace) => {
        const byId = new Map(trace.map((it) => [it.id, it]));
        return trace.flatMap((it) => {
          const parent = byId.get(it.parentId ?? '');
          return parent && parent.service !== it.service ? [`${parent.service} → ${it.service}`] : [];
        });
      });
      const name = (index: number | null | undefined) => map.nodes[index ?? -1]?.name ?? '';
      expect(
        map.edges
          .filter((it) => map.nodes[it.callee ?? -1]?.dependencyKind === '')
          .map((it) => [`${name(it.caller)} → ${name(it.callee)}`, Number(it.calls)])
          .sort(),
      ).toEqual([...new Set(crossings)].map((it) => [it, crossings.filter((other) => other === it).length]).sort());
      for (const service of services) {
        for (const path of (await query.criticalPath({ scope: { service } })).paths) {
          if (Number(path.traces) === 0) continue;
          expect((path.parts ?? []).reduce((sum, part) => sum + (part.share ?? 0), 0)).toBeCloseTo(1, 9);
        }
      }
    });
  });
});
