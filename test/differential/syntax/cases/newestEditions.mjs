// minNode: 24
// Forms of ECMAScript 2025 and 2026.
const log = console.log;
log([1, 2, 3, 4].values().filter((x) => x % 2).map((x) => x * 10).toArray(), Iterator.from({ next: (() => { let i = 0; return () => ({ done: i > 2, value: i++ }); })() }).reduce((s, x) => s + x), [1, 2].values().flatMap(function* (x) { yield x; yield x; }).some((x) => x === 2));
log(RegExp.escape('a.b'), /(?<y>\d{4})-\d\d|\d\d-(?<y>\d{4})/.exec('12-2024').groups.y, /(?i:a)b/.test('Ab'), new Set([1, 2]).union(new Set([3])).size, await Promise.try((x) => x + 1, 1), await Promise.try(() => { throw new Error('tried'); }).catch((e) => e.message));
log(Error.isError?.(new Error('x')), Math.f16round?.(1.1), Float16Array && new Float16Array([1.5])[0], Atomics.pause?.());
{ using a = { n: 1, [Symbol.dispose]() { log('disposed', this.n); } }; await using b = { async [Symbol.asyncDispose]() { await null; log('disposed later'); } }; const f = () => a.n; log(f()); }
const early = (fail) => { using r = { [Symbol.dispose]: () => log('closed') }; if (fail) throw new TypeError('early'); return 'late'; }; log(early(false)); try { early(true); } catch (e) { log(e.name); }
const both = () => { using r = { [Symbol.dispose]() { throw new Error('second'); } }; throw new Error('first'); }; try { both(); } catch (e) { log(e.constructor.name, e.error.message, e.suppressed.message); }
async function each() { const out = []; for (using x of [1, 2].map((n) => ({ n, [Symbol.dispose]: () => out.push(-n) }))) out.push(x.n); return out; } log(await each());
const stack = new DisposableStack(); stack.defer(() => log('deferred')); stack.use({ [Symbol.dispose]() { log('used'); } }); stack.dispose();
