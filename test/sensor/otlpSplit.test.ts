import { opentelemetry } from '@hindcast/proto/generated/otlp.js';
import { expect, test } from 'vitest';
import { IntervalReader } from '../../sensor/src/reporter/intervalReader.js';
import { OtlpEncoder } from '../../sensor/src/reporter/otlp.js';
import { allocateShared, viewShared } from '../../sensor/src/runtime/sharedState.js';

const { ExportMetricsServiceRequest } = opentelemetry.proto.collector.metrics.v1;

test('a large interval is split into requests with times of their own', () => {
  const names = Array.from({ length: 9000 }, (_, i) => `function${i}`.padEnd(200, 'x'));
  const state = viewShared(allocateShared());
  const reader = new IntervalReader(state);
  names.forEach((name, id) => {
    reader.addFunction({ id, name, path: 'a.js', line: id + 1, column: 1, endLine: id + 1, hash: '' });
  });
  state.counts.fill(1, 0, names.length);
  const encoder = new OtlpEncoder({ 'service.name': 's' }, '0.1.0');
  const requests = encoder.metrics(reader.read(), { startNanos: 1n, endNanos: 1000n });
  expect(requests.length).toBeGreaterThan(1);
  const times = new Set<number>();
  let calls = 0;
  for (const request of requests) {
    expect(request.length).toBeLessThan(4_000_000);
    const points = ExportMetricsServiceRequest.decode(request).resourceMetrics.flatMap(
      ({ scopeMetrics }) => scopeMetrics?.flatMap(({ metrics }) => metrics ?? []) ?? [],
    );
    const own = new Set(points.flatMap(({ sum }) => sum?.dataPoints?.map((point) => Number(point.timeUnixNano)) ?? []));
    expect(own.size).toBe(1);
    for (const time of own) times.add(time);
    for (const { name, sum } of points) if (name === 'hindcast.function.calls') calls += sum?.dataPoints?.length ?? 0;
  }
  expect(times.size).toBe(requests.length);
  expect(calls).toBe(names.length);
});
