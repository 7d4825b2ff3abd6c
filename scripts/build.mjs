// `npm run build`: bundles what runs. `--watch` rebuilds on change.
import { cp, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';
import { writeSkills } from './agentContributions.mjs';
import { sensorBundles } from './sensorBundles.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const watch = process.argv.includes('--watch');

const node = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22.15',
  sourcemap: true,
  minifyWhitespace: true,
  minifySyntax: true,
  // Names are for stack traces. Shortening them and keeping the old ones as well would cost a call for each closure that is made.
  minifyIdentifiers: false,
  legalComments: 'none',
  logLevel: 'warning',
  // CommonJS has no import.meta; bundles that ask where they are get their own file's URL.
  define: { 'import.meta.url': '__bundleUrl' },
  banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
};

/** The connection to the language server is most of the extension, and not needed to activate it: it is a file of its own. */
const languageServerApart = {
  name: 'language-server-apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/languageServer\.js$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './languageServer.cjs', external: true } : undefined,
    );
  },
};

/** What each program is made of. The sensor runs on older Nodes and inside other people's processes, so it has bundles of its own. */
const bundles = [
  {
    ...node,
    entryPoints: { extension: 'client/src/extension.ts', languageServer: 'client/src/languageServer.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
    plugins: [languageServerApart],
    // Only what is required, not imported, is given the editor's own modules.
    supported: { 'dynamic-import': false },
  },
  {
    ...node,
    entryPoints: { server: 'server/src/main.ts', hindcast: 'cli/src/main.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
  },
  ...sensorBundles.map((options) => ({ absWorkingDir: root, ...options })),
  // The pictures: one script for each, run by the browser inside the editor.
  {
    absWorkingDir: root,
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    sourcemap: true,
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    entryPoints: {
      graph: 'media/src/graph/main.ts',
      criticalPath: 'media/src/criticalPath/main.ts',
      latency: 'media/src/latency/main.ts',
      timeline: 'media/src/timeline/main.ts',
      style: 'media/src/page/style.css',
    },
    outdir: 'dist/media',
  },
];

async function copyGrammars() {
  const source = join(dirname(require.resolve('@vscode/tree-sitter-wasm/package.json')), 'wasm');
  const target = join(root, 'dist', 'grammars');
  await mkdir(target, { recursive: true });
  const languages = 'javascript typescript tsx python java go c-sharp rust ruby php'.split(' ');
  for (const name of ['tree-sitter', ...languages.map((language) => `tree-sitter-${language}`)]) {
    await cp(join(source, `${name}.wasm`), join(target, `${name}.wasm`));
  }
}

/** What the extension brings along for programs that it starts: the sensor, and a demo that needs nothing else. */
async function copyPrograms() {
  await cp(join(root, 'demo', 'pocket'), join(root, 'dist', 'demo'), { recursive: true });
  await cp(join(root, 'sensor', 'dist'), join(root, 'dist', 'sensor'), {
    recursive: true,
    filter: (source) => !source.endsWith('.map'),
  });
}

await copyGrammars();
if (watch) {
  for (const options of bundles) await (await context({ ...options, logLevel: 'info' })).watch();
} else {
  await Promise.all(bundles.map((options) => build(options)));
}
await copyPrograms();
await writeSkills();
