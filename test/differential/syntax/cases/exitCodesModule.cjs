// children: the same for ES modules.
const { spawnSync } = require('child_process');
const ways = {
  uncaught: 'function a() { throw new TypeError("boom") }\nexport const b = () => {\n  a();\n};\nb();',
  awaitThrows: 'const f = async () => { throw new Error("awaited") };\nawait f();',
  unsettled: 'const f = () => new Promise(() => {});\nawait f();',
  unsettledExit: 'process.on("exit", (c) => console.log("exit", c)); await (async () => new Promise(() => {}))();',
  exitCode: 'process.exitCode = 9; const f = async () => {}; await f();',
  rejects: 'const f = async () => Promise.reject(new Error("r")); f(); await new Promise((d) => setTimeout(d, 20)); console.log("not reached");',
  importMeta: 'const f = () => [import.meta.url.split("/").at(-1), import.meta.dirname?.length > 0, import.meta.main]; console.log(f());',
  strictThis: 'function f() { return this } console.log(f(), this); try { (() => { undeclared = 1 })() } catch (e) { console.log(e.message) }',
  childArguments: 'import { fork, spawnSync } from "node:child_process"; if (process.argv[2]) { const f = () => process.send?.(process.execArgv.filter((a) => !a.includes("--import")).length); f(); process.disconnect?.() } else { const c = fork(import.meta.filename ?? new URL(import.meta.url).pathname, ["child"]); c.on("message", (m) => console.log("message", m)); c.on("exit", (code, s) => console.log("child", code, s)); }',
  worker: 'import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads"; if (isMainThread) { const w = new Worker(new URL(import.meta.url), { workerData: 3 }); w.on("message", (m) => console.log(m)); w.on("exit", (c) => console.log("worker exit", c)); w.on("error", (e) => console.log("worker error", e.message)) } else { const f = (n) => n < 2 ? 1 : n * f(n - 1); parentPort.postMessage(f(workerData)); setTimeout(() => { throw new Error("in worker") }, 5) }',
  workerExit: 'import { Worker, isMainThread } from "node:worker_threads"; if (isMainThread) { new Worker(new URL(import.meta.url)).on("exit", (c) => console.log("exit", c)) } else { (() => process.exit(4))() }',
  workerEval: 'import { Worker } from "node:worker_threads"; const w = new Worker("const f = () => 1; require(\'worker_threads\').parentPort.postMessage(f())", { eval: true }); w.on("message", (m) => console.log(m)); const t = await new Promise((d) => w.on("exit", d)); console.log(t);',
  workerTerminate: 'import { Worker, isMainThread } from "node:worker_threads"; if (isMainThread) { const w = new Worker(new URL(import.meta.url)); w.on("message", async () => console.log("terminated", await w.terminate())) } else { const { parentPort } = await import("node:worker_threads"); const spin = () => { for (;;); }; parentPort.postMessage(1); spin() }',
  asyncLocal: 'import { AsyncLocalStorage } from "node:async_hooks"; const als = new AsyncLocalStorage(); const f = async () => { await null; return als.getStore() }; console.log(await als.run(1, f), await Promise.all([2, 3].map((n) => als.run(n, async () => { await f(); return f() }))), als.getStore());',
  stdin: 'let t = ""; for await (const c of process.stdin) t += c; const f = (x) => x.toUpperCase(); console.log(f(t));',
  http: 'import http from "node:http"; const s = http.createServer(async (q, r) => { const body = await new Promise((d) => { let b = ""; q.on("data", (c) => b += c).on("end", () => d(b)) }); r.end(JSON.stringify([q.method, q.url, Object.keys(q.headers).filter((h) => !/^(traceparent|tracestate|baggage)$/.test(h)).sort(), body])) }).listen(0, "127.0.0.1", async () => { const u = `http://127.0.0.1:${s.address().port}`; console.log(await (await fetch(u + "/a", { method: "POST", body: "x" })).text()); http.get(u + "/b", (r) => { r.setEncoding("utf8").on("data", (c) => console.log(c)).on("end", () => { s.close(() => console.log("closed")); s.closeAllConnections() }) }) });',
};
const fs = require('fs'), os = require('os'), path = require('path');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ways-'));
fs.writeFileSync(path.join(dir, 'package.json'), '{"name":"ways","type":"module"}');
for (const [name, text] of Object.entries(ways)) {
  const file = path.join(dir, name + '.mjs'); fs.writeFileSync(file, text + '\n');
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 20000, input: 'typed in\n' });
  const clean = (t) => t.replaceAll(dir, 'DIR').replace(/\(node:\d+\)/g, '(node:PID)').split('\n').filter((l) => !/^\s+at .*node:internal/.test(l) && !/^node:internal.*:\d+$/.test(l)).join('\n').slice(0, 3000);
  console.log('==', name, status, signal, clean(stdout), '--', clean(stderr));
}
fs.rmSync(dir, { recursive: true });
