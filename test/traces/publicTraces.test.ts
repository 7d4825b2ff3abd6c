import { describe, expect, it, test } from 'vitest';
import { criticalPaths } from '@hindcast/core/criticalPath';
import { mergePathTotals, pathShares, pathTotals } from '@hindcast/core/criticalPathAggregate';
import { traceTimeline } from '@hindcast/core/criticalPathTimeline';
import type { TraceSpan } from '@hindcast/core/criticalPathTree';
import { jaegerSpans, type JaegerTrace } from './jaegerSpans.js';
import { nezhaTraces } from './nezhaSpans.js';
import { hasPublicData, publicFiles, publicText } from './publicData.js';
import { zipkinSpans, type ZipkinSpan } from './zipkinSpans.js';

/** Every path of a trace, microseconds: `service.function 0-10`. */
function paths(spans: TraceSpan[]): string[] {
  const timeline = traceTimeline(spans);
  return criticalPaths(timeline).map(({ root, segments }) => {
    const steps = segments.map(({ span, fromNanos, toNanos }) => {
      const { service = '?', functionKey = '?' } = timeline.spans[span] ?? {};
      return `${service}.${functionKey} ${fromNanos / 1000}-${toNanos / 1000}`;
    });
    return (root.origin === 'root' ? '' : `${root.origin}: `) + steps.join(', ');
  });
}

/** The segments of every path follow one another from its root's start to its end, as the data has it. */
function expectWholePaths(spans: TraceSpan[]): void {
  const timeline = traceTimeline(spans);
  for (const { root, segments, durationNanos } of criticalPaths(timeline)) {
    const span = timeline.spans[root.index];
    expect(durationNanos).toBe((span?.endNanos ?? Number.NaN) - (span?.startNanos ?? Number.NaN));
    expect(segments.reduce((sum, { fromNanos, toNanos }) => sum + toNanos - fromNanos, 0)).toBe(durationNanos);
    expect(segments.at(0)?.fromNanos ?? timeline.from[root.index]).toBe(timeline.from[root.index]);
    expect(segments.at(-1)?.toNanos ?? timeline.to[root.index]).toBe(timeline.to[root.index]);
    segments.slice(1).forEach(({ fromNanos }, i) => expect(fromNanos).toBe(segments[i]?.toNanos));
  }
}

describe.skipIf(!hasPublicData)('CRISP’s cases', () => {
  type Times = Record<string, number>;
  interface Case {
    readonly data: readonly JaegerTrace[];
    readonly testing: readonly Times[] | { readonly opTimeExclusive: Times };
  }
  /** Siblings overlap by 1: CRISP charges it to both and expects 400, 200, 100, 300; here it is charged once. */
  const overlaps: Record<string, Times> = {
    '10.json': { '[S1] O1': 402, '[S2] O2': 199, '[S3] O3': 99, '[S4] O4': 300 },
  };

  test.each(publicFiles('crisp', '.json'))('%s', (name) => {
    const { data, testing } = JSON.parse(publicText('crisp', name)) as Case;
    const expected = 'opTimeExclusive' in testing ? testing.opTimeExclusive : (testing[0] ?? {});
    const times: Times = {};
    for (const trace of data) {
      const spans = jaegerSpans(trace);
      expectWholePaths(spans);
      const timeline = traceTimeline(spans);
      for (const { span, fromNanos, toNanos } of criticalPaths(timeline).flatMap(({ segments }) => segments)) {
        const { service = '?', functionKey = '?' } = timeline.spans[span] ?? {};
        const key = `[${service}] ${functionKey}`;
        times[key] = (times[key] ?? 0) + (toNanos - fromNanos) / 1000;
      }
    }
    // What is not on the path is absent here and may be 0 there.
    const onPath = Object.fromEntries(Object.entries(overlaps[name] ?? expected).filter(([, time]) => time > 0));
    expect(times).toEqual(onPath);
  });

  test('there are fifteen or more', () => expect(publicFiles('crisp', '.json').length).toBeGreaterThanOrEqual(15));
});

