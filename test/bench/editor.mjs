// `npm run bench:editor`: how fast the language server answers, how soon numbers are there, what it all weighs. Bundles
// editor/editorBench.ts, and runs it against dist/ (`npm run build` first).
//   --json FILE   write the figures too      --quick   under a minute: fewer repetitions
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const tools = join(import.meta.dirname, '..', '..', '.tools', 'bench');
const outfile = join(tools, 'editorBench.mjs');
await mkdir(tools, { recursive: true });
await build({
  entryPoints: [join(import.meta.dirname, 'editor', 'editorBench.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: ['@vscode/tree-sitter-wasm'],
  // Bundled CommonJS packages want `require`.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  logLevel: 'warning',
  outfile,
});
const { editorBench } = await import(pathToFileURL(outfile).href);
try {
  await editorBench(process.argv.slice(2), join(import.meta.dirname, '..', '..'));
} catch (error) {
  process.stderr.write(`bench:editor: ${error.stack}\n`);
  process.exitCode = 1;
}
