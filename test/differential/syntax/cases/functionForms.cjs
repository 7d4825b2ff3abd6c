// Every way to write a function: what it is called, how many parameters it says it has, what its text is.
var log = console.log;
function declared(a, b) { return a + b }
const expressed = function (a) { return a };
const named = function inner(a, b, c) { return typeof inner };
const arrow = (a) => a * 2;
const bare = a => a;
const block = () => { return 1 };
const object = () => ({ a: 1 });
const objectSpread = (o) => ({ ...o, b: 2 });
const comma = () => (log('side'), 7);
const inOperator = (o) => ('a' in o);
const nested = a => b => c => a + b + c;
const asyncArrow = async a => a;
const asyncBlock = async (a, b) => { await null; return a + b };
async function asyncDeclared() { return 1 }
function* generator(a) { const got = yield a; return got }
async function* asyncGenerator() { yield 1 }
const defaults = (a = 1, { b = 2, c: [d = 3] = [] } = {}, ...rest) => [a, b, d, rest];
const trailingComment = () => 1 // the end
;
const lineBreak = () =>
  // before
  2 // after
;
const conditional = (a) => a ? () => 1 : () => 2;
const template = (a) => `x${(() => a)()}y`;
const regexp = () => /}/.test('}');
const regexpAfter = (a) => a / 2 / 1;
const negated = () => !function () { return false }();
const voided = () => void 0;
const typed = () => typeof x;
const awaited = async () => await 5;
const yieldName = (yield_) => yield_;
const literal = () => 'use strict';
const throwing = () => { throw new RangeError('t') };
class K {
  constructor(a) { this.a = a }
  method() { return this.a }
  static s() { return 's' }
  get x() { return this.a } set x(v) { this.a = v }
  static get y() { return 1 } static set y(v) {}
  #p() { return 'private ' + this.a }
  get #q() { return 'q' } set #q(v) { this.a = v }
  p() { this.#q = 9; return this.#p() + this.#q + (#p in this) }
  async am() { return 1 } *gm() { yield 1 } async *agm() { yield 1 }
  static async sam() {} static *sgm() {} static async *sagm() {}
  ['comp' + 'uted']() {} get ['g' + 1]() { return 1 }
  'quoted-name'() {} 123() {} 1e3() {} async() {} get() {} set() {} static() {} await() {} of() {}
  static async *[Symbol.iterator]() {}
  field = () => this.a; static sfield = function () {}; #f = (x) => x; 'f-q' = async () => {}; [`c${1}`] = () => 1;
  get = () => 1; static = 1; async = () => 2
}
const anonymousClass = class { m() {} };
const literalObject = {
  m() { return 1 }, get g() { return 2 }, set g(v) {}, async a() {}, *ge() {}, async *age() {}, ['c' + 1]() {}, 'q-q'() {}, 5() {},
  f: function () {}, ar: () => {}, n: function nn() {}, async: 1, get: 2, async async() {}, get get() { return 3 }, __proto__: { z() { return 'z' } },
};
const all = { declared, expressed, named, arrow, bare, block, object, objectSpread, comma, inOperator, nested, asyncArrow, asyncBlock, asyncDeclared, generator,
  asyncGenerator, defaults, trailingComment, lineBreak, conditional, template, regexp, regexpAfter, negated, voided, typed, awaited, yieldName, literal, throwing };
for (const [key, f] of Object.entries(all)) log(key, f.name, f.length, JSON.stringify(f.toString()), String(f) === `${f}`, Function.prototype.toString.call(f) === f + '');
for (const [c, f] of [['K', K], ['anonymousClass', anonymousClass]]) {
  log(c, f.name, f.length, f.toString());
  for (const target of [f, f.prototype]) for (const key of Reflect.ownKeys(target)) {
    const d = Object.getOwnPropertyDescriptor(target, key);
    for (const part of ['value', 'get', 'set']) if (typeof d[part] === 'function') log(c, String(key), part, d[part].name, d[part].length, JSON.stringify(String(d[part])), d.enumerable, d.writable, d.configurable, 'prototype' in d[part]);
  }
}
for (const key of Reflect.ownKeys(literalObject)) { const d = Object.getOwnPropertyDescriptor(literalObject, key); for (const part of ['value', 'get', 'set']) if (typeof d[part] === 'function') log('o', String(key), part, d[part].name, d[part].length, String(d[part])) }
log(declared(1, 2), expressed(3), named(), arrow(4), bare(5), block(), object(), objectSpread({ a: 1 }), comma(), inOperator({ a: 1 }), nested(1)(2)(3), defaults(), defaults(5, { b: 6, c: [7] }, 8, 9));
log(trailingComment(), lineBreak(), conditional(1)(), conditional(0)(), template('m'), regexp(), regexpAfter(8), negated(), voided(), typed(), yieldName(1), literal());
try { throwing() } catch (e) { log(e.name, e.message, e.stack.split('\n')[1].trim().replace(/\(.*[\\/]/, '(')) }
const k = new K(1); k.x = 5; log(k.x, k.method(), K.s(), k.p(), k.field(), k['f-q'].name, k.c1(), K.sfield.name, k.get(), k.async(), literalObject.z());
Promise.all([asyncArrow(1), asyncBlock(1, 2), asyncDeclared(), awaited(), k.am()]).then((v) => log(v));
log([...generator(1)], [...k.gm()]);
(async () => { for await (const v of asyncGenerator()) log(v); for await (const v of k.agm()) log(v) })();
log((function () {}).name === '', (() => {}).name === '', (class {}).name === '', new Function('a', 'b', 'return a+b').toString(), (0, eval)('(function(){ return 1 })').toString());
log(Object.getOwnPropertyNames(declared), Object.getOwnPropertyNames(arrow), Object.getOwnPropertyNames(class { static z() {} }));
log(declared.prototype.constructor === declared, arrow.prototype, asyncDeclared.prototype, Object.getPrototypeOf(generator) === Object.getPrototypeOf(function* () {}));
log(typeof Function.prototype.toString, Function.prototype.toString.name, Function.prototype.toString.length, Function.prototype.toString.toString(), Object.getOwnPropertyDescriptor(Function.prototype, 'toString').enumerable);
try { Function.prototype.toString.call({}) } catch (e) { log(e.name, e.message) }
try { new Function.prototype.toString() } catch (e) { log(e.name, e.message) }
log('prototype' in Function.prototype.toString, Function.prototype.toString.call(Proxy), String(new Proxy(function p() {}, {})));
