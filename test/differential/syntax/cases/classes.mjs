const log = console.log;
const order = [];
const note = (x) => (order.push(x), x);
class Base {
  static order = note('static Base.order');
  static { note('block 1'); this.made = (() => typeof this)() }
  [note('key a')] = note('never at definition');
  static [note('key b')] = note('static b');
  [note('method key')]() {}
  static { note('block 2'); try { throw new Error('in block') } catch (e) { note(e.message) } }
  constructor() { note('Base constructor'); this.target = new.target.name; this.init() }
  init() { note('Base init') }
  static create() { return new this() }
  get value() { return 'base value' }
  greet() { return 'base ' + this.constructor.name }
  static greet() { return 'static base ' + this.name }
}
class Derived extends Base {
  field = note('Derived field');
  #secret = (() => this.field + ' secret')();
  arrow = () => super.greet() + this.#secret;
  constructor(...args) { note('before super'); const f = () => super(...args); f(); note('after super') }
  init() { note('Derived init'); note(this.field) }
  get value() { return super.value + ' derived' }
  greet() { return [super.greet(), super['greet'](), (() => super.value)()].join() }
  static greet() { return super.greet() + ' derived' }
  static has(x) { return #secret in x }
}
class Implicit extends Derived {}
class NoFields extends Base { constructor() { super() } }
class ReturnsOther extends Base { constructor() { return { other: true } } }
class NeverSuper extends Base { constructor() {} }
class TwiceSuper extends Base { constructor() { super(); super() } }
class ThisFirst extends Base { constructor() { this.x = 1; super() } }
class SuperInDefault extends Base { constructor(a = super()) { note('default super ' + (a === this)) } }
class SuperInTry extends Base { constructor() { try { super(); throw new Error('t') } catch (e) { note(e.message) } finally { note('f') } } }
class ExtendsNull extends null { static s() { return 's' } }
class ReturnPrimitive extends Base { constructor() { super(); return 1 } }
class ArrowBeforeSuper extends Base { constructor() { const get = () => this; try { get() } catch (e) { note(e.name) } super(); note(get() === this) } }
class EvalSuper extends Base { constructor() { eval('super()') } m() { return eval('super.greet()') } }
const d = new Derived(1);
log(d.target, d.greet(), d.value, d.arrow(), Derived.greet(), Derived.has(d), Derived.has({}));
log(new Implicit().target, Implicit.create().target, new NoFields().target, new ReturnsOther().other, new SuperInDefault().target, new SuperInTry().target, new EvalSuper().m(), new ArrowBeforeSuper().target);
for (const C of [NeverSuper, TwiceSuper, ThisFirst, ReturnPrimitive, ExtendsNull]) try { new C(); log('no error') } catch (e) { log(C.name, e.name, e.message) }
try { Base() } catch (e) { log(e.message) }
try { class X extends (() => {}) {} } catch (e) { log(e.message) }
try { class X { static { throw new Error('static') } } } catch (e) { log(e.message, e.stack.split('\n')[1].trim().replace(/\(?file.*[\\/]/, '')) }
try { class X { x = (() => { throw new Error('field') })() } new X() } catch (e) { log(e.message, e.stack.split('\n').slice(1, 4).map((l) => l.trim().replace(/\(?file.*[\\/]/, ''))) }
log(order.join('\n'));
class Getters { #v = 1; get v() { return this.#v } set v(x) { if (x < 0) throw new RangeError('negative'); this.#v = x } static #n = 0; static get n() { return ++Getters.#n } }
const g = new Getters(); let sum = 0; for (let i = 0; i < 1000; i++) { g.v = i; sum += g.v + Getters.n } log(sum);
try { g.v = -1 } catch (e) { log(e.name) }
try { Object.getOwnPropertyDescriptor(Getters.prototype, 'v').get.call({}) } catch (e) { log(e.name, e.message) }
class Acc { static accessor1 = 1; static 'a b'() { return 'ab' } static async() { return 'async' } static get() { return 'get' } static await = 1; static static() { return 'static' } }
log(Acc['a b'](), Acc.async(), Acc.get(), Acc.static());
const mixin = (B) => class extends B { mixed() { return 'mixed ' + super.greet() } };
log(new (mixin(Base))().mixed(), mixin(Base).name, class { static name = 'own' }.name, class { static name() {} }.name.name);
class Counter { static #instances = new Set(); constructor() { Counter.#instances.add(this) } static get size() { return Counter.#instances.size } }
new Counter(); new Counter(); log(Counter.size);
class Thenable { then(ok) { note('then'); ok('thenable') } }
log(await new Thenable());
class Iter { *[Symbol.iterator]() { try { yield 1; yield 2 } finally { log('cleanup') } } async *[Symbol.asyncIterator]() { yield* [3, 4] } static [Symbol.hasInstance](x) { return x === 1 } get [Symbol.toStringTag]() { return 'Iter' } }
for (const v of new Iter()) { log(v); break }
for await (const v of new Iter()) log(v);
log(1 instanceof Iter, String(new Iter()));
class MyError extends Error { constructor(m) { super(m); this.name = 'MyError'; Error.captureStackTrace?.(this, MyError) } }
function thrower() { throw new MyError('mine') }
try { thrower() } catch (e) { log(e instanceof MyError, e instanceof Error, String(e), e.stack.split('\n')[1].trim().replace(/\(.*[\\/]/, '(')) }
class MyArray extends Array { sum() { return this.reduce((a, b) => a + b, 0) } }
log(MyArray.from([1, 2, 3]).map((x) => x * 2).sum(), new MyArray(3).length);
class P2 extends Promise { constructor(f) { super(f); P2.count = (P2.count ?? 0) + 1 } }
await P2.resolve(1).then(() => {}); log(P2.count, P2.resolve(1) instanceof P2);
const obj = { __proto__: { hi() { return 'proto ' + this.n } }, n: 1, hi() { return super.hi() + '!' }, get x() { return super.hi() }, async y() { return super.hi() } };
log(obj.hi(), obj.x, await obj.y());
var { [note('computed')]: destructuredName = class {} } = {}; log(destructuredName.name);
let assigned; assigned = () => {}; let logical; logical ??= function () {}; log(assigned.name, logical.name, ({ a: () => {} }).a.name, (function ({ f = () => {} }) { return f.name })({}));
export default class { static n = this.name } ; export const viaExport = () => {}; log(viaExport.name);
