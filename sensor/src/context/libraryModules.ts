import type { LoadFnOutput } from 'node:module';
import { LIBRARY_LOADED } from './libraries.js';

/** ES modules of libraries that we look at, by package and path in it. Both threads that load modules need this list. */
const MODULES: ReadonlySet<string> = new Set([
  ...['smart-router', 'reg-exp-router', 'trie-router', 'linear-router', 'pattern-router'].map(
    (router) => `hono/dist/router/${router}/router.js`,
  ),
  '@koa/router/dist/index.mjs',
  '@nestjs/core/router/router-execution-context.js',
  'bullmq/dist/esm/classes/worker.js',
  'bullmq/dist/esm/classes/queue.js',
]);

/**
 * The text of a library's ES module with one statement more, at its end and on a line of its own, that shows its exports to
 * `Libraries`; undefined for every other module. A module may import itself: its namespace is the only way to what it exports.
 */
export function announcingText(source: NonNullable<LoadFnOutput['source']>, url: string): string | undefined {
  const at = url.lastIndexOf('/node_modules/');
  if (at < 0) return undefined;
  const file = url.slice(at + '/node_modules/'.length).replace(/[?#].*$/, '');
  if (!MODULES.has(file)) return undefined;
  const self = '$hcSelf';
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
  if (text.includes(self)) return undefined;
  const announce = `globalThis[Symbol.for(${JSON.stringify(LIBRARY_LOADED)})]?.(${JSON.stringify(file)},${self})`;
  return `${text}\n;import*as ${self} from ${JSON.stringify(url)};${announce};\n`;
}
