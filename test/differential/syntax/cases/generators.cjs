const log = console.log;
function* g() { try { const a = yield 1; log('a', a); const b = yield a + 1; log('b', b); return b } catch (e) { log('caught', e); yield 'recovered' } finally { log('finally') } }
let it = g(); log(it.next('ignored'), it.next(5), it.next(6), it.next());
it = g(); log(it.next(), it.throw('E'), it.next(), it.next());
it = g(); log(it.next(), it.return('R'), it.next());
it = g(); try { log(it.throw('early')) } catch (e) { log('thrown', e) }
it = g(); log(it.return(3), it.next());
log(it[Symbol.iterator]() === it, Object.prototype.toString.call(it), String(it), it instanceof g, Object.getPrototypeOf(it) === g.prototype, g.prototype.constructor);
function* delegating() { const r = yield* g(); log('r', r); return yield* [10, 20] }
it = delegating(); log(it.next(), it.next(1), it.next(2), it.next(), it.next());
it = delegating(); it.next(); log(it.throw('D'), it.next());
function* infinite() { let i = 0; while (true) yield i++ }
for (const v of infinite()) if (v > 3) { log(v); break }
const [x, y] = infinite(); log(x, y);
function* throwsInside() { yield 1; throw new RangeError('inside') }
try { for (const v of throwsInside()) log(v) } catch (e) { log(e.name, e.stack.split('\n')[1].trim().replace(/\(.*[\\/]/, '(')) }
function* withThis() { yield this; yield arguments.length; yield new.target }
log([...withThis.call('T', 1, 2)].map(String));
function* defaults(a = log('default evaluated at call')) { log('body at next') } it = defaults(); log('between'); it.next();
try { new g() } catch (e) { log(e.message) }
function* reentrant() { try { self.next() } catch (e) { yield e.message } } const self = reentrant(); log(self.next());
function* tree(n) { if (n > 0) { yield* tree(n - 1); yield n; yield* tree(n - 1) } } log([...tree(6)].length);
function* finallyYield() { try { yield 1 } finally { yield 'cleanup'; log('after cleanup') } } it = finallyYield(); it.next(); log(it.return('r'), it.next(), it.next());
const lazy = { *[Symbol.iterator]() { yield* [1, 2, 3] } }; log([...lazy], Math.max(...lazy), Array.from(lazy, (v) => v * 2), Object.fromEntries([...lazy].map((v) => [v, v])));
function* strict() { 'use strict'; yield this } log(strict().next());
function* yieldForms() { yield; yield
  1; const a = [yield 'a', yield 'b']; yield { a }; yield (yield 'c'), yield 'd'; return `${yield 'e'}` } it = yieldForms(); for (let i = 0; i < 12; i++) log(JSON.stringify(it.next(i)));
if (typeof Iterator !== 'undefined') log(infinite().map((v) => v * v).filter((v) => v % 2).take(3).toArray());
