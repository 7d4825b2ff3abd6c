import type { OtlpBuckets, OtlpMetric, OtlpPoint, OtlpResourceMetrics } from '../otlp/model.js';
import { nanosBetween, nanosToMs } from '../otlp/model.js';
import { isCount, reject, type Rejections } from './limits.js';
import { senderOf } from './sender.js';

const DELTA = 1;
const CUMULATIVE = 2;
const MAX_SERIES = 100_000;
const FORGET_AFTER_MS = 3_600_000;

/** The last point of a series, and when it came. */
interface Last {
  readonly point: OtlpPoint;
  readonly seenMs: number;
}

/** Series that are being read, before they are stored. */
export interface CumulativeBatch {
  /** The same metrics with cumulative points as what was added since the point before; others as they are. */
  delta(groups: readonly OtlpResourceMetrics[], nowMs: number, rejections: Rejections): readonly OtlpResourceMetrics[];
  /** Remembers the points; call it once they are stored. */
  commit(): void;
}

/**
 * Turns cumulative points into deltas, by what each series said last. A series that is not known yet is counted from its first point
 * on; that point counts too when the series began after this collector did, because then nobody has counted it before. A series that
 * begins anew (another start, or less than before) counts from zero. What is not newer than the last point is a duplicate.
 * Source: https://opentelemetry.io/docs/specs/otel/metrics/data-model/#sums (resets and gaps)
 */
export class CumulativeSeries {
  private readonly known = new Map<string, Last>();

  constructor(private readonly startedMs: number) {}

  begin(): CumulativeBatch {
    const staged = new Map<string, Last>();
    return {
      delta: (groups, nowMs, rejections) =>
        groups.map((group) => {
          if (!group.metrics.some(({ temporality }) => temporality === CUMULATIVE)) return group;
          const sender = JSON.stringify(senderOf(group.resource, 'sensor'));
          return {
            resource: group.resource,
            metrics: group.metrics.map((metric) =>
              metric.temporality === CUMULATIVE && metric.kind !== 'other'
                ? this.deltaOf(metric, sender, staged, nowMs, rejections)
                : metric,
            ),
          };
        }),
      commit: () => this.remember(staged),
    };
  }

  private deltaOf(
    metric: OtlpMetric,
    sender: string,
    staged: Map<string, Last>,
    nowMs: number,
    rejections: Rejections,
  ): OtlpMetric {
    const points: OtlpPoint[] = [];
    for (const point of metric.points) {
      const key = `${sender}\0${metric.name}\0${metric.kind}\0${JSON.stringify([...point.attributes].sort(byKey))}`;
      const last = staged.get(key) ?? this.known.get(key);
      if (last && nanosBetween(last.point.timeHigh, last.point.timeLow, point.timeHigh, point.timeLow) <= 0) {
        reject(rejections, 'duplicate');
        continue;
      }
      // What cannot be is refused by the readers, and is nothing to subtract from.
      if (metric.kind === 'sum' && !isCount(point.value)) points.push(point);
      else {
        staged.set(key, { point, seenMs: nowMs });
        const delta = last ? since(last.point, point, metric.kind) : this.first(point);
        if (delta) points.push(delta);
      }
    }
    return { ...metric, temporality: DELTA, points };
  }

  private first(point: OtlpPoint): OtlpPoint | undefined {
    const hasStart = point.startHigh !== 0 || point.startLow !== 0;
    return hasStart && nanosToMs(point.startHigh, point.startLow) >= this.startedMs ? point : undefined;
  }

  private remember(staged: ReadonlyMap<string, Last>): void {
    let newestMs = 0;
    for (const [key, last] of staged) {
      // The latest stand last, so that the oldest are found first.
      this.known.delete(key);
      this.known.set(key, last);
      newestMs = Math.max(newestMs, last.seenMs);
    }
    for (const [key, { seenMs }] of this.known) {
      if (this.known.size <= MAX_SERIES && newestMs - seenMs < FORGET_AFTER_MS) break;
      this.known.delete(key);
    }
  }
}

/** What was added between two points of a series. */
function since(last: OtlpPoint, point: OtlpPoint, kind: OtlpMetric['kind']): OtlpPoint {
  const from = { startHigh: last.timeHigh, startLow: last.timeLow };
  const isSameStart = last.startHigh === point.startHigh && last.startLow === point.startLow;
  const added = isSameStart ? difference(last, point, kind) : undefined;
  if (added) return { ...added, ...from };
  // It began anew: at its own start where that is known and later, else somewhere since the last point.
  const hasOwnStart = nanosBetween(last.timeHigh, last.timeLow, point.startHigh, point.startLow) > 0;
  return hasOwnStart ? point : { ...point, ...from };
}

/** Undefined when anything has become less: then it is not the same count. */
function difference(last: OtlpPoint, point: OtlpPoint, kind: OtlpMetric['kind']): OtlpPoint | undefined {
  if (kind === 'sum') return point.value >= last.value ? { ...point, value: point.value - last.value } : undefined;
  const count = point.count - last.count;
  const sum = point.sum - last.sum;
  if (count < 0 || sum < 0) return undefined;
  if (kind === 'histogram') {
    const isSame =
      last.explicitBounds.length === point.explicitBounds.length &&
      last.explicitBounds.every((bound, i) => bound === point.explicitBounds[i]);
    const bucketCounts = point.bucketCounts.map((n, i) => n - (last.bucketCounts[i] ?? 0));
    return isSame && bucketCounts.every((n) => n >= 0) ? { ...point, count, sum, bucketCounts } : undefined;
  }
  const zeroCount = point.zeroCount - last.zeroCount;
  const positive = bucketDifference(last.positive, last.scale, point.positive, point.scale);
  return zeroCount >= 0 && positive ? { ...point, count, sum, zeroCount, positive } : undefined;
}

/** Scales go down as a histogram grows; what came finer is brought to the coarser one. */
function bucketDifference(
  last: OtlpBuckets,
  lastScale: number,
  now: OtlpBuckets,
  scale: number,
): OtlpBuckets | undefined {
  if (scale > lastScale) return undefined;
  const counts = [...now.counts];
  for (const [i, n] of last.counts.entries()) {
    if (n === 0) continue;
    const index = ((last.offset + i) >> (lastScale - scale)) - now.offset;
    if (counts[index] === undefined) return undefined;
    counts[index] -= n;
  }
  return counts.every((n) => n >= 0) ? { offset: now.offset, counts } : undefined;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
