// minNode: 24
const log = console.log;
class Resource { constructor(n) { this.n = n; log('open', n) } [Symbol.dispose]() { log('dispose', this.n) } async [Symbol.asyncDispose]() { await null; log('async dispose', this.n) } }
function plain() { using a = new Resource('a'), b = new Resource('b'); log('body'); return 'returned' }
log(plain());
function throwing() { using a = new Resource('t'); throw new Error('body') } try { throwing() } catch (e) { log(e.message) }
function both() { using a = { [Symbol.dispose]() { throw new Error('dispose') } }; throw new Error('body') } try { both() } catch (e) { log(e.name, e.error.message, e.suppressed.message) }
async function asyncOne() { await using a = new Resource('async'); using s = new Resource('sync'); return 1 } log(await asyncOne());
function loop() { for (using r of [new Resource('l1'), new Resource('l2')]) log('in', r.n) } loop();
const arrow = () => { using r = new Resource('arrow'); return () => r.n }; log(arrow()());
{ using blockScoped = new Resource('block') } function* gen() { using g = new Resource('gen'); yield 1; yield 2 } for (const v of gen()) { log(v); break }
const stack = new DisposableStack(); stack.use(new Resource('stack')); stack.defer(() => log('deferred')); stack.dispose();
log(RegExp.escape('a.b'), Error.isError(new Error()), Promise.try(() => 1) instanceof Promise, /(?i:a)b/.test('Ab'));
class Auto { static { using s = new Resource('static block'); log('in static') } }
