import { histogramOf } from '@hindcast/core/histogram';
import { describe, expect, it } from 'vitest';
import type { Exemplar, ExemplarStep } from '../collector/criticalPath.js';
import { waterfallSpans } from './criticalPathPicture.js';
import { sumSeries } from './functionPictures.js';

const deployment = {
  service: 'shop',
  environment: '',
  version: '1',
  revision: '',
  repositoryUrl: '',
  instances: 1,
  firstSeenMs: undefined,
  lastSeenMs: undefined,
  observedSeconds: 60,
  source: 'sensor',
} as const;

const step = (name: string, parent: number | undefined, offsetSeconds?: number): ExemplarStep => ({
  service: '',
  filePath: 'a.js',
  id: { name, line: 1, column: 1, endLine: 1, bodyHash: '' },
  durationSeconds: 1,
  offsetSeconds,
  parent,
});

const exemplar = (...steps: ExemplarStep[]): Exemplar => ({
  deployment,
  entryPoint: { kind: 'http', name: 'GET /' },
  traceId: '',
  timeMs: 0,
  durationSeconds: 2,
  errorType: '',
  steps,
  dependencies: [{ kind: 'db', target: 'orders.db', calls: 2, durationSeconds: 0.5 }],
});

const outline = (one: Exemplar) => waterfallSpans(one).map(({ label, depth }) => `${'.'.repeat(depth)}${label}`);

describe('the waterfall of an exemplar', () => {
  it('is a path when no step says who called it', () => {
    expect(outline(exemplar(step('a', undefined), step('b', undefined), step('c', undefined)))).toEqual([
      'GET /',
      '.a',
      '..b',
      '...c',
      '.orders.db',
    ]);
  });

  it('puts each step below its caller, in the order of their beginnings', () => {
    const tree = exemplar(step('a', undefined, 0), step('late', 0, 0.8), step('early', 0, 0.1), step('inner', 2, 0.2));
    expect(outline(tree)).toEqual(['GET /', '.a', '..early', '...inner', '..late', '.orders.db']);
  });

  it('does not follow a parent that comes later', () => {
    expect(outline(exemplar(step('a', 1), step('b', 0)))).toEqual(['GET /', '.a', '..b', '.orders.db']);
  });
});

describe('the series of several deployments', () => {
  const point = (startMs: number, calls: number, observedSeconds: number, ...durations: number[]) => ({
    startMs,
    widthSeconds: 60,
    calls,
    errors: 1,
    duration: durations.length === 0 ? undefined : histogramOf(durations),
    observedSeconds,
  });

  it('add up where they are at the same time', () => {
    const sum = sumSeries([
      { series: [point(0, 10, 60, 0.1), point(60_000, 5, 30)] },
      { series: [point(60_000, 7, 60, 0.2, 0.2)] },
    ]);
    expect(sum.map(({ startMs, calls, errors, observedSeconds }) => [startMs, calls, errors, observedSeconds])).toEqual(
      [
        [0, 10, 1, 60],
        [60_000, 12, 2, 60],
      ],
    );
    expect(sum[1]?.p50Seconds).toBeCloseTo(0.2, 1);
    expect(sumSeries([{ series: [point(0, 1, 60)] }])[0]?.p99Seconds).toBeNull();
  });
});
