#!/usr/bin/env node
var log = console.log;
function strict() { 'use strict'; return this === undefined }
function strictDouble() { "use strict"; return this === undefined }
function strictSecond() { 'other'; 'use strict'; return this === undefined }
function strictNoSemicolon() { 'use strict'
  return this === undefined }
function strictComment() { /* c */ 'use strict' // d
  return this === undefined }
function notDirective() { ('use strict'); return this === undefined }
function notDirective2() { 'use strict' + ''; return this === undefined }
function notDirective3() { 'use\x20strict'; return this === undefined }
function notDirective4() { 'use strict'.length; return this === undefined }
function onlyDirective() { 'use strict' }
function directiveThenAsi() { 'use strict'
  ;[1].map(() => log(this)) }
function inner() { return (function () { 'use strict'; return (() => this)() })() }
const arrow = () => { 'use strict'; return (function () { return this })() };
log(strict(), strictDouble(), strictSecond(), strictNoSemicolon(), strictComment(), notDirective(), notDirective2(), notDirective3(), notDirective4(), onlyDirective(), inner(), arrow());
directiveThenAsi();
function assignUndeclared() { 'use strict'; try { undeclared = 1 } catch (e) { return e.name + e.message } }
function assignUndeclaredSloppy() { undeclaredSloppy = 1; return globalThis.undeclaredSloppy }
log(assignUndeclared(), assignUndeclaredSloppy());
<!-- html open comment
log('after html comment');
--> html close comment
function octal() { return 010 + 08 }
log(octal(), function () { return '\01' }().length);
function reserved() { var let_ = 1, yield_ = 2; var yield = 3; var let = 4; var static = 5; var await = 6; var async = 7; var of = 8; return yield + let + static + await + async + of }
log(reserved());
var async = (x) => x; log(async(1)); log(async (2));
var get = 1, set = 2; log({ get, set });
log(((a, b) => a + b)(1, 2), (function () { return 'iife' }()), (() => { return 'x' })``);
function asi() { return
  1 }
log(asi());
function asi2() { var a = 1
  var b = a
  ++b
  return b }
log(asi2());
outer: for (var i = 0; i < 3; i++) { for (;;) { if (i === 1) break outer; continue outer } }
log(i);
function labels() { a: { b: { if (i) break a; } log('no') } return 'labels' }
log(labels());
function switchScope(x) { switch (x) { case 0: let y = 1; return y; case 1: function sf() { return 'sf' } return sf(); default: return typeof sf } }
log(switchScope(0), switchScope(1), switchScope(2));
function finallyOverrides() { try { return 1 } finally { return 2 } }
function finallyThrow() { try { throw new Error('a') } finally { return 3 } }
function finallyBreak() { for (;;) { try { return 4 } finally { break } } return 5 }
function finallyOrder() { const o = []; try { try { throw 1 } finally { o.push('f') } } catch (e) { o.push(e) } return o }
log(finallyOverrides(), finallyThrow(), finallyBreak(), finallyOrder());
function emptyBody() {} function semicolonOnly() { ; } var emptyArrow = () => {}; class Empty {} class OnlySemicolons { ;; }
log(emptyBody(), semicolonOnly(), emptyArrow(), emptyBody.toString(), semicolonOnly.toString(), emptyArrow.toString(), OnlySemicolons.toString());
function /* a */ commented /* b */ ( /* c */ a /* d */ , /* e */ ) /* f */ { /* g */ return a /* h */ } // i
log(commented(1), commented.toString());
const spaced = ( a )   =>   a ; log(spaced.toString(), ((a) => { }).toString());
log((x => { return /[/}]+/.test(x) })('}'), (x => x
  .toUpperCase())('a'));
log([1, 2, 3].map(x => x * 2).filter(x => x > 2).reduce((a, b) => a + b));
var \u0061bc = function \u0064ef() { return \u0064ef.name }; log(abc(), abc.toString());
var ünïcödé = (ä) => `😀${ä}`; log(ünïcödé('ß'), ünïcödé.name, ünïcödé.toString());
log((function () { return typeof this }).call('x'), eval('1;;;;'), eval('{ function ef() {} }'), eval('if (1) { 5 }'), eval('(() => 6)()'));
class Made { static #count = 0; static make() { return ++this.#count } } log(Made.make(), Made.make());
log(((...args) => args.length)(...[1, 2, 3]), Math.max(...[1, 2], 3), [...'ab'].map((c, i) => c + i));
log(null?.x, ({ f() { return this.v }, v: 1 }).f?.(), undefined ?? (() => 1)(), ((a) => a ||= 5)(0), ((o) => { o.x ??= 1; o.y &&= 2; return o })({ y: 1 }));
log(1_000n ** 2n, typeof (() => 1n)(), 0b11, 0o17, .5 .toFixed(1));
return 'a module may return';
