import { require, say } from './hindcastSupport.mjs';

const _ = require('./');
const values = [
  undefined,
  null,
  true,
  0,
  -0,
  NaN,
  1.5,
  'a',
  'Hello World fooBar',
  '',
  [],
  [1, 2, 3],
  [3, 1, 2, 1],
  [
    [1, 'a'],
    [2, 'b'],
  ],
  {},
  { a: 1, b: { c: [1, { d: 2 }] } },
  { length: 2, 0: 'x', 1: 'y' },
  new Map([[1, 2]]),
  new Set([1, 1]),
  /x/g,
  new Date(0),
  Symbol.iterator,
  (a, b) => a > b,
  new Error('e'),
  Object.create({ inherited: 1 }),
  [
    { n: 1, s: 'b' },
    { n: 2, s: 'a' },
  ],
  new Uint8Array([1, 2]),
];
const second = [
  undefined,
  1,
  'a',
  [1],
  { a: 1 },
  (x) => x,
  'b.c[1].d',
  ['b', 'c'],
  (a, b) => (b === undefined ? a : a - b),
];
const skipped = new Set([
  'now',
  'random',
  'shuffle',
  'sample',
  'sampleSize',
  'uniqueId',
  'delay',
  'defer',
  'debounce',
  'throttle',
  'times',
  'range',
  'rangeRight',
  'repeat',
  'padStart',
  'padEnd',
  'pad',
  'runInContext',
  'noConflict',
  'mixin',
  // Given a function they throw an engine's message that quotes its source.
  'pullAll',
  'pullAllBy',
  'pullAllWith',
  'pullAt',
  'remove',
]);
for (const name of _.functions(_)
  .filter((n) => !skipped.has(n))
  .sort()) {
  const results = [];
  for (const value of values)
    for (const other of second) {
      try {
        const subject =
          typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
            ? structuredClone(value)
            : Array.isArray(value)
              ? structuredClone(value)
              : value;
        const result = _[name](subject, other);
        results.push(
          typeof result === 'function'
            ? `function ${result.length}`
            : _.isObjectLike(result) && result.__wrapped__ !== undefined
              ? 'wrapped'
              : result,
        );
      } catch (error) {
        results.push(`${error.name} ${error.message}`);
      }
    }
  say(name, results);
}
say(
  'chain',
  _.chain([3, 1, 2])
    .map((x) => x * 2)
    .filter((x) => x > 2)
    .sortBy()
    .reverse()
    .tap((x) => x.push(9))
    .thru((x) => x.slice(1))
    .value(),
);
say(
  'lazy',
  _(_.range(1, 1000))
    .map((x) => x * 2)
    .filter((x) => x % 3 === 0)
    .take(5)
    .value(),
);
say('curry', [
  _.curry((a, b, c) => a + b + c)(1)(2)(3),
  _.partialRight((a, b) => a - b, 1)(5),
  _.memoize((x) => x * 2)(2),
  _.flow([(x) => x + 1, (x) => x * 2])(3),
  _.once(() => 5)(),
  _.times(3, (i) => i),
  _.range(0, 10, 3),
]);
say(
  'template',
  _.template('<% _.forEach(list, function(x) { %><%- x %>,<% }) %>${ name }<%= name %>')({ list: ['<', 2], name: 'n' }),
);
const calls = [];
const debounced = _.debounce((x) => calls.push(x), 5, { leading: true });
debounced(1);
debounced(2);
await new Promise((d) => setTimeout(d, 40));
say('debounced', calls);
say('binding', [
  _.bind(
    function (a) {
      return this.v + a;
    },
    { v: 1 },
    2,
  )(),
  _.spread(Math.max)([1, 2]),
  _.negate(_.isEven ?? ((x) => x))(0),
  _.cloneDeep({ a: [new Map([[1, { b: 2 }]])] }).a[0].get(1),
]);
