import { describe, expect, it } from 'vitest';
import { normalFrom, randomFrom } from '../statistics/simulation.js';
import { unboundedGrowth, type LevelMinute } from './unboundedGrowth.js';

function series(level: (part: number) => number, calls: (part: number) => number = () => 100, count = 60) {
  const random = randomFrom(11);
  return Array.from({ length: count }, (_, minute): LevelMinute => {
    const part = minute / count;
    return { minute, calls: calls(part), level: level(part) * Math.exp(0.1 * normalFrom(random)) };
  });
}
const flat = (): number => 0.01;
const doubling = (part: number): number => 0.01 * 2 ** part;

describe('unboundedGrowth', () => {
  it('is found where a level doubles, with its ends', () => {
    const found = unboundedGrowth(series(doubling));
    expect(found?.before).toBeCloseTo(0.01, 2);
    expect((found?.after ?? 0) / (found?.before ?? 1)).toBeGreaterThan(1.6);
    expect(found?.pValue).toBeLessThan(0.0002);
  });

  it.each<[string, LevelMinute[], LevelMinute[]]>([
    ['a level that stays', series(flat), []],
    ['one that falls', series((part) => doubling(-part)), []],
    ['one that rises a little', series((part) => 0.01 * 1.2 ** part), []],
    ['one that jumped once', series((part) => (part < 0.2 ? 0.01 : 0.02)), []],
    ['one that comes with load', series(doubling, (part) => 100 * 3 ** part), []],
    ['one that the other version has as well', series(doubling), series(doubling)],
    ['one of half an hour', series(doubling, undefined, 30), []],
    ['one of few calls', series(doubling, () => 2), []],
  ])('is not %s', (_, minutes, beside) => expect(unboundedGrowth(minutes, beside)).toBeUndefined());

  it('is found beside a version that stays', () => {
    expect(unboundedGrowth(series(doubling), series(flat))).toBeDefined();
  });

  it('is rarely found where nothing grows, though minutes are alike', () => {
    const random = randomFrom(12);
    let found = 0;
    for (let run = 0; run < 300; run++) {
      let drift = 0;
      const minutes = Array.from({ length: 60 }, (_, minute): LevelMinute => {
        drift = 0.7 * drift + 0.2 * normalFrom(random);
        return { minute, calls: 100, level: 0.01 * Math.exp(drift) };
      });
      if (unboundedGrowth(minutes)) found++;
    }
    expect(found).toBe(0);
  });
});
