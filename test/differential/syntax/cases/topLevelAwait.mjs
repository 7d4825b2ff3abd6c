import './cycle/a.mjs';
import { late, order } from './cycle/late.mjs';
import cjs, { exported } from './cycle/common.cjs';
import json from './cycle/data.json' with { type: 'json' };
import * as ns from './cycle/namespace.mjs';
import { createRequire } from 'node:module';
const log = console.log;
log(await late, order, cjs.exported === exported, exported(), json);
log(Object.keys(ns), ns[Symbol.toStringTag], ns.default.name, ns.live); ns.bump(); log(ns.live, ns.hoisted(), ns.Klass.name, ns.anonymous());
const dynamic = await import('./cycle/namespace.mjs'); log(dynamic === ns);
await import('./cycle/throws.mjs').catch((e) => log(e.message, e.stack.split('\n')[1].trim().replace(/\(?file.*[\\/]/, '')));
await import('./cycle/syntax-error.mjs').catch((e) => log(e.name, e.message));
await import('./cycle/missing.mjs').catch((e) => log(e.code));
await import('./cycle/missingExport.mjs').catch((e) => log(e.name, e.message));
const require = createRequire(import.meta.url);
log(require('./cycle/common.cjs') === cjs, require('./cycle/data.json').a, import.meta.url.split('/').at(-1), import.meta.filename?.split('/').at(-1), import.meta.resolve('./x.mjs').split('/').at(-1), typeof this);
try { require('./cycle/badSyntax.cjs') } catch (e) { log(e.name, e.message, e.stack.split('\n')[0].replace(/.*[\\/]/, '')) }
try { require('./cycle/throwsAtLoad.cjs') } catch (e) { log(e.message, e.stack.split('\n')[1].trim().replace(/\(.*[\\/]/, '(')) }
log(require.cache[require.resolve('./cycle/throwsAtLoad.cjs')] === undefined, Object.keys(require.cache).map((k) => k.split('/').at(-1)));
for await (const x of (async function* () { yield 1; yield await 2 })()) log(x);
const { a, ...rest } = await Promise.resolve({ a: 1, b: 2 }); log(a, rest);
await new Promise((done) => setTimeout(done, 1)); log('end');
export { a as renamed }; export default (() => {}).name;
