// `node build.mjs RECIPE APP TOOLS`: compiles the app at APP as the documentation of a compiler says. TOOLS is where they are installed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [recipe, app, tools] = process.argv.slice(2);
const ours = createRequire(import.meta.url);
const theirs = createRequire(join(tools, 'package.json'));
const sources = readdirSync(join(app, 'src')).filter((name) => name.endsWith('.ts'));

/** CommonJS output beside a package of modules. */
function asCommonJs() {
  mkdirSync(join(app, 'build'), { recursive: true });
  writeFileSync(join(app, 'build/package.json'), '{ "type": "commonjs" }');
}

function tsc(...flags) {
  execFileSync(process.execPath, [ours.resolve('typescript/bin/tsc'), '-p', app, ...flags], { stdio: 'inherit' });
}

const esbuild = (options) =>
  ours('esbuild').buildSync({ absWorkingDir: app, outdir: 'build', sourcemap: true, platform: 'node', ...options });
const bundled = { entryPoints: ['src/main.ts'], bundle: true, format: 'esm' };

/** Writes each source's compiled text and map. */
function eachFile(compile) {
  mkdirSync(join(app, 'build'), { recursive: true });
  for (const name of sources) {
    const output = name.replace(/\.ts$/, '.js');
    const { code, map } = compile(join(app, 'src', name), join(app, 'build', output));
    writeFileSync(join(app, 'build', output), `${code}\n//# sourceMappingURL=${output}.map\n`);
    writeFileSync(join(app, 'build', `${output}.map`), typeof map === 'string' ? map : JSON.stringify(map));
  }
}

function swc(type) {
  eachFile((input, output) =>
    theirs('@swc/core').transformFileSync(input, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type },
      sourceMaps: true,
      outputPath: output,
    }),
  );
}

function babel(presets) {
  eachFile((input) =>
    theirs('@babel/core').transformFileSync(input, {
      babelrc: false,
      configFile: false,
      presets: presets.map(([name, options]) => [theirs.resolve(name), options]),
      sourceMaps: true,
      sourceFileName: `../src/${input.split('/').at(-1)}`,
      filename: input,
      cwd: app,
    }),
  );
}

async function webpack(devtool, options = {}, pack = theirs('webpack')) {
  const compiler = pack({
    context: app,
    mode: 'development',
    target: 'node',
    devtool,
    entry: './src/main.ts',
    output: { path: join(app, 'build'), filename: 'main.js', library: { type: 'commonjs2' } },
    resolve: { extensions: ['.ts', '.js'], extensionAlias: { '.js': ['.ts', '.js'] } },
    module: {
      rules: [{ test: /\.ts$/, loader: theirs.resolve('ts-loader'), options: { transpileOnly: true } }],
    },
    resolveLoader: { modules: [join(tools, 'node_modules')] },
    ...options,
  });
  const stats = await new Promise((resolve, reject) =>
    compiler.run((error, result) => (error ? reject(error) : resolve(result))),
  );
  if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
}

/** Rspack has webpack's interface, and a compiler of its own for TypeScript. */
function rspack(plugins) {
  const typescriptRule = {
    test: /\.ts$/,
    loader: 'builtin:swc-loader',
    options: { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } },
  };
  return webpack(false, { plugins, module: { rules: [typescriptRule] } }, theirs('@rspack/core').rspack);
}

/** Rollup knows no TypeScript: esbuild compiles the files. */
async function rollup(plugins) {
  const compile = {
    name: 'compile',
    resolveId: (source, importer) =>
      source.startsWith('.') ? join(dirname(importer), source.replace(/\.js$/, '.ts')) : null,
    transform: (code, id) =>
      id.endsWith('.ts')
        ? ours('esbuild').transformSync(code, { loader: 'ts', sourcemap: true, sourcefile: id })
        : null,
  };
  const bundle = await theirs('@rollup/wasm-node').rollup({
    input: join(app, 'src/main.ts'),
    external: /^(?:node:|@hindcast\/)/,
    plugins: [compile, ...plugins],
  });
  await bundle.write({ dir: join(app, 'build'), format: 'es', sourcemap: true });
}

