// Type-checks and emits the files that it is given with the copy of TypeScript beside it: one unit of work per request for it.
'use strict';
const { control } = require('./control.js');
const ts = require('./typescript.js');

const [libFolder, ...files] = process.argv.slice(2);
const options = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2023.d.ts'],
  types: [],
  strict: true,
  skipLibCheck: true,
  declaration: true,
};

function makeHost(emitted) {
  const host = ts.createCompilerHost(options);
  host.getDefaultLibLocation = () => libFolder;
  host.writeFile = (name, text) => emitted.push(text.length);
  return host;
}

function compile() {
  const emitted = [];
  const program = ts.createProgram(files, options, makeHost(emitted));
  const problems = ts.getPreEmitDiagnostics(program).length;
  program.emit();
  return { problems, emittedFiles: emitted.length };
}

control({}, compile);
