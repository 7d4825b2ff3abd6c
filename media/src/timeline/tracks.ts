import type { TimelinePoint } from '@hindcast/proto/webviewMessages';

/** One value at one time; undefined where nothing was reported or nothing was timed. */
export interface Sample {
  readonly startMs: number;
  readonly endMs: number;
  readonly value: number | undefined;
}

/** The three rows of the timeline, each with a sample for each point. */
export interface Tracks {
  readonly callsPerMinute: readonly Sample[];
  /** 0..1 */
  readonly errorShare: readonly Sample[];
  readonly p99Seconds: readonly Sample[];
  readonly p50Seconds: readonly Sample[];
}

/** A rate divides by the time that was observed; what was not observed is no zero. */
export function tracksOf(points: readonly TimelinePoint[]): Tracks {
  const track = (valueOf: (point: TimelinePoint) => number | null | undefined) =>
    points.map((point): Sample => {
      const endMs = point.startMs + point.widthSeconds * 1000;
      const value = point.observedSeconds > 0 ? valueOf(point) : undefined;
      return { startMs: point.startMs, endMs, value: value ?? undefined };
    });
  return {
    callsPerMinute: track(({ calls, observedSeconds }) => (calls * 60) / observedSeconds),
    errorShare: track(({ calls, errors }) => (calls > 0 ? Math.min(1, errors / calls) : undefined)),
    p99Seconds: track(({ p99Seconds }) => p99Seconds),
    p50Seconds: track(({ p50Seconds }) => p50Seconds),
  };
}

/** Places for labels of `width` at the wanted places, moved to further rows where they would lie on each other. */
export function labelRows(places: readonly number[], width: number): number[] {
  const ends: number[] = [];
  return places.map((place) => {
    const row = ends.findIndex((end) => end <= place);
    const own = row < 0 ? ends.length : row;
    ends[own] = place + width;
    return own;
  });
}

/** The points from a little before the first that was observed: a new service is no line at the right edge of an empty picture. */
export function observedPart(points: readonly TimelinePoint[]): readonly TimelinePoint[] {
  const first = points.findIndex(({ observedSeconds }) => observedSeconds > 0);
  if (first < 0) return points;
  const lead = Math.max(1, Math.round((points.length - first) / 20));
  return points.slice(Math.max(0, first - lead));
}
