import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpanIndex } from './spanIndex.js';
import { SPAN, SpanRows, TRACE } from './spanRows.js';

const spans = fc.array(fc.record({ trace: fc.integer({ min: 1, max: 9 }), id: fc.integer({ min: 1, max: 400 }) }), {
  minLength: 1,
  maxLength: 1_500,
});

describe('SpanIndex', () => {
  it('finds rows by trace and id, the first of equal ones first, however much it has grown', () => {
    fc.assert(
      fc.property(spans, (all) => {
        const rows = new SpanRows();
        const index = new SpanIndex(rows, SPAN);
        for (const { trace, id } of all) {
          const row = rows.add();
          rows.set(row, TRACE + 2, trace);
          rows.set(row, SPAN + 1, id);
          index.add(row);
        }
        const found = (row: number): number[] => {
          const same: number[] = [];
          for (let at = index.find(rows, row, SPAN); at >= 0; at = index.findNext(at, rows, row, SPAN)) same.push(at);
          return same;
        };
        const [{ trace, id } = { trace: 0, id: 0 }] = all;
        expect(found(0)).toEqual(all.flatMap((it, row) => (it.trace === trace && it.id === id ? [row] : [])));
        index.clear();
        expect(found(0)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});
