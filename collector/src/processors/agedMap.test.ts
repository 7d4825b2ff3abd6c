import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgedMap } from './agedMap.js';

describe('AgedMap', () => {
  it('is a Map in the order in which keys were touched last', () => {
    const step = fc.tuple(fc.constantFrom('set', 'touch', 'delete'), fc.integer({ min: 0, max: 6 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const aged = new AgedMap<number, number>();
        const plain = new Map<number, number>();
        steps.forEach(([what, key], i) => {
          const known = plain.get(key);
          if (what === 'touch') expect(aged.touch(key)).toBe(known);
          if (what === 'set') aged.set(key, i);
          if (what === 'delete') aged.delete(key);
          const value = what === 'set' ? i : known;
          plain.delete(key);
          if (value !== undefined && what !== 'delete') plain.set(key, value);
          expect([...aged.fromOldest()]).toEqual([...plain]);
          expect([aged.size, aged.get(key), aged.has(key)]).toEqual([plain.size, plain.get(key), plain.has(key)]);
        });
      }),
    );
  });

  it('lets go of what it gives', () => {
    const aged = new AgedMap<number, number>();
    for (let i = 0; i < 5; i++) aged.set(i, i);
    for (const [key] of aged.fromOldest()) {
      if (key === 3) break;
      aged.delete(key);
    }
    expect([...aged.fromOldest()]).toEqual([
      [3, 3],
      [4, 4],
    ]);
  });
});
