// Lines and columns in stack traces, in all the ways a program can ask for them.
'use strict';
const path = require('path');
const short = (text) => text.replaceAll(__dirname + path.sep, '').split('\n').filter((l) => !/node:internal|node:vm/.test(l)).join('\n');
const log = (...a) => console.log(...a.map((x) => (typeof x === 'string' ? short(x) : x)));
function one() { throw new Error('one') }
const two = () => { const before = 1; one(); return before }; const three = () => two();
class Four { get four() { return three() } static five(f = new Four()) { return f.four } #six() { return Four.five() } six() { return this.#six() } ['se' + 'ven']() { return this.six() } }
try { new Four().seven() } catch (e) { log(e.stack) }
try { [1].map(() => one()) } catch (e) { log(e.stack) }
try { null.x } catch (e) { log(e.stack) }
try { (() => undefinedName)() } catch (e) { log(e.stack) }
try { JSON.parse('{') } catch (e) { log(e.message) }
try { ({}).notAFunction() } catch (e) { log(e.stack) }
try { const { a: { b } } = {}; } catch (e) { log(e.stack) }
try { (({ a }) => a)() } catch (e) { log(e.stack) }
try { ((a = null.p) => a)() } catch (e) { log(e.stack) }
try { new (class A { x = one() })() } catch (e) { log(e.stack) }
try { (function f(n) { n ? f(n - 1) : one() })(20) } catch (e) { log(e.stack.split('\n').length, e.stack) }
try { one`x` } catch (e) { log(e.stack) }
const cause = (() => { try { one() } catch (e) { return new Error('outer', { cause: e }) } })(); log(cause.cause.message, cause.stack);
const agg = new AggregateError([new Error('a'), new Error('b')], 'agg'); log(agg.stack);
function capture() { const o = {}; Error.captureStackTrace(o, capture); return o.stack } function capturing() { return capture() } log(capturing());
log(Error.stackTraceLimit); Error.stackTraceLimit = 2; try { new Four().seven() } catch (e) { log(e.stack) } Error.stackTraceLimit = 0; try { one() } catch (e) { log(e.stack) } Error.stackTraceLimit = 10;
const prepare = Error.prepareStackTrace; log(typeof prepare);
Error.prepareStackTrace = (error, sites) => sites.filter((s) => s.getFileName() === __filename).map((s) => [s.getFunctionName(), s.getLineNumber(), s.isConstructor(), s.isToplevel(), s.isNative(), s.isEval(), s.isAsync?.(), s.getMethodName(), s.getTypeName(), String(s)].join(' '));
try { new Four().seven() } catch (e) { for (const line of e.stack) log(line) }
const sites = (function () { return new Error().stack })(); for (const l of sites) log(l);
Error.prepareStackTrace = prepare;
log(Object.getOwnPropertyNames(Error).sort().join(), Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')?.configurable, Object.keys(Error).join());
for (let i = 0; i < 30; i++) { const e = three.call ? (() => { try { three() } catch (x) { return x } })() : 0; if (i === 29) log(e.stack) }
const same = new Error('same'); const thrower = () => { throw same }; try { thrower() } catch (e) { log(e === same, e.stack === same.stack, Object.getOwnPropertyNames(e).join()) }
for (const value of [1, 'text', null, undefined, Symbol('s'), 10n, {}, [], Object.freeze(new Error('frozen')), Object.seal({}), new Proxy({}, {}), new Proxy({}, { get() { throw new Error('trap') } }), Object.create(null), function () {}])
  try { (() => { throw value })() } catch (e) { log(e === value, typeof e, Object.isFrozen(e), Object.isExtensible(e), e !== null && typeof e === 'object' && !require('util').types.isProxy(e) ? Reflect.ownKeys(e).map(String).join() : '') }
const trapped = new Proxy({}, Object.fromEntries(['get', 'has', 'ownKeys', 'getPrototypeOf', 'set', 'defineProperty', 'getOwnPropertyDescriptor', 'isExtensible'].map((k) => [k, (...a) => { console.log('trap', k, typeof a[1] === 'symbol' ? String(a[1]) : a[1]); return Reflect[k](...a) }])));
try { (function outer() { (function inner() { throw trapped })() })() } catch (e) { log('proxy thrown', e === trapped) }
class Loud extends Error { get name() { console.log('name read'); return 'Loud' } get message() { console.log('message read'); return 'm' } get stack() { console.log('stack read'); return 's' } set stack(v) {} }
try { (() => { throw new Loud() })() } catch (e) { log('loud caught') }
setTimeout(function timer() { log(new Error('in timer').stack) }, 1);
Promise.resolve().then(function then() { log(new Error('in then').stack) });
(async function asyncOne() { await null; await (async function asyncTwo() { await null; log(new Error('async').stack) })() })();
new (require('events'))().on('x', function onX() { log(new Error('in emitter').stack) }).emit('x');
log(require('util').inspect(new Error('inspected')).split('\n').slice(0, 2).join('\n'));
console.trace === undefined || process.stderr.write('');
log(eval('(function evalled() { return new Error("evalled").stack })()').split('\n').slice(0, 3).join('\n'));
(function overflow() { let depth = 0; const go = () => { depth++; go() }; try { go() } catch (e) { log(e.name, e.message, depth > 1000) } })();
function multi(
  a,
  b = () => { throw new Error('multi-line default') },
) {
  return b(
    a,
  );
}
try { multi() } catch (e) { log(e.stack) }
