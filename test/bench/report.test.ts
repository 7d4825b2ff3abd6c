import { expect, it } from 'vitest';
import { figuresOf, type Cost } from './report.mjs';

const cost = (cpuMs: number, requests: number, rssMb: number, latencyMs: number): Cost => ({
  cpuMs,
  blockCpuMs: cpuMs / 2,
  requests,
  rssMb,
  latenciesMs: Array.from({ length: requests }, () => latencyMs),
  wallMs: 1_000,
});

const rounds = [
  { bare: cost(100, 100, 50, 2), hindcast: cost(100, 50, 60, 4) },
  { bare: cost(100, 100, 50, 2), hindcast: cost(110, 100, 58, 3) },
  // A slow moment of the machine hits both of the round and no ratio.
  { bare: cost(900, 100, 50, 20), hindcast: cost(1_080, 100, 59, 30) },
];

it('ratios are per request, paired within the round, and the median of them', () => {
  const startups = [
    { bare: 200, hindcast: 260 },
    { bare: 400, hindcast: 450 },
    { bare: 100, hindcast: 170 },
  ];
  const figures = figuresOf('hindcast', { rounds, startups });
  expect(figures).toMatchObject({
    cpuRatio: 1.2,
    throughputRatio: 1,
    p99Ratio: 1.5,
    rssDeltaMb: 9,
    startupDeltaMs: 60,
  });
  expect(figures.spread.cpuRatio).toEqual({ p10: 1.12, p90: 1.84, n: 3 });
  expect(figures.spread.cpuWhileLoadedRatio.median).toBe(1.2);
});

it('a round that a variant took no part in does not count', () => {
  const figures = figuresOf('hindcast', { rounds: [...rounds.slice(0, 1), { bare: cost(1, 1, 1, 1) }], startups: [] });
  expect(figures.spread.cpuRatio.n).toBe(1);
  expect(figures.startupDeltaMs).toBeNull();
});
