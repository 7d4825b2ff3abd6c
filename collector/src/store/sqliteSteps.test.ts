import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { histogramOf } from '@hindcast/core/histogram';
import { SqliteStore } from './sqliteStore.js';
import { defaultStoreLimits } from './store.js';
import { NOW_MS, fnKey, report } from './storeContract.js';
import { MINUTE_MS, minuteOf } from './storeTime.js';

const NOW = minuteOf(NOW_MS);
const START = NOW - 4 * 60;
const FUNCTIONS = 60;

let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hindcast-steps-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Opens a store of which `maintain` does a single step. */
const openInSteps = (path: string) => SqliteStore.open(path, START * MINUTE_MS, defaultStoreLimits, 0);

const row = fc.record({
  name: fc.integer({ min: 1, max: FUNCTIONS }).map((i) => `f${i}`),
  minute: fc.integer({ min: START, max: NOW }),
  calls: fc.integer({ min: 1, max: 9 }),
});
interface Row {
  readonly name: string;
  readonly minute: number;
  readonly calls: number;
}
const action = fc.oneof(
  { weight: 2, arbitrary: fc.record({ write: fc.array(row, { minLength: 1, maxLength: 30 }) }) },
  { weight: 3, arbitrary: fc.record({ steps: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
);

function written(rows: readonly Row[]) {
  return report({
    functions: rows.map(({ name, minute, calls }) => ({
      minute,
      fn: fnKey(name),
      calls,
      durations: histogramOf(new Array<number>(calls).fill(0.5)),
    })),
    edges: rows.map(({ name, minute, calls }) => ({
      minute,
      callee: fnKey(name),
      caller: 'entry' as const,
      calls,
      sampledCalls: calls,
    })),
  });
}

it('hours are rolled up in steps, and what is written or restarted in between changes no number', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
      const path = join(folder, `${++files}.db`);
      let store = await openInSteps(path);
      const all: Row[] = [];
      for (const it of actions) {
        if (it === 'restart') {
          await store.close();
          store = await openInSteps(path);
        } else if ('write' in it) {
          await store.write([written(it.write)], NOW_MS);
          all.push(...it.write);
        } else {
          for (let i = 0; i < it.steps; i++) await store.maintain(NOW_MS + 6 * MINUTE_MS);
        }
        const ids = (await store.findFiles(['src/a.ts'])).map((file) => file.id);
        for (const from of [START, START + 61, NOW - 90, NOW - 60, NOW]) {
          const total = (of: readonly { readonly calls: number }[]) => of.reduce((sum, { calls }) => sum + calls, 0);
          const functions = await store.readFunctions(ids, from);
          const expected = total(all.filter(({ minute }) => minute >= from));
          expect(total(functions)).toBe(expected);
          expect(total(functions.flatMap((fn) => fn.callers))).toBe(expected);
          expect(functions.reduce((sum, { durations }) => sum + durations.count, 0)).toBe(expected);
          expect(total([...(await store.summarise(from)).values()])).toBe(expected);
        }
      }
      await store.close();
    }),
    { numRuns: 25 },
  );
}, 60_000);
