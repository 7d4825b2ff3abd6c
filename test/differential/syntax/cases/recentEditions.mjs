// Forms of ECMAScript 2022 to 2025 that Node 20 has.
import data from './cycle/data.json' with { type: 'json' };
const log = console.log;
class Counter {
  static #made = 0; #n = 0; static { Counter.start = () => Counter.#made; const inStatic = function () { return 'static'; }; log(inStatic()); }
  static of(n) { const c = new Counter(); c.#n = n; Counter.#made++; return c; } static has(o) { return #n in o; } get #hidden() { return this.#n * 2; } set #hidden(v) { this.#n = v; }
  bump() { this.#hidden = this.#hidden + 1; return this.#n; } static async *pages(n) { for (let i = 0; i < n; i++) yield i; } ['computed' + 1]() { return 'computed'; } static 'quoted name'() { return 'quoted'; } 0() { return 'zero'; }
  accessor = () => this.#n; static async = async () => 'async field'; static get = function* () { yield 'generator field'; };
}
const c = Counter.of(4); log(Counter.has(c), Counter.has({}), c.bump(), c.accessor(), Counter.start(), c.computed1(), Counter['quoted name'](), c[0](), await Counter.async(), [...Counter.get()]);
const pages = []; for await (const p of Counter.pages(3)) pages.push(p); log(pages, data);
label: for (const x of [1, 2, 3]) { const f = () => x; if (f() === 2) continue label; log(f()); }
const tag = (s, ...v) => s.raw.join('|') + v; log(tag`a${(() => 1)()}b\n`, ((a, { b, ...r } = { b: 2, z: 1 }, [d = (() => 5)()] = []) => [a, b, r, d])(0));
log([3, 1, 2].toSorted((a, b) => a - b), [1, 2, 3].findLast((x) => x < 3), Object.groupBy?.([1, 2], (x) => (x % 2 ? 'odd' : 'even'))?.odd, /[\p{L}--[a-z]]/v.test('A'), 'aXbX'.replaceAll(/x/gi, () => '-'));
let a = null; a ??= (() => 7)(); a &&= ((x) => x + 1)(a); log(a, a?.toFixed?.((() => 1)()), await Promise.any([Promise.reject(1), (async () => 2)()]));
try { (() => { throw new Error('outer', { cause: new AggregateError([1], 'inner') }); })(); } catch ({ message, cause }) { log(message, cause.message, cause.errors); }
const { promise, resolve } = Promise.withResolvers?.() ?? { promise: Promise.resolve(1), resolve() {} }; resolve(1); log(await promise, Array.fromAsync ? await Array.fromAsync(Counter.pages(2), (x) => x * 2) : [0, 2], await import('./cycle/data.json', { with: { type: 'json' } }).then((m) => m.default));
export default class { static m() { return new.target; } } export const arrow = async (x) => { await null; return () => x; }; log(await (await arrow(3))());
function* outer() { const got = yield* inner(); return got; } function* inner() { try { return yield 1; } finally { log('cleanup'); } } const g = outer(); g.next(); log(g.return('early'));
