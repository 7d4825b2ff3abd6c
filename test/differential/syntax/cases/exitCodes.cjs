// children: one process for each way to end.
const { spawnSync } = require('child_process');
const ways = {
  uncaught: 'function a() { throw new TypeError("boom") }\nfunction b() {\n  a();\n}\nb();',
  uncaughtAsync: 'setTimeout(function later() {\n  throw new Error("later");\n}, 1)',
  uncaughtString: 'const f = () => { throw "a string" }; f()',
  uncaughtObject: 'const f = () => { throw { a: 1, get b() { return 2 } } }; f()',
  uncaughtNull: '(() => { throw null })()',
  uncaughtUndefined: '(function () { throw undefined })()',
  unhandled: 'async function f() {\n  throw new RangeError("unhandled");\n}\nf();',
  unhandledValue: '(async () => { throw 5 })()',
  unhandledReturn: 'async function f() { return Promise.reject(new Error("returned")) }\nf();',
  unhandledLate: 'const p = (async () => { throw new Error("late") })();\nsetTimeout(() => p.catch(() => console.log("handled late")), 10)',
  unhandledEvents: 'process.on("unhandledRejection", (e, p) => console.log("unhandled", e.message));process.on("rejectionHandled", () => console.log("handled"));const p = (async () => { throw new Error("x") })(); async function r() { return Promise.reject(new Error("y")) } const q = r(); setTimeout(() => { p.catch(() => {}); q.catch(() => {}) }, 10)',
  rejectionInFinally: 'async function f() { try { throw new Error("a") } finally { throw new Error("b") } } f()',
  handled: 'async function f() { throw new Error("x") } f().catch((e) => console.log(e.message)); async function g() { return f() } g().catch((e) => console.log("g", e.message))',
  exit3: 'function f() { process.exit(3) } f()',
  exitCode4: 'process.exitCode = 4; const f = () => 1; f()',
  exitInExit: 'process.on("exit", () => process.exit(5)); (() => {})()',
  exitInTry: 'function f() { try { process.exit(6) } finally { console.log("no") } } f()',
  exitAsync: 'async function f() { await null; process.exit(8) } f(); setTimeout(() => console.log("no"), 1000)',
  uncaughtHandler: 'process.on("uncaughtException", (e, origin) => { console.log(e.message, origin, e.stack.split("\\n")[1].includes("thrower")) }); function thrower() { throw new Error("h") } setTimeout(thrower, 1); (async () => { throw new Error("r") })()',
  monitor: 'process.on("uncaughtExceptionMonitor", (e, o) => console.log("monitor", e.message, o)); (() => { throw new Error("m") })()',
  throwInExit: 'process.on("exit", () => { throw new Error("in exit") }); (() => {})()',
  throwInHandler: 'process.on("uncaughtException", () => { throw new Error("in handler") }); (() => { throw new Error("first") })()',
  kill: '(() => process.kill(process.pid, "SIGKILL"))()',
  term: '(() => process.kill(process.pid, "SIGTERM"))(); setTimeout(() => {}, 5000)',
  int: '(() => process.kill(process.pid, "SIGINT"))(); setTimeout(() => {}, 5000)',
  hup: '(() => process.kill(process.pid, "SIGHUP"))(); setTimeout(() => {}, 5000)',
  termHandler: 'process.on("SIGTERM", (s) => { console.log("got", s); clearTimeout(t) }); const t = setTimeout(() => {}, 5000); process.kill(process.pid, "SIGTERM")',
  termHandlerOnce: 'process.once("SIGTERM", (s) => { console.log("got", s); process.kill(process.pid, "SIGTERM") }); setTimeout(() => {}, 5000); process.kill(process.pid, "SIGTERM")',
  abort: '(() => process.abort())()',
  syntax: 'function ( {',
  missing: 'const f = () => require("./does-not-exist"); f()',
  esmSyntaxInCjs: 'export const f = () => 1',
  topLevelNever: 'import("node:fs").then(async () => { await new Promise(() => {}) })',
  emitError: 'new (require("events"))().emit("error", new Error("emitted"))',
  warning: 'process.emitWarning("careful", { code: "W1" }); (() => {})()',
  deprecated: 'const f = require("util").deprecate(() => console.log("called"), "old", "DEP1"); f(); f()',
  assertion: 'const assert = require("assert"); const f = (a) => assert.strictEqual(a, 2, undefined); f(1)',
  assertOk: 'const assert = require("assert");\nfunction check(value) {\n  assert(value.length === 2 && value[0] === 1);\n}\ncheck([2, 2]);',
};
const fs = require('fs'), os = require('os'), path = require('path');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ways-'));
fs.writeFileSync(path.join(dir, 'package.json'), '{"name":"ways","type":"commonjs"}');
for (const [name, text] of Object.entries(ways)) {
  const file = path.join(dir, name + '.js'); fs.writeFileSync(file, text + '\n');
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 20000 });
  const clean = (t) => t.replaceAll(dir, 'DIR').replace(/\(node:\d+\)/g, '(node:PID)').split('\n').filter((l) => !/^\s+at .*node:internal/.test(l) && !/^node:internal.*:\d+$/.test(l)).join('\n').slice(0, 3000);
  console.log('==', name, status, signal, stdout.length > 1000 ? stdout.length : clean(stdout), '--', signal === 'SIGABRT' ? '' : clean(stderr));
}
fs.rmSync(dir, { recursive: true });
