// What a program prints and how it ends is the same with the sensor as without, on every Node.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OtlpReceiver } from './otlpReceiver.js';
import { buildSensor, makeApp, nodes, runApp } from './runApp.js';

interface Program {
  title: string;
  /** File name → text; the first one is the entry. */
  files: Record<string, string>;
  /** Flags before the entry. */
  flags?: string[];
}

const cjs = (title: string, text: string): Program => ({ title, files: { 'app.cjs': text } });
const esm = (title: string, text: string, more: Record<string, string> = {}): Program => ({
  title,
  files: { 'app.mjs': text, ...more },
});

const programs: Program[] = [
  cjs(
    'this, arguments, new.target, name, length',
    `function f(a, b = 1, ...c) { return [typeof this, arguments.length, new.target === f, f.name, f.length]; }
console.log(f(1, 2, 3), Reflect.construct(f, [], Object) instanceof Object, JSON.stringify(f.call(5, 1)));
function sloppy(a) { arguments[0] = 9; const before = a; a = 4; return [before, arguments[0], typeof this]; }
console.log(sloppy(1));
function strict(a) { 'use strict'; arguments[0] = 9; return [a, this]; }
console.log(strict(1));
console.log((() => typeof this)(), (async () => {}).name === '', (class { static x = () => {}; }).x.name);
console.log(Object.getOwnPropertyNames(function () {}).join(), Object.getOwnPropertyNames(() => {}).join());
try { null.f; } catch (e) { console.log(e instanceof TypeError, e.message); }
try { (function () { 'use strict'; undeclared = 1; })(); } catch (e) { console.log(e.name, e.message); }`,
  ),
  cjs(
    'toString gives the text as it was written',
    `'use strict';
function f(a) { /* note */ return a; } // end
const arrows = [x => x, x => ({ a: 1 }), async x => y => z => 1, (a, b) => { 'use strict'; return f(a) }];
class A extends Array { #p = () => f(1); static { f(2); } constructor() { super(); f(3); } get x() { return f(4); } static async *g() { yield f(5); } }
const o = { m() { return f(1); }, get y() { return f(2); }, ['c' + 1]: function () { f(3); } };
for (const x of [f, ...arrows, A, A.g, o.m, Object.getOwnPropertyDescriptor(o, 'y').get, o.c1]) console.log(String(x));
console.log(Function.prototype.toString.name, Function.prototype.toString.length, String(Function.prototype.toString), String(Math.max));
console.log(Object.getOwnPropertyDescriptor(Function.prototype, 'toString').enumerable, 'prototype' in Function.prototype.toString);
try { Function.prototype.toString.call({}); } catch (e) { console.log(e.name, e.message); }
try { new Function.prototype.toString(); } catch (e) { console.log(e.name); }
console.log(eval('(' + f + ')')(7), new Function('return ' + arrows[0])()(8), (function () { return 1 }).toString());`,
  ),
  cjs(
    'functions whose body cannot be wrapped',
    `function a(x) { var y; function y() { return 1; } return typeof y + typeof x; }
function b(x) { function x() { return 2; } return x(); }
function c() { function arguments() { return 3; } return arguments(); }
function d() { function e() { return 4; } function e() { return 5; } return e(); }
function g() { if (true) { function h() { return 6; } } return h(); }
function i() { function j() { return 7; } { function j() { return 8; } } return j(); }
function k() { function l() { return 9; } { var l; } return l(); }
function m() { function n() { return 10; } eval('var n = 11'); return n; }
function o() { p = 12; function p() {} return p; }
function q({ r }, [s], ...t) { function r() { return 13; } return r(); }
console.log(a(1), b(1), c(), d(), g(), i(), k(), m(), o(), q({}, []));
function u() { return v(); function v() { return 14; } }
console.log(u());`,
  ),
  cjs(
    'arrows with expression bodies of all kinds',
    `const f = [x => x, x => ({}), x => (1, 2), x => [x], () => () => () => 3, x => x ? y => y : z => z, async () => 4,
  x => 'a' in x // comment
  , x => /a\\/b/.test(x), x => \`\${(y => y)(x)}\`, x => -x, x => function () { return x }, x => class { m() { return x } },
  x => x = 5, x => typeof x, x => void 0, x =>
    x /* multi
    line */,
  x => /* before
  */ x];
console.log(f.map((g) => { const r = g({ a: 1 }); return r instanceof Promise ? 'promise' : typeof r }).join());
for (const g = (x) => ('a' in x); g({}); ) {}
const h = a => a
;[1].map(h)
const t = (a, b = () => a, { c = () => b() } = {}) => c();
console.log(t(42));
label: { const z = () => { return 1 }; if (z()) break label; console.log('unreached'); }`,
  ),
  cjs(
    'classes',
    `class A { constructor(x) { this.x = x; } get y() { return this.x; } set y(v) { this.x = v; } static s = A.name; #p() { return 1; } p() { return this.#p(); } static #q = () => 2; static q() { return A.#q(); } }
class B extends A { z = this.x * 2; constructor(...a) { const f = () => super(...a); f(); } m() { return super.p() + (() => super.q === undefined)(); } }
const b = new B(21);
b.y = 3; console.log(b.z, b.y, b.p(), B.q(), A.s, b.m(), b.constructor.name);
class C extends A { constructor() { if (false) super(); } }
try { new C(); } catch (e) { console.log(e.name, e.message); }
class D extends A { constructor() { return { replaced: true }; } }
console.log(new D().replaced);
class E extends null { constructor() { return Object.create(E.prototype); } }
console.log(new E() instanceof E);
class F extends A { }
console.log(new F(5).x, F.length, A.length);
try { A(); } catch (e) { console.log(e.message); }
class G extends A { constructor() { super(1); return undefined; } static { this.t = () => this; } }
console.log(new G().x, G.t() === G);`,
  ),
  cjs(
    'generators and iteration protocols',
    `function* g() { try { const x = yield 1; console.log('got', x); yield* [2, 3]; return 4; } finally { console.log('closed'); } }
const i = g(); console.log(i.next(), i.next('a'), i.return(9), i.next());
const j = g(); j.next(); try { j.throw(new Error('in')); } catch (e) { console.log(e.message); }
console.log([...g()]);
async function* ag() { try { yield 1; yield Promise.resolve(2); return Promise.reject(new Error('end')); } finally { console.log('ag closed'); } }
(async () => {
  try { for await (const x of ag()) console.log(x); } catch (e) { console.log('caught', e.message); }
  const it = ag(); await it.next(); console.log(await it.return(5));
  console.log(Object.prototype.toString.call(it), g.constructor.name, Object.getPrototypeOf(g()) === g.prototype);
})();`,
  ),
  cjs(
    'order of microtasks',
    `const out = []; const log = (x) => out.push(x);
async function a() { log('a1'); await b(); log('a2'); }
async function b() { log('b1'); return c(); }
async function c() { await null; log('c'); return Promise.resolve('v'); }
async function d() { return new Promise((r) => { log('d'); queueMicrotask(() => r('dv')); }); }
async function e() { try { return Promise.reject(new Error('x')); } catch { log('never'); } }
const thenable = { then(r) { log('then'); r('t'); } };
async function f() { return thenable; }
class P extends Promise { then(...x) { log('P.then'); return super.then(...x); } }
async function h() { return new P((r) => r(1)); }
a().then(() => log('a done')); d().then(log); e().catch((x) => log('e ' + x.message)); f().then(log); h().then(() => log('h done'));
let p = Promise.resolve(); for (let i = 0; i < 12; i++) p = p.then(() => log(i));
process.nextTick(() => log('tick')); setImmediate(() => console.log(out.join(' ')));`,
  ),
  cjs(
    'unhandled rejection ends the process',
    `async function f() { return Promise.reject(new Error('nobody')); }
process.on('exit', (c) => console.log('exit', c));
f(); setTimeout(() => console.log('not reached'), 100);`,
  ),
  cjs(
    'a returned promise that finally replaces stays unhandled',
    `async function f() { try { return Promise.reject(new Error('lost')); } finally { return 1; } }
process.on('unhandledRejection', (e) => console.log('unhandled', e.message));
f().then((x) => console.log(x));`,
  ),
  cjs(
    'uncaught exception: code and handlers',
    `process.on('uncaughtExceptionMonitor', (e) => console.log('monitor', e.message, e.stack.split('\\n')[1].trim().replace(/\\(.*[\\\\/]/, '(').replace(/:\\d+\\)$/, ')')));
process.on('exit', (c) => console.log('exit', c));
function inner() { throw new RangeError('boom'); }
function outer() { inner(); }
outer();`,
  ),
  cjs(
    'nothing is seen on process',
    `console.log(['exit', 'SIGTERM', 'SIGINT', 'SIGHUP', 'uncaughtException', 'uncaughtExceptionMonitor', 'beforeExit'].map((e) => process.listenerCount(e)).join(), process.eventNames().join());
console.log(process.emit.name, process.emit.length, String(process.emit) === String(require('events').prototype.emit), process.execArgv.filter((x) => !/import|register|data:/.test(x)).join());`,
  ),
  cjs(
    'exit code by process.exit in a handler',
    `process.on('exit', () => { process.exitCode = 7; }); function f() { process.exit(3); } f();`,
  ),
  cjs(
    'thrown primitives keep their value',
    `function f(x) { throw x; } for (const x of [1, 'a', null, undefined, Symbol.iterator]) { try { f(x); } catch (e) { console.log(e === x); } }`,
  ),
  cjs(
    'hostile errors are not looked into',
    `const hostile = new Proxy({}, { get() { console.log('get'); }, getPrototypeOf() { console.log('proto'); return null; }, getOwnPropertyDescriptor() { console.log('desc'); } });
class Odd extends Error { get constructor() { console.log('ctor'); return Odd; } get name() { console.log('name'); return 'n'; } }
function f(x) { throw x; } for (const x of [hostile, new Odd('m'), Object.create(null)]) { try { f(x); } catch (e) { console.log(e === x); } }`,
  ),
  cjs(
    'stack depth and recursion',
    `function depth(n) { return n === 0 ? 0 : 1 + depth(n - 1); } console.log(depth(2000));
function forever() { return forever() + 1; } try { forever(); } catch (e) { console.log(e instanceof RangeError, e.message); }
console.log(new Error('x').stack.split('\\n').length > 1, Error.stackTraceLimit);`,
  ),
  cjs(
    'Error.prepareStackTrace and stackTraceLimit of the program',
    `Error.stackTraceLimit = 3; Error.prepareStackTrace = (e, s) => s.map((x) => x.getFunctionName()).join('<');
function a() { return b(); } function b() { return new Error('x').stack; } console.log(a());
console.log(Error.stackTraceLimit, Object.keys(Error).join());
Object.freeze(Error); console.log(a());`,
  ),
  cjs(
    'direct eval sees and makes variables',
    `function f(x) { var r = eval('var y = x + 1; y * 2'); return r + y; } console.log(f(1)); function g() { 'use strict'; eval('var z = 1'); return typeof z; } console.log(g()); const h = (q) => eval('q + 1'); console.log(h(1));`,
  ),
  cjs(
    'with statement',
    `var o = { a: 1 }; function f(o) { with (o) { return a; } } console.log(f({ a: 2 })); with (o) { (function () { console.log(a); })(); }`,
  ),
  cjs(
    'html-like comments, sloppy names',
    `var let_ = 1; <!-- comment\nfunction yield_() { return 1 }\n--> another\nvar async = 1, get = 2, of = 3, yield = 4; const f = (await) => await; console.log(async + get + of + yield + f(5));`,
  ),
  cjs(
    'directives stay first',
    `function f() { 'use strict'\n return this } function g() { 'not a directive' + ''; return typeof this } function h() { "use strict"; 'another'; return this === undefined } const i = () => { 'use strict'; return (function () { return this })() }\nconsole.log(f(), g(), h(), i());`,
  ),
  cjs(
    'hashbang and return at top level',
    `#!/usr/bin/env node\nfunction f() { return new.target } console.log(f(), typeof new.target, this === module.exports, arguments.length);\nif (f() === undefined) return;\nconsole.log('no');`,
  ),
  {
    title: 'byte order mark and CRLF',
    files: {
      'app.cjs':
        '\uFEFFconst f = () => {\r\n  return new Error("x").stack.split("\\n")[1].match(/:(\\d+):/)[1];\r\n};\r\nconsole.log(f());\r\n',
    },
  },
  cjs(
    'getters on prototypes, Symbol methods, tagged templates',
    `const o = { get a() { return 1 }, set a(v) { console.log(v) }, [Symbol.toPrimitive](h) { return h }, *[Symbol.iterator]() { yield 1 } }; o.a = 2; console.log(o.a, \`\${o}\`, [...o]); function tag(s, ...v) { return s.raw.join('|') + v.join() } console.log(tag\`a\${1}b\${(() => 2)()}\`);`,
  ),
  cjs(
    'event loop ends by itself, timers unref',
    `setTimeout(() => console.log('never'), 1e6).unref(); const t = setTimeout(() => console.log('once'), 10); process.on('beforeExit', () => console.log('beforeExit')); (async () => { await new Promise(() => {}); })();`,
  ),
  cjs(
    'global names are untouched',
    `console.log(Object.keys(globalThis).join(), Object.keys(process).includes('emit'));`,
  ),
  esm(
    'modules: live bindings and cycles',
    `import { b, count } from './b.mjs'; export function a() { return 'a'; } export default () => 'd'; console.log(b(), count, import.meta.url.endsWith('app.mjs')); await null; console.log('tla');`,
    {
      'b.mjs': `import { a } from './app.mjs'; import d from './app.mjs'; export let count = 0; export function b() { count++; return a(); } let early; try { early = d() } catch (e) { early = e.name } console.log(a(), early);`,
    },
  ),
  esm(
    'export default forms',
    `import f from './f.mjs'; import C from './c.mjs'; import g from './g.mjs'; console.log(f.name, C.name, g.name, f(), new C().m(), g(), String(f), String(g));`,
    {
      'f.mjs': 'export default function () { return 1 }',
      'c.mjs': 'export default class { m() { return 2 } }',
      'g.mjs': 'export default async () => 3',
    },
  ),
  esm(
    'JSON, CommonJS and dynamic import',
    `import { createRequire } from 'node:module'; import c, { named } from './c.cjs'; const require = createRequire(import.meta.url); console.log(require('./d.json').x, c.f(), named(), (await import('./e.mjs')).e(), require('./c.cjs') === c);`,
    {
      'c.cjs': 'exports.f = () => 1; exports.named = function named() { return 2 };',
      'd.json': '{"x":1}',
      'e.mjs': 'export const e = () => 3;',
    },
  ),
  esm(
    'syntax errors are the program’s own',
    `try { await import('./bad.mjs'); } catch (e) { console.log(e.name, e.message); } try { await import('./missing.mjs'); } catch (e) { console.log(e.code); }`,
    { 'bad.mjs': 'export const x = ;' },
  ),
  {
    title: 'type: module packages and extensionless entries',
    files: {
      'app.js': `import { x } from './x.js'; console.log(x());`,
      'x.js': 'export const x = () => 1;',
      'package.json': '{"type":"module"}',
    },
  },
  {
    title: 'a script on the command line',
    files: { 'unused.cjs': '' },
    flags: ['-e', 'console.log((() => 1)(), (function () { return 2 }).toString())'],
  },
  {
    title: 'workers',
    files: {
      'app.mjs': `import { Worker, isMainThread } from 'node:worker_threads'; function f() { return isMainThread; } if (f()) { const w = new Worker(new URL(import.meta.url)); w.on('message', (m) => console.log(m)); w.on('exit', (c) => console.log('exit', c)); } else { const { parentPort } = await import('node:worker_threads'); parentPort.postMessage(f()); }`,
    },
  },
  {
    title: 'child processes and cluster',
    files: {
      'app.cjs': `const c = require('node:cluster'); if (c.isPrimary) { c.fork().on('exit', (code) => console.log('worker', code)); const { execFileSync } = require('node:child_process'); console.log(execFileSync(process.execPath, ['-p', '1+1']).toString().trim()); } else { (function f() { process.exit(4); })(); }`,
    },
  },
];

let receiver: OtlpReceiver;
beforeAll(async () => {
  buildSensor();
  receiver = await OtlpReceiver.start();
});
afterAll(() => receiver.stop());

describe.each(nodes)('Node %i', (_, node) => {
  test.each(programs)('$title', async ({ files, flags = [] }) => {
    const app = makeApp(files);
    try {
      const args = flags.length > 0 ? flags : [Object.keys(files)[0] ?? ''];
      const [bare, observed] = await Promise.all([
        // Node itself starts CommonJS programs in another way when there is any --import, which nextTick can tell.
        runApp({ node, cwd: app.root, args: ['--import', 'data:text/javascript,', ...args] }),
        runApp({ node, cwd: app.root, args, endpoint: receiver.endpoint }),
      ]);
      expect({ stdout: observed.stdout, code: observed.code, signal: observed.signal }).toEqual({
        stdout: bare.stdout,
        code: bare.code,
        signal: bare.signal,
      });
    } finally {
      app.remove();
    }
  });
});
