import { expect, test } from 'vitest';
import { TreePool } from './treePool.js';

/** Ten texts of ten characters, used one after the other; those that lose their trees. */
function droppedOf(pool: TreePool, forgotten?: number): readonly number[] {
  const dropped: number[] = [];
  const owners = Array.from({ length: 10 }, (_, index) => ({
    text: '0123456789',
    dropTree: () => dropped.push(index),
  }));
  for (const [index, owner] of owners.entries()) {
    pool.use(owner);
    if (index === forgotten) pool.forget(owner);
  }
  return dropped;
}

test.each([
  { what: 'the last eight are kept', pool: new TreePool(), dropped: [0, 1] },
  { what: 'one that is forgotten takes no room', pool: new TreePool(), forgotten: 5, dropped: [0] },
  { what: 'more are kept while their texts are short', pool: new TreePool(100), dropped: [] },
  { what: 'and no more than there is room for', pool: new TreePool(90), dropped: [0] },
  { what: 'eight are kept whatever their size', pool: new TreePool(1), dropped: [0, 1] },
])('$what', ({ pool, forgotten, dropped }) => {
  expect(droppedOf(pool, forgotten)).toEqual(dropped);
});
