// Primordials frozen, fake clocks, odd globals: the program's own doing must stay its own.
'use strict';
const log = console.log;
for (const b of [Object, Function, Array, Promise, Error, Map, WeakMap, Set, Date, Math, JSON, Reflect, Symbol, String, Number, RegExp]) { Object.freeze(b); if (b.prototype) Object.freeze(b.prototype) }
const f = async (x) => { if (x) throw new Error('frozen'); return new Promise((d) => setTimeout(d, 1, 'ok')) };
f(1).catch((e) => log(e.message, e.stack.split('\n')[1].includes('frozenWorld'))); f(0).then(log);
const realNow = Date.now; globalThis.Date = class { static now() { return 0 } }; globalThis.setTimeout = () => { throw new Error('no timers') }; globalThis.queueMicrotask = undefined;
const g = () => { let s = 0; for (let i = 0; i < 1000; i++) s += h(i); return s }; const h = (i) => { if (i < 0) throw 1; return i }; log(g(), realNow() > 0, Date.now());
process.hrtime = () => { throw new Error('no') }; performance.now = () => { throw new Error('no clock') }; const k = async () => { for (let i = 0; i < 50; i++) await g() }; k().then(() => log('k done'));
Error.stackTraceLimit; try { Error.prepareStackTrace = () => 'custom' } catch (e) { log(e.name, e.message) } const deep = (n) => n ? deep(n - 1) : new Error('d').stack.split('\n').length; log(deep(20));
delete globalThis.process; log(typeof process); (function () { return g() })(); globalThis.console = undefined; log('end');
