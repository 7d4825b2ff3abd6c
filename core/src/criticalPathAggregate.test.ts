import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mergePathTotals,
  pathShares,
  pathTotals,
  type PathTotals,
  type PathTotalsOptions,
} from './criticalPathAggregate.js';
import { brokenTrace, span } from './criticalPathFixtures.js';
import { ownerKey } from './criticalPathOwner.js';
import { traceTimeline } from './criticalPathTimeline.js';

const brokenTraces = fc
  .array(fc.array(fc.nat(9999), { minLength: 6, maxLength: 6 }), { maxLength: 20 })
  .map(brokenTrace);

const named = (key: string) => ({ service: key, functionKey: key });
const fast = [span('A', undefined, 0, 100), span('B', 'A', 0, 40), span('C', 'A', 0, 30)];
const slow = [span('A', undefined, 0, 300), span('B', 'A', 0, 40), span('D', 'A', 40, 290, { kind: 'client' })];
const totalsOf = (spans: Parameters<typeof traceTimeline>[0], options?: PathTotalsOptions) =>
  pathTotals(traceTimeline(spans), options);

/** Independent of order, and of how sums were grouped. */
const plain = ({ entryPoints, owners, partialRoots }: PathTotals) => ({
  entryPoints: entryPoints.map((each) => JSON.stringify(each)).sort(),
  owners: owners.map(({ owner, ...each }) => ownerKey(owner) + JSON.stringify(each)).sort(),
  partialRoots,
});

describe('pathShares', () => {
  it('says who takes an entry point’s time, over all its traces', () => {
    const shares = pathShares(mergePathTotals([totalsOf(fast), totalsOf(slow)]), named('A'));
    const edge = { type: 'edge', caller: named('A'), via: named('D') };
    expect(
      shares.map(({ owner, share, roots, ofRoots, meanSavesAtMostNanos }) => [
        owner,
        share,
        roots,
        ofRoots,
        meanSavesAtMostNanos,
      ]),
    ).toEqual([
      [edge, 250 / 400, 1, 2, 125],
      [{ type: 'function', ...named('B') }, 80 / 400, 2, 2, (10 + 40) / 2],
      [{ type: 'function', ...named('A') }, 70 / 400, 2, 2, 35],
    ]);
  });

  it('counts a sampled trace for those that it stands for', () => {
    const totals = mergePathTotals([totalsOf(fast, { weight: 3 }), totalsOf(slow)]);
    expect(totals.entryPoints).toEqual([{ entryPoint: named('A'), roots: 4, totalNanos: 600 }]);
    expect(pathShares(totals, named('A')).find(({ owner }) => owner.type === 'edge')).toMatchObject({
      roots: 1,
      ofRoots: 4,
      share: 250 / 600,
    });
  });

  it('has no shares of what is not known or took no time', () => {
    expect(pathShares(totalsOf(fast), named('X'))).toEqual([]);
    expect(pathShares(totalsOf([span('A', undefined, 5, 5)]), named('A'))).toEqual([]);
  });

  it('adds up to one, and savings to no more, for every entry point', () => {
    fc.assert(
      fc.property(fc.array(brokenTraces, { maxLength: 5 }), (traces) => {
        const totals = mergePathTotals(traces.map((spans) => totalsOf(spans)));
        for (const { entryPoint, totalNanos } of totals.entryPoints) {
          const shares = pathShares(totals, entryPoint);
          expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(totalNanos > 0 ? 1 : 0, 9);
          for (const each of shares) expect(each.meanSavesAtMostNanos).toBeLessThanOrEqual(each.meanSelfNanos);
        }
      }),
    );
  });
});

describe('pathTotals', () => {
  it('leaves out, and counts, roots of which a part is missing', () => {
    const totals = totalsOf([...fast, span('X', 'gone', 0, 50), span('Y', 'Y', 0, 50)]);
    expect(totals.partialRoots).toBe(2);
    expect(totals.entryPoints.map(({ entryPoint }) => entryPoint)).toEqual([named('A')]);
  });

  it('makes a message’s consumer an entry point of its own', () => {
    const totals = totalsOf([
      span('A', undefined, 0, 100, { kind: 'producer' }),
      span('B', 'A', 50, 400, { kind: 'consumer' }),
    ]);
    expect(totals.entryPoints).toEqual([
      { entryPoint: named('A'), roots: 1, totalNanos: 100 },
      { entryPoint: named('B'), roots: 1, totalNanos: 350 },
    ]);
  });
});

describe('mergePathTotals', () => {
  it('does not depend on order or grouping', () => {
    fc.assert(
      fc.property(brokenTraces, brokenTraces, brokenTraces, (x, y, z) => {
        const [a, b, c] = [totalsOf(x), totalsOf(y, { weight: 2 }), totalsOf(z)];
        const whole = plain(mergePathTotals([a, b, c]));
        expect(plain(mergePathTotals([c, mergePathTotals([b, a])]))).toEqual(whole);
      }),
    );
  });

  it('is a bound as soon as one part is', () => {
    const totals = totalsOf(fast);
    const bound = totalsOf(fast, { maxSpanVisits: 0 });
    expect(pathShares(mergePathTotals([totals, bound]), named('A')).map(({ savesExact }) => savesExact)).toEqual([
      false,
      false,
    ]);
  });
});
