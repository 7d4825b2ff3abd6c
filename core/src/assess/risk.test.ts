import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallChange, ChangeKind, Exposure, FunctionChange, StructuralChange } from './functionChange.js';
import { riskLevel, riskOf } from './risk.js';

const still: StructuralChange = {
  ...{ addedCalls: [], removedCalls: [], awaits: 0, loops: 0, branches: 0, throws: 0, catches: 0 },
  ...{ tokensChanged: 0, tokensBefore: 80 },
};
const exposed: Exposure = {
  ...{ state: 'ran', callsPerMinute: 600, criticalPathShare: 0.4, slackSeconds: 0.02, services: ['shop', 'web'] },
  entryPoints: [
    {
      ...{ service: 'web', name: 'POST /checkout', isInteractive: true, callsPerMinute: 600 },
      ...{ share: 1, criticalPathShare: 0.4 },
    },
  ],
  ...{ errorRate: 0.002, p50Seconds: 0.01, p99Seconds: 0.05, lastRanMs: 1, versions: 1 },
};
const query: CallChange = { kind: 'database', target: 'orders-db', loopDepth: 0, isAwaited: true, perCall: 1 };

function change(structure: Partial<StructuralChange>, exposure: Partial<Exposure> = {}, kind: ChangeKind = 'changed') {
  return {
    ...{ file: 'src/shop.ts', name: 'price', line: 1, kind },
    structure: { ...still, ...structure },
    exposure: { ...exposed, ...exposure },
  } satisfies FunctionChange;
}
const risk = (...changes: FunctionChange[]): number => riskOf(changes).risk;
const asks = (structure: Partial<StructuralChange> = {}) =>
  ({ addedCalls: [query], awaits: 1, tokensChanged: 9, ...structure }) satisfies Partial<StructuralChange>;

const anyCall: fc.Arbitrary<CallChange> = fc.record({
  kind: fc.constantFrom('function', 'database', 'cache', 'http', 'unknown'),
  target: fc.constantFrom('a', 'b', 'orders-db', 'helper'),
  loopDepth: fc.nat(2),
  isAwaited: fc.boolean(),
  perCall: fc.option(fc.double({ min: 0.1, max: 50, noNaN: true }), { nil: undefined }),
});
const share = fc.double({ min: 0, max: 1, noNaN: true });
const anyChange: fc.Arbitrary<FunctionChange> = fc.record({
  file: fc.constant('src/shop.ts'),
  name: fc.constantFrom('price', 'helper', 'Cart.helper'),
  line: fc.nat(100),
  kind: fc.constantFrom('changed', 'added', 'removed', 'renamed', 'moved', 'reformatted'),
  structure: fc.record({
    ...{ addedCalls: fc.array(anyCall, { maxLength: 4 }), removedCalls: fc.array(anyCall, { maxLength: 4 }) },
    ...{ awaits: fc.integer({ min: -3, max: 3 }), loops: fc.integer({ min: -2, max: 2 }) },
    ...{ branches: fc.integer({ min: -2, max: 2 }), throws: fc.integer({ min: -2, max: 2 }) },
    ...{ catches: fc.integer({ min: -2, max: 2 }), tokensChanged: fc.nat(400), tokensBefore: fc.nat(400) },
  }),
  exposure: fc.record({
    state: fc.constantFrom('ran', 'never_ran', 'not_observed', 'unknown'),
    callsPerMinute: fc.double({ min: 0, max: 1e6, noNaN: true }),
    entryPoints: fc.array(
      fc.record({
        ...{ service: fc.constant('web'), name: fc.constant('GET /'), isInteractive: fc.boolean() },
        ...{ callsPerMinute: fc.nat(1000), share, criticalPathShare: fc.option(share, { nil: undefined }) },
      }),
      { maxLength: 3 },
    ),
    criticalPathShare: fc.option(share, { nil: undefined }),
    slackSeconds: fc.option(share, { nil: undefined }),
    services: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')),
    ...{ errorRate: fc.option(share, { nil: undefined }), p50Seconds: fc.option(share, { nil: undefined }) },
    ...{ p99Seconds: fc.constant(undefined), lastRanMs: fc.constant(undefined), versions: fc.nat(3) },
  }),
});
const anyChanges = fc.array(anyChange, { maxLength: 6 });
const total = (values: readonly number[]): number => values.reduce((sum, it) => sum + it, 0);

