import { expect, test } from 'vitest';
import type { SharedState } from '../runtime/sharedState.js';
import { observeBriefMethod } from './briefMethods.js';
import { DependencyCall, type Outgoing } from './outgoing.js';
import { SeriesTable, Tally } from './series.js';

const table = new SeriesTable({} as SharedState, () => undefined);

/** What a statement's `run` is counted for, when the function with the id `running` uses it. */
function make(run: () => unknown) {
  const calls = new Map<number, number>();
  const errors: string[] = [];
  let looks = 0;
  const state = { running: 1, isSure: true };
  const tallyOf = (fn: number): Tally => {
    const tally = new Tally(table, { kind: 'dependency', fn, dependencyKind: 'db', target: 'test' });
    tally.count = () => void calls.set(fn, (calls.get(fn) ?? 0) + 1);
    tally.took = () => undefined;
    tally.fail = (type) => void errors.push(type);
    return tally;
  };
  const tallies = new Map<number, Tally>();
  const outgoing = {
    isQuiet: false,
    setQuiet(isQuiet: boolean) {
      const before = this.isQuiet;
      this.isQuiet = isQuiet;
      return before;
    },
    callerOf: () => (looks++, state.running),
    isSureOf: () => state.isSure,
    begin(_kind: string, _target: string, fn: number) {
      const tally = tallies.get(fn) ?? tallyOf(fn);
      tallies.set(fn, tally);
      return new DependencyCall(fn, tally, undefined);
    },
    repeat: (tally: Tally) => tally.count(),
  };
  class Statement {
    run(): unknown {
      return run();
    }
  }
  observeBriefMethod(Statement.prototype, 'run', outgoing as unknown as Outgoing, { kind: 'db', target: 'test' });
  return { statement: new Statement(), calls, errors, state, looks: () => looks, outgoing };
}

test('every call is counted, and few are looked at once their caller is certain', () => {
  const { statement, calls, looks } = make(() => 5);
  for (let i = 0; i < 10_000; i++) expect(statement.run()).toBe(5);
  expect(calls).toEqual(new Map([[1, 10_000]]));
  expect(looks()).toBeLessThan(2_000);
});

test('while the caller is not certain, each call is looked at', () => {
  const { statement, calls, state, looks } = make(() => 5);
  state.isSure = false;
  for (let i = 0; i < 100; i++) {
    state.running = i % 2;
    statement.run();
  }
  expect(looks()).toBe(100);
  expect(calls).toEqual(
    new Map([
      [0, 50],
      [1, 50],
    ]),
  );
});

test('errors are the program’s own and all counted, looked at or not', () => {
  const failure = Object.assign(new Error('no'), { code: 'EFAIL' });
  const { statement, errors, outgoing } = make(() => {
    throw failure;
  });
  for (let i = 0; i < 200; i++) expect(() => statement.run()).toThrow(failure);
  expect(errors).toEqual(Array.from({ length: 200 }, () => 'EFAIL'));
  expect(outgoing.isQuiet).toBe(false);
});
