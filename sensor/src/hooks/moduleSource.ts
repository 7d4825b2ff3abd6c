import * as nodeModule from 'node:module';
import type { LoadFnOutput } from 'node:module';
import { announcingText } from '../context/libraryModules.js';
import type { SourceKind } from '../transform/syntax.js';
import type { Observer } from './observer.js';

/** Present from Node 22.13 and 23.2 on. */
const { stripTypeScriptTypes } = nodeModule as {
  stripTypeScriptTypes?: (code: string, options?: { mode?: 'strip' }) => string;
};

/** Formats whose text runs as it is, or after its types were blanked out. */
const FORMATS = new Map<string, { readonly kind: SourceKind; readonly runs: 'module' }>([
  ['module', { kind: 'module', runs: 'module' }],
  ['module-typescript', { kind: 'module', runs: 'module' }],
]);

/** What the loader should go on with, given what it has loaded. ES modules only; for CommonJS see commonjs.ts. */
export function observeLoaded(loaded: LoadFnOutput, url: string, observer: Observer): LoadFnOutput {
  const format = FORMATS.get(loaded.format ?? '');
  if (!format || loaded.source == null) return loaded;
  const path = observer.ownPath(url);
  if (path === undefined) {
    const announcing = format.runs === loaded.format ? announcingText(loaded.source, url) : undefined;
    return announcing === undefined ? loaded : { ...loaded, source: announcing };
  }
  const written = sourceText(loaded.source);
  const text = loaded.format === format.runs ? written : withoutTypes(written);
  if (text === undefined) return loaded;
  const code = observer.observe(text, path, format.kind, url);
  return code === text ? loaded : { ...loaded, format: format.runs, source: code };
}

export function sourceText(source: NonNullable<LoadFnOutput['source']>): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}

/** TypeScript whose types Node can blank out, as JavaScript of the same length; undefined where Node cannot. */
export function withoutTypes(text: string): string | undefined {
  return stripTypeScriptTypes && quietly(() => stripTypeScriptTypes(text));
}

/** Node warns that type stripping is experimental where it is; the program did not ask for that warning twice. */
function quietly<T>(run: () => T): T {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return run();
  } finally {
    process.emitWarning = emitWarning;
  }
}
