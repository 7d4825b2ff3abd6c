// Programs that look at themselves.
const log = console.log; const util = require('util'); const vm = require('vm'); const v8 = require('v8');
function f(a, b) { 'use strict'; return a + (b ?? 1) } class C { m() { return 1 } static s = () => 2; #p = 1 } const o = { async *ag() {}, get x() { return 1 } };
log(util.inspect(f), util.inspect(C), util.inspect(o, { getters: true }), util.inspect(f, { showHidden: true }), util.types.isAsyncFunction(async () => {}), util.types.isGeneratorFunction(o.ag));
const clone = (fn) => new Function('return ' + fn.toString())(); log(clone(f)(1, 2), new (clone(C))().m(), clone(function () { return [1].map((x) => x * 2) })(), clone((x) => ({ x }))(4).x);
log(eval('(' + f + ')')(3), vm.runInNewContext('(' + ((a) => a.map((x) => x + 1)) + ')')([1, 2]), vm.runInThisContext('(() => 5)')(), vm.runInContext('f(1)', vm.createContext({ f })));
log(JSON.stringify(f.toString().match(/return .*/)[0]), /\[native code\]/.test(f), /\[native code\]/.test(Math.max), /\[native code\]/.test(f.bind()), f.bind(null).name, f.bind(null, 1).length);
const parameters = (fn) => fn.toString().replace(/^[^(]*\(/, '').split(')')[0].split(',').map((s) => s.trim()); log(parameters(f), parameters(function inject($http, $q) {}), parameters((a, b) => a));
log(util.promisify((a, cb) => cb(null, a + 1)).name, util.callbackify(async () => {}).name, util.inspect(new Proxy(f, {}), { showProxy: true }));
const h = new Map([[f, 1]]); log(h.get(f), f === f, Object.is(o.ag, o.ag), new WeakSet([f]).has(f));
log(Reflect.ownKeys(f), Reflect.ownKeys(C).map(String), Reflect.ownKeys(globalThis).includes('f'), 'f' in globalThis, Object.isExtensible(f), Object.isFrozen(Object.freeze(() => {})));
f.custom = 1; delete f.name; log(f.name, f.custom, Object.keys(f)); Object.defineProperty(f, 'length', { value: 99 }); log(f.length);
log(require('module').wrap('x').replace(/\s+/g, ' '), require.extensions['.js'].length, typeof require.resolve, require('module')._extensions === require.extensions, Object.keys(require));
const m = new (require('module'))('virtual'); m.paths = module.paths; m._compile('module.exports = { f: (x) => x * 2, t: function named() { return named.toString() }, e: () => new Error("v").stack.split("\\n")[1].trim() }', '/virtual/file.js'); log(m.exports.f(4), m.exports.t(), m.exports.e());
require.extensions['.txt'] = (mod, file) => mod._compile('module.exports = () => ' + JSON.stringify(require('fs').readFileSync(file, 'utf8').trim()), file); log(require('./cycle/text.txt')());
const descriptor = Object.getOwnPropertyDescriptor(Function.prototype, 'toString'); Function.prototype.toString = function () { return 'patched' }; log(String(f)); Object.defineProperty(Function.prototype, 'toString', descriptor); log(String(() => 1));
log(structuredClone({ a: 1 }), (() => { try { structuredClone(f) } catch (e) { return e.name } })(), v8.deserialize(v8.serialize(new Error('ser'))).message, (() => { try { new Worker } catch (e) { return e.message } })());
const src = C.toString() + o.ag + Object.getOwnPropertyDescriptor(o, 'x').get; log(src, src.length); const fr = new FinalizationRegistry(() => {}); fr.register({}, 1); log(new WeakRef(f).deref() === f);
require('assert').deepStrictEqual(Object.getOwnPropertyNames(class { a() {} }.prototype), ['constructor', 'a']); require('assert').throws(() => { throw new TypeError('x') }, { name: 'TypeError', message: 'x' });
Object.prototype.polluted = () => 1; for (const k in { a: 1 }) log(k); delete Object.prototype.polluted; Array.prototype.push = ((p) => function (...a) { return p.apply(this, a) })(Array.prototype.push); const arr = []; arr.push(1); log(arr);
const R = Reflect; globalThis.Reflect = undefined; globalThis.Error = class extends Error {}; const fail = () => { throw new Error('shadowed') }; try { fail() } catch (e) { log(e.message) } globalThis.Reflect = R;
globalThis.Object = undefined; globalThis.Map = undefined; globalThis.Int32Array = undefined; globalThis.Atomics = undefined; globalThis.performance = undefined; globalThis.WeakMap = undefined; const still = (a) => { if (a) throw 1; return 'still' }; try { still(1) } catch (e) { log(e, still(0)) }