/** Vite takes its own tools from the repository. */
async function vite(...plugins) {
  const { build } = await import(new URL(`file://${ours.resolve('vite')}`));
  await build({
    root: app,
    plugins,
    configFile: false,
    logLevel: 'error',
    build: { ssr: 'src/main.ts', outDir: 'build', sourcemap: true, target: 'node20' },
  });
}

/** The sensor's own plugins, which are built beside it. */
async function plugin(name) {
  const { hindcast } = await import(new URL(`../../../sensor/dist/${name}.mjs`, import.meta.url));
  return hindcast;
}

async function esbuildPlugin(options) {
  const { build } = ours('esbuild');
  const plugins = [(await plugin('esbuild'))()];
  await build({ absWorkingDir: app, outdir: 'build', platform: 'node', logLevel: 'error', ...options, plugins });
}

const typescript = ['@babel/preset-typescript', {}];
const recipes = {
  'tsc esm': () => tsc(),
  'tsc cjs': () => {
    asCommonJs();
    tsc('--module', 'CommonJS', '--moduleResolution', 'Node10', '--ignoreDeprecations', '6.0');
  },
  'tsc inline map': () => tsc('--inlineSourceMap', '--sourceMap', 'false', '--inlineSources'),
  'esbuild files': () => esbuild({ entryPoints: sources.map((name) => `src/${name}`), format: 'esm' }),
  'esbuild bundle': () => esbuild(bundled),
  'esbuild bundle cjs': () => {
    asCommonJs();
    esbuild({ ...bundled, format: 'cjs', sourcemap: 'inline' });
  },
  'esbuild minified': () => esbuild({ ...bundled, minify: true, keepNames: true }),
  'esbuild mangled': () => esbuild({ ...bundled, minify: true }),
  'swc esm': () => swc('es6'),
  'swc cjs': () => {
    asCommonJs();
    swc('commonjs');
  },
  'babel esm': () => babel([typescript]),
  'babel env': () => {
    asCommonJs();
    babel([['@babel/preset-env', { targets: { node: '20' }, modules: 'commonjs' }], typescript]);
  },
  'vite ssr': () => vite(),
  'esbuild plugin': () => esbuildPlugin(bundled),
  'esbuild plugin, minified': () => esbuildPlugin({ ...bundled, minify: true, keepNames: true }),
  'esbuild plugin cjs': () => {
    asCommonJs();
    return esbuildPlugin({ ...bundled, format: 'cjs' });
  },
  'vite plugin': async () => vite((await plugin('unplugin')).vite()),
  'rollup plugin': async () => rollup([(await plugin('unplugin')).rollup()]),
  'rspack plugin': async () => {
    asCommonJs();
    await rspack([(await plugin('unplugin')).rspack()]);
  },
  'webpack plugin': async () => {
    asCommonJs();
    await webpack(false, { plugins: [(await plugin('unplugin')).webpack()] });
  },
  // Compiles while the program runs, as CommonJS.
  'ts-node': () => {
    const manifest = join(app, 'package.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"module"', '"commonjs"'));
    const register = theirs.resolve('ts-node/register');
    writeFileSync(join(app, 'tsNode.cjs'), `require('${register}');`);
    // Node itself refuses a .ts entry when there is an --import of anything.
    writeFileSync(join(app, 'start.cjs'), `require('./tsNode.cjs'); require('./src/main.ts');`);
  },
  webpack: async () => {
    asCommonJs();
    await webpack('source-map');
  },
  'webpack inline map': async () => {
    asCommonJs();
    await webpack('inline-source-map');
  },
  'webpack production': async () => {
    asCommonJs();
    await webpack('source-map', { mode: 'production', optimization: { minimize: false } });
  },
};

await recipes[recipe]();
if (recipe.includes('plugin')) {
  // As an installed package: what the plugin makes loads the sensor by its name.
  mkdirSync(join(app, 'node_modules/@hindcast'), { recursive: true });
  symlinkSync(fileURLToPath(new URL('../../../sensor', import.meta.url)), join(app, 'node_modules/@hindcast/sensor'));
}
// Fails here, not in the test, when the compiler put its output somewhere else.
if (recipe !== 'ts-node') readFileSync(join(app, 'build/main.js'));
