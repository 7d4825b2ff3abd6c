import { expect, test } from 'vitest';
import { pairTargets } from './pairTargets.js';

type Counts = Readonly<Record<string, number>>;
type Row = readonly [caller: string, sent: Counts, received: Counts];

/** `caller target=service` of each pair. */
function pairs(rows: readonly Row[]): string[] {
  const askers = rows.map(([caller, sent, received]) => ({
    ...{ caller, sent: new Map(Object.entries(sent)), received: new Map(Object.entries(received)) },
  }));
  return [...pairTargets(askers)].flatMap(([caller, own]) =>
    [...own].map(([target, service]) => `${caller} ${target}=${service}`),
  );
}

test.each<[string, readonly Row[], readonly string[]]>([
  ['the only one', [['shop', { ':1': 100 }, { orders: 100 }]], ['shop :1=orders']],
  ['calls under way', [['shop', { ':1': 1000 }, { orders: 985 }]], ['shop :1=orders']],
  ['calls got lost', [['shop', { ':1': 100, ':2': 3 }, { orders: 60 }]], ['shop :1=orders']],
  ['nobody received', [['shop', { ':1': 100 }, {}]], []],
  ['more received than sent', [['shop', { ':1': 100 }, { orders: 200 }]], []],
  [
    'told apart by counts',
    [['shop', { ':1': 100, ':2': 30 }, { stock: 30, orders: 100 }]],
    ['shop :1=orders', 'shop :2=stock'],
  ],
  ['asked equally often', [['shop', { ':1': 100, ':2': 101 }, { stock: 100, orders: 101 }]], []],
  [
    'asked equally often by one function, but not by another',
    [
      ['shop', { ':1': 100, ':2': 100 }, { stock: 100, orders: 100 }],
      ['shop', { ':1': 40 }, { stock: 40 }],
    ],
    ['shop :1=stock', 'shop :2=orders'],
  ],
  [
    'one of two like targets is known from another caller',
    [
      ['shop', { ':1': 154 }, { stock: 154 }],
      ['orders', { ':1': 25, ':3': 25 }, { stock: 25 }],
    ],
    ['shop :1=stock', 'orders :1=stock'],
  ],
  ['one of two like targets, and nothing else', [['orders', { ':1': 25, ':3': 25 }, { stock: 25 }]], []],
])('%s', (_, rows, expected) => {
  expect(pairs(rows).sort()).toEqual([...expected].sort());
});
