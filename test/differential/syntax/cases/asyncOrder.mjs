// The order of every microtask, printed.
const log = console.log;
const steps = [];
const s = (x) => { steps.push(x); return x };
const tick = async (name, n) => { for (let i = 1; i <= n; i++) { await null; s(`${name} ${i}`) } };
async function returnsValue() { s('returnsValue'); return 1 }
async function returnsPromise() { s('returnsPromise'); return Promise.resolve(2) }
async function returnsAwait() { s('returnsAwait'); return await Promise.resolve(3) }
async function returnsThenable() { s('returnsThenable'); return { then(ok) { s('then called'); ok(4) } } }
async function returnsAsync() { return returnsValue() }
const arrowValue = async () => 5;
const arrowPromise = async () => Promise.resolve(6);
const arrowAsync = async () => arrowPromise();
async function throws() { s('throws'); throw new Error('thrown') }
async function rejects() { return Promise.reject(new Error('rejected')) }
async function rejectsLater() { await null; throw new Error('later') }
async function tryReturn() { try { return Promise.reject(new Error('not caught')) } catch { return 'caught' } finally { s('finally') } }
async function tryReturnAwait() { try { return await Promise.reject(new Error('caught')) } catch { return 'caught' } finally { s('finally await') } }
async function defaultRejects(a = (() => { throw new Error('in default') })()) { return a }
async function noReturn() { await 0 }
async function empty() {}
const all = { returnsValue, returnsPromise, returnsAwait, returnsThenable, returnsAsync, arrowValue, arrowPromise, arrowAsync, throws, rejects, rejectsLater, tryReturn, tryReturnAwait, defaultRejects, noReturn, empty };
for (const [name, f] of Object.entries(all)) {
  steps.length = 0;
  const clock = tick(`tick`, 8);
  const p = f();
  s('called');
  p.then((v) => s(`${name} -> ${v}`), (e) => s(`${name} x ${e.message}`));
  await clock;
  log(name, Object.prototype.toString.call(p), p.constructor === Promise, steps.join(' | '));
}
steps.length = 0;
queueMicrotask(() => s('microtask'));
process.nextTick(() => s('nextTick'));
setImmediate(() => s('immediate'));
setTimeout(() => s('timeout'), 0);
Promise.resolve().then(() => s('then 1')).then(() => s('then 2')).finally(() => s('finally'));
(async () => { s('async start'); await null; s('async after'); for (const x of [1, 2]) { await x; s(`loop ${x}`) } })();
s('sync end');
await new Promise((done) => setTimeout(done, 20));
log(steps.filter((x) => x !== 'immediate' && x !== 'timeout').join(' | '), steps.includes('immediate'), steps.includes('timeout'));
async function* ag() { try { s('ag start'); const a = yield 1; s(`got ${a}`); const b = yield Promise.resolve(2); s(`got ${b}`); yield* inner(); return Promise.resolve('done') } catch (e) { s(`ag caught ${e}`); yield 'after catch' } finally { s('ag finally'); await null; s('ag finally 2') } }
async function* inner() { try { yield 'i1'; yield 'i2' } finally { s('inner finally') } }
for (const script of [[['next'], ['next', 'A'], ['next', 'B'], ['next'], ['next'], ['next']], [['next'], ['throw', 'E'], ['next'], ['next']], [['next'], ['return', 'R'], ['next']], [['return', 'early'], ['next']], [['throw', 'first'], ['next']], [['next'], ['next'], ['next'], ['return', Promise.resolve('late')], ['next']]]) {
  steps.length = 0;
  const it = ag();
  const clock = tick('t', 14);
  script.forEach(([how, value], i) => it[how](value).then((r) => s(`${i} ${how} ${r.value} ${r.done}`), (e) => s(`${i} ${how} x ${e?.message ?? e}`)));
  await clock;
  log(JSON.stringify(script), steps.join(' | '));
}
steps.length = 0;
for await (const v of ag()) { s(v); if (v === 2) break }
log(steps.join(' | '));
const mixed = await Promise.allSettled([returnsValue(), throws(), rejects(), tryReturn()]); log(mixed.map((m) => m.status + (m.value ?? m.reason.message)));
log(await Promise.race([new Promise((d) => setTimeout(d, 50, 'slow')), returnsPromise()]), await Promise.any([throws(), returnsAwait()]));
async function deep(n) { return n === 0 ? 0 : 1 + (await deep(n - 1)) } log(await deep(1000));
async function stack() { await null; throw new Error('async stack') } async function viaAwait() { await stack() } async function viaReturn() { return await stack() }
for (const f of [viaAwait, viaReturn]) try { await f() } catch (e) { log(e.stack.split('\n').slice(1).filter((l) => !l.includes('node:')).map((l) => l.trim().replace(/\(?(file:)?\/.*[\\/]/, '('))) }
const frozen = Object.freeze({ async m() { return this === frozen } }); log(await frozen.m());
const original = Promise.prototype.then; let thenCalls = 0;
Promise.prototype.then = function (...a) { thenCalls++; return original.apply(this, a) };
await returnsPromise(); await arrowAsync(); await returnsThenable(); await rejects().catch(() => {}); Promise.prototype.then = original; log('then calls', thenCalls);
const patched = globalThis.Promise; globalThis.Promise = class Fake {}; log((await arrowValue()), arrowValue() instanceof patched); globalThis.Promise = patched;
class Sub extends Promise { then(...a) { s('Sub then'); return super.then(...a) } } async function returnsSub() { return new Sub((d) => d('sub')) } steps.length = 0; log(await returnsSub(), steps.join());
const tampered = Promise.resolve('tampered'); tampered.then = function (ok, no) { s('own then'); return original.call(this, ok, no) }; steps.length = 0; log(await (async () => tampered)(), steps.join());
const guarded = Promise.resolve('g'); Object.defineProperty(guarded, 'constructor', { get() { s('constructor read'); return Promise } }); steps.length = 0; log(await (async () => guarded)(), steps.join());
const thenGetter = { get then() { s('then read'); return undefined } }; steps.length = 0; log((await (async () => thenGetter)()) === thenGetter, steps.join());