describe('riskOf', () => {
  it('is 0..100, and factors and changes add up to it, none below nothing', () => {
    fc.assert(
      fc.property(anyChanges, (changes) => {
        const { risk: of, factors, contributions } = riskOf(changes);
        expect(of).toBeGreaterThanOrEqual(0);
        expect(of).toBeLessThanOrEqual(100);
        expect(total(factors.map(({ contribution }) => contribution))).toBeCloseTo(of, 8);
        expect(total(contributions)).toBeCloseTo(of, 8);
        for (const { contribution } of factors) expect(contribution).toBeGreaterThanOrEqual(-1e-9);
        for (const contribution of contributions) expect(contribution).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('never falls when a change comes along', () => {
    fc.assert(
      fc.property(anyChanges, anyChange, (changes, more) => {
        expect(risk(...changes, more)).toBeGreaterThanOrEqual(risk(...changes) - 1e-9);
      }),
    );
  });

  it('does not depend on the order of changes', () => {
    fc.assert(
      fc.property(anyChanges, (changes) => {
        expect(risk(...changes.toReversed())).toBeCloseTo(risk(...changes), 8);
      }),
    );
  });

  it.each<[string, (by: number) => FunctionChange]>([
    ['traffic', (by) => change(asks(), { callsPerMinute: 600 * by })],
    ['added calls', (by) => change(asks({ addedCalls: [{ ...query, perCall: by }] }))],
    ['calls in a loop', (by) => change(asks({ addedCalls: [{ ...query, loopDepth: 1, perCall: by }] }))],
    ['critical path', (by) => change(asks(), { criticalPathShare: 0.1 * by })],
    ['slack', (by) => change(asks(), { slackSeconds: 0.01 * by })],
    ['errors', (by) => change(asks(), { errorRate: 0.01 * by })],
    ['edited tokens', (by) => change(asks({ tokensChanged: 9 * by }))],
    ['throws', (by) => change(asks({ throws: by }))],
    ['guards taken out', (by) => change(asks({ branches: -by }))],
  ])('does not fall with %s', (_, at) => {
    const risks = [0.5, 1, 2, 4, 8].map((by) => risk(at(by)));
    expect(risks).toEqual(risks.toSorted((a, b) => a - b));
  });

  it('asks the same of one function as of two that share its traffic, from some traffic on', () => {
    const whole = risk(change(asks(), { callsPerMinute: 20_000 }));
    const half = change(asks(), { callsPerMinute: 10_000 });
    expect(risk(half, half)).toBeCloseTo(whole, 1);
  });

  it.each<[string, FunctionChange]>([
    ['nothing but layout', change(asks({ tokensChanged: 0 }), {}, 'reformatted')],
    ['a move', change(asks(), {}, 'moved')],
    ['a new name', change({}, {}, 'renamed')],
    ['a removed function that nobody called', change(asks(), { callsPerMinute: 0, state: 'never_ran' }, 'removed')],
  ])('%s is no risk', (_, of) => {
    expect(riskOf([of])).toMatchObject({ risk: 0, contributions: [0] });
  });

  it('takes a call that is put elsewhere in the body for no call', () => {
    expect(risk(change({ addedCalls: [query], removedCalls: [query] }))).toBe(0);
    const intoLoop = change({ addedCalls: [{ ...query, loopDepth: 1, perCall: undefined }], removedCalls: [query] });
    expect(risk(intoLoop)).toBeGreaterThan(0);
  });

  it('gives a new function the traffic of the changed ones that call it, and takes what it got from them for no call', () => {
    const helper = change(asks(), { state: 'unknown', callsPerMinute: 0 }, 'added');
    const call: CallChange = { kind: 'function', target: 'price', loopDepth: 0, isAwaited: true, perCall: 1 };
    const caller = { ...change({ addedCalls: [call], tokensChanged: 9 }), name: 'checkout' };
    const extracted = { ...change({ addedCalls: [call], removedCalls: [query] }), name: 'checkout' };
    const points = (...changes: FunctionChange[]): number =>
      riskOf(changes).factors.find((it) => it.name === 'dependency calls')?.contribution ?? 0;
    expect(risk(helper, caller)).toBeGreaterThan(risk(caller) + risk(helper));
    expect(points(helper, caller)).toBeGreaterThan(10);
    expect(points(helper, extracted)).toBeLessThan(1);
  });

  it('counts what is not known as traffic, and says so', () => {
    const seen = (of: Partial<Exposure>) => riskOf([change(asks(), { callsPerMinute: 0, entryPoints: [], ...of })]);
    const [unknown, idle] = [seen({ state: 'unknown' }), seen({ state: 'never_ran' })];
    expect(unknown.risk).toBeGreaterThan(idle.risk);
    const ignorance = ({ factors }: typeof unknown) => factors.find(({ name }) => name === 'not known')?.contribution;
    expect(ignorance(unknown)).toBeGreaterThan(0);
    expect(ignorance(idle)).toBe(0);
  });
});

it.each([
  [0, 'low'],
  [25, 'medium'],
  [74.9, 'high'],
  [100, 'critical'],
])('a risk of %s is %s', (of, level) => expect(riskLevel(of)).toBe(level));
