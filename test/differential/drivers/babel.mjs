import { attempt, require, sources } from './hindcastSupport.mjs';

const babel = require('./');
const presetEnv = require('@babel/preset-env');
for (const { path, text } of sources({ limit: 25, maxBytes: 20_000, under: 'node_modules/@babel' })) {
  await attempt(
    path,
    () =>
      babel.transformSync(text, {
        configFile: false,
        babelrc: false,
        sourceType: 'unambiguous',
        presets: [[presetEnv, { targets: 'ie 11', modules: 'commonjs' }]],
        filename: path,
        sourceMaps: true,
      }).code,
  );
}
await attempt('bad', () => babel.transformSync('let a; let a', { filename: 'x.js' }));
