import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { AnalysisCache } from './analysisCache.js';
import type { Analyse } from './observeFile.js';

const require = createRequire(import.meta.url);
/** The bundle with the parser, loaded when a file is met that the cache does not know. */
const BUNDLE = fileURLToPath(new URL('analyse.cjs', import.meta.url));

/** Analyses files, from the cache in `directory` where that has them. */
export function cachedAnalysis(directory: string | undefined): Analyse {
  let analyse: Analyse | undefined;
  const cache = directory === undefined ? undefined : new AnalysisCache(directory, BUNDLE);
  return (text, path, kind, own) => {
    const known = cache?.read(text, path, kind, own);
    if (known) return known;
    analyse ??= loadBundle();
    const analysis = analyse(text, path, kind, own);
    cache?.write(text, path, kind, own, analysis);
    return analysis;
  };
}

function loadBundle(): Analyse {
  const { analyseFile } = require(BUNDLE) as { analyseFile: Analyse };
  // The program sees the modules that it loaded, and no others.
  Reflect.deleteProperty(require.cache, BUNDLE);
  return analyseFile;
}
