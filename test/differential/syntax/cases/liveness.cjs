// Timers that keep the process alive, and ones that do not; the order in which it ends.
const log = console.log;
process.on('beforeExit', (c) => log('beforeExit', c, process.exitCode)); process.once('beforeExit', () => setTimeout(() => log('revived'), 1));
process.on('exit', (c) => { log('exit', c); process.exitCode = 7; setTimeout(() => log('never'), 0); Promise.resolve().then(() => log('never either')) });
process.on('exit', (c) => log('second exit listener', c, process.exitCode));
setTimeout(() => log('timer'), 400); setTimeout(() => log('unref: never'), 100000).unref(); setInterval(() => {}, 1000).unref();
setImmediate(() => log('immediate')); const t = setInterval(() => { log('interval'); clearInterval(t) }, 200);
log(process.listenerCount('exit'), process.listenerCount('uncaughtException'), process.listenerCount('unhandledRejection'), process.listenerCount('warning') > 0, process.listenerCount('beforeExit'));
log(process.getActiveResourcesInfo().filter((x) => x !== 'Timeout' && x !== 'Immediate' && x !== 'TTYWrap' && x !== 'PipeWrap' && x !== 'FSReqPromise' && x !== 'CloseReq'), process._getActiveHandles().map((h) => h.constructor.name).filter((n) => n !== 'Socket' && n !== 'WriteStream'), require('worker_threads').isMainThread, require('worker_threads').threadId);
log(Object.keys(globalThis).join());
for (const k in globalThis) if (!/^(global|clearImmediate|setImmediate|clearInterval|clearTimeout|setInterval|setTimeout|queueMicrotask|structuredClone|atob|btoa|performance|fetch|navigator|crypto|localStorage|sessionStorage|.*Storage)$/.test(k)) log('enumerable global', k);
log(process.argv.length, require.main === module, module.children.length, module.paths.length > 0, module.parent, process.exitCode, process.title === process.title, module.constructor === require('module'), require('module').prototype._compile.length, require('module').prototype._compile.name);
