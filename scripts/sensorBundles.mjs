// What `sensor/dist` is made of: esbuild options, without those of the machine.

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.6',
  sourcemap: true,
  minify: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  outdir: 'sensor/dist',
};
const esm = { ...common, format: 'esm', outExtension: { '.js': '.mjs' } };
const commonJs = {
  ...common,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  // CommonJS has no import.meta; bundles that ask where they are get their own file's URL.
  define: { 'import.meta.url': '__bundleUrl' },
  banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
};

// Runs before every program's first line: names of functions are set at a cost, and nobody reads them.
const register = {
  keepNames: false,
  entryPoints: { register: 'sensor/src/register.ts', bundled: 'sensor/src/plugin/bundled.ts' },
};

export const sensorBundles = [
  { ...esm, ...register },
  {
    ...esm,
    entryPoints: {
      reporter: 'sensor/src/reporter/main.ts',
      hooks: 'sensor/src/hooks/main.ts',
    },
  },
  // For `node -r`, which leaves the program to the loader that it has without the sensor.
  { ...commonJs, ...register },
  // For build tools.
  ...[esm, commonJs].map((kind) => ({
    ...kind,
    entryPoints: { esbuild: 'sensor/src/plugin/esbuildPlugin.ts', unplugin: 'sensor/src/plugin/unplugin.ts' },
  })),
  // The parser: loaded, synchronously, only when a file is met that no cache knows.
  { ...common, format: 'cjs', outExtension: { '.js': '.cjs' }, entryPoints: { analyse: 'sensor/src/analyseFile.ts' } },
];
