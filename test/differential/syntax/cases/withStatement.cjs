// notObserved: inside `with` any name may be anything.
var log = console.log;
function withStatement(o) { with (o) { return a + (() => b)() + f(); function f() { return 100 } } }
log(withStatement({ a: 1, b: 2 }));
function withFunction(o) { with (o) { return (function () { return v })() } }
log(withFunction({ v: 'with' }));
const proxyWith = new Proxy({}, { has(t, k) { log('has', String(k)); return false }, get() { return undefined } });
with (proxyWith) { (function insideWith() { return 1 })(); (() => 2)() }
function deleteAll() { with (new Proxy({ q: 1 }, { has: (t, k) => { if (typeof k === 'string') log('lookup', k); return k in t } })) { return (function () { return q })() } }
log(deleteAll());
