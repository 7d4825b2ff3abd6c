// Compiles the storefront as a team would: one bundle of its own code with a source map, dependencies left to node_modules.
import { build } from 'esbuild';

/** Writes dist/server.js and its map. */
export async function buildStorefront() {
  await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: ['src/server.ts'],
    outdir: 'dist',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  });
}
