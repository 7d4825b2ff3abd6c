import { describe, expect, it } from 'vitest';
import { labelRows, observedPart, tracksOf } from './tracks.js';

const point = {
  startMs: 0,
  widthSeconds: 60,
  calls: 30,
  errors: 3,
  observedSeconds: 30,
  p50Seconds: 0.1,
  p99Seconds: null,
};

describe('tracks', () => {
  it('divide by what was observed', () => {
    const tracks = tracksOf([point]);
    expect(tracks.callsPerMinute[0]).toEqual({ startMs: 0, endMs: 60_000, value: 60 });
    expect(tracks.errorShare[0]?.value).toBeCloseTo(0.1);
    expect(tracks.p50Seconds[0]?.value).toBe(0.1);
    expect(tracks.p99Seconds[0]?.value).toBeUndefined();
  });

  it('have a gap where nothing was reported, and a zero where nothing was called', () => {
    const tracks = tracksOf([
      { ...point, calls: 0, errors: 0, observedSeconds: 0 },
      { ...point, calls: 0, errors: 0 },
    ]);
    expect(tracks.callsPerMinute.map(({ value }) => value)).toEqual([undefined, 0]);
    expect(tracks.errorShare.map(({ value }) => value)).toEqual([undefined, undefined]);
  });
});

describe('rows of labels', () => {
  it('keep labels apart', () => {
    expect(labelRows([0, 50, 120, 130], 100)).toEqual([0, 1, 0, 2]);
    expect(labelRows([], 10)).toEqual([]);
  });
});

describe('the observed part', () => {
  it('begins a little before the first report, and keeps gaps after it', () => {
    const gap = { ...point, observedSeconds: 0 };
    expect(observedPart([gap, gap, gap, point, gap, point])).toHaveLength(4);
    expect(observedPart([point, gap])).toHaveLength(2);
    expect(observedPart([gap, gap])).toHaveLength(2);
  });
});
