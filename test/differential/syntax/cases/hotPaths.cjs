// Hot enough to be optimised, deoptimised and inlined; results must not change on the way.
const log = console.log;
const add = (a, b) => a + b; let s = 0; for (let i = 0; i < 3e6; i++) s = add(s, i); log(s);
s = ''; for (let i = 0; i < 10; i++) s = add(s, i); log(s);
class V { #x; constructor(x) { this.#x = x } get x() { return this.#x } set x(v) { this.#x = v } plus(o) { return new V(this.#x + o.x) } }
let v = new V(0); const one = new V(1); for (let i = 0; i < 1e6; i++) { v = v.plus(one); v.x = v.x } log(v.x);
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) } log(fib(27));
function mayThrow(i) { if (i % 1000 === 0) throw new RangeError('r' + i); return i } let thrown = 0; for (let i = 0; i < 3e5; i++) try { mayThrow(i) } catch (e) { thrown++ } log(thrown);
const rethrow = (i) => { try { return mayThrow(i) } catch (e) { throw new Error('wrapped', { cause: e }) } }; let last; for (let i = 0; i < 5e4; i++) try { rethrow(i) } catch (e) { last = e } log(last.message, last.cause.message);
const o = { get g() { return 1 }, set g(v) { s = v }, m() { return this.g } }; let t = 0; for (let i = 0; i < 1e6; i++) { t += o.m(); o.g = i } log(t, s);
function poly(x) { return x.k } const shapes = [{ k: 1 }, { j: 0, k: 2 }, { a: 0, b: 0, k: 3 }, Object.create({ k: 4 }), { get k() { return 5 } }]; t = 0; for (let i = 0; i < 1e6; i++) t += poly(shapes[i % 5]); log(t);
function* range(n) { for (let i = 0; i < n; i++) yield i } t = 0; for (const i of range(3e5)) t += i; log(t);
const compose = (...fs) => (x) => fs.reduceRight((a, f) => f(a), x); const inc = (x) => x + 1; t = 0; for (let i = 0; i < 1e5; i++) t += compose(inc, inc, (x) => x * 2)(i); log(t);
log(Array.from({ length: 50000 }, (_, i) => (i * 7919) % 50021).sort((a, b) => a - b)[25000]);
function variadic(...r) { return r.length + arguments.length } t = 0; for (let i = 0; i < 2e5; i++) t += variadic(...Array(i % 5)); log(t);
(async () => { const a = async (x) => x + 1; let x = 0; for (let i = 0; i < 1e5; i++) x = await a(x); log(x) })();
const osr = (() => { let n = 0; for (let i = 0; i < 5e6; i++) { n = (n + i) | 0 } return n })(); log(osr);
const memo = new Map(); const big = (n) => { if (memo.has(n)) return memo.get(n); const r = n < 2n ? n : big(n - 1n) + big(n - 2n); memo.set(n, r); return r }; log(big(300n));
const str = 'abc'.repeat(20000).replace(/b/g, (m, off) => (off % 2 ? m.toUpperCase() : m)); let h = 0; for (const c of str) h = (h * 31 + c.charCodeAt(0)) | 0; log(h);