describe.skipIf(!hasPublicData)('Zipkin’s traces', () => {
  const spansOf = (name: string) => zipkinSpans(JSON.parse(publicText('zipkin', name)) as ZipkinSpan[]);

  test.each(publicFiles('zipkin', '.json'))('%s has whole paths', (name) => expectWholePaths(spansOf(name)));

  test.each<[string, string, string[]]>([
    [
      'a skewed clock: what the client waited beyond its server is split evenly',
      'skew.json',
      [
        'servicea.get 62307-65441, servicea.post 65441-65922, serviceb.post 65922-65923, serviceb.async 65923-130923, ' +
          'serviceb.post 130923-159499, servicea.post 159499-159980, servicea.get 159980-161718',
      ],
    ],
    [
      'a message that nobody waits for',
      'messaging.json',
      [
        'frontend.get / 0-1356, frontend.publish 1356-1369, frontend.get / 1369-2839',
        'consumer: backend.next-message 2924-2938',
      ],
    ],
    [
      'calls of a proxy',
      'yelp.json',
      [
        'routing.post /location/update/v4 0-1646, unknown.post 1646-27641, yelp_main/api_proxy.post api proxy proxy 27641-116576, ' +
          'unknown.post 116576-126646, routing.post /location/update/v4 126646-131848',
      ],
    ],
    [
      'database calls one after the other',
      'simple-db-p6.json',
      [
        'bootifulmeters.http:/book 0-100468, bootifulmeters.call 100468-106519, bootifulmeters.http:/book 106519-179221, ' +
          'bootifulmeters.insert 179221-181635, bootifulmeters.http:/book 181635-197631, bootifulmeters.insert 197631-199664, ' +
          'bootifulmeters.http:/book 199664-206963, bootifulmeters.insert 206963-208081, bootifulmeters.http:/book 208081-252016',
      ],
    ],
    [
      'unfinished spans far away from a root that redirects',
      'smartthings-oauth-authorization.json',
      ['datamgmt.get /oauth/authorize 0-1429'],
    ],
  ])('%s', (_, name, expected) => expect(paths(spansOf(name))).toEqual(expected));
});

describe.skipIf(!hasPublicData)('Nezha’s TrainTicket traces', () => {
  // The whole history that is beside the repository, or part of it.
  const files = publicFiles('nezha', '.csv');

  test.each(files)('%s: every path is whole, shares add up', (name) => {
    const traces = nezhaTraces(publicText('nezha', name));
    expect(traces.length).toBeGreaterThan(0);
    for (const spans of traces) expectWholePaths(spans);
    const totals = mergePathTotals(traces.map((spans) => pathTotals(traceTimeline(spans))));
    for (const { entryPoint } of totals.entryPoints) {
      const shares = pathShares(totals, entryPoint);
      expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
      for (const { meanSavesAtMostNanos, meanSelfNanos, savesExact } of shares) {
        expect(savesExact).toBe(true);
        expect(meanSavesAtMostNanos).toBeGreaterThanOrEqual(0);
        expect(meanSavesAtMostNanos).toBeLessThanOrEqual(meanSelfNanos);
      }
    }
  });

  it('has many children outside their parents; what it costs', () => {
    const traces = files.flatMap((name) => nezhaTraces(publicText('nezha', name)));
    const spanCount = traces.reduce((sum, spans) => sum + spans.length, 0);
    const started = process.cpuUsage();
    const timelines = traces.map((spans) => traceTimeline(spans));
    for (const timeline of timelines) criticalPaths(timeline);
    const walked = process.cpuUsage(started);
    for (const timeline of timelines) pathTotals(timeline);
    const all = process.cpuUsage(started);

    const remote = timelines.flatMap(({ spans, adjustments }) =>
      adjustments.filter((_, index) => spans[index]?.kind === 'server'),
    );
    const adjusted = remote.filter((adjustment) => adjustment !== 'none').length / remote.length;
    // 17 % over all of Nezha; the minutes that are here vary.
    expect(adjusted).toBeGreaterThan(0.1);
    expect(adjusted).toBeLessThan(0.35);
    const micros = ({ user, system }: NodeJS.CpuUsage) => ((user + system) / spanCount).toFixed(2);
    process.stdout.write(
      `Nezha: ${traces.length} traces, ${spanCount} spans; CPU per span: paths ${micros(walked)} µs, ` +
        `paths twice and savings ${micros(all)} µs; ${(adjusted * 100).toFixed(1)} % of calls across services not within their caller\n`,
    );
  });
});
