// TypeScript checks and emits a project.
import { require, say, sources } from './hindcastSupport.mjs';

const ts = require('./lib/typescript.js');
const files = sources({ limit: 30, ending: /\.d\.ts$/, under: 'node_modules', maxBytes: 200_000 }).map(
  ({ path }) => path,
);
const program = ts.createProgram([...files, ...sources({ limit: 20, ending: /\.js$/ }).map(({ path }) => path)], {
  strict: true,
  allowJs: true,
  checkJs: true,
  noEmit: false,
  outDir: 'never',
  target: ts.ScriptTarget.ES5,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.CommonJS,
  declaration: false,
  ignoreDeprecations: '6.0',
});
for (const d of ts.getPreEmitDiagnostics(program))
  say(d.file?.fileName.split('node_modules').at(-1) ?? 'global', [
    d.start,
    d.code,
    ts.flattenDiagnosticMessageText(d.messageText, '\n'),
  ]);
program.emit(undefined, (path, text) => say(`emit ${path.split('never').at(-1)}`, text));
