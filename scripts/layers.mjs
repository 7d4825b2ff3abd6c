// Who may import whom: the table in docs/architecture.md, as data. ESLint enforces it (scripts/layersRule.mjs), project
// references repeat it, test/layers proves both.

/** Folder → folders it may import from, besides itself. */
export const mayImport = {
  proto: [],
  core: ['proto'],
  sensor: ['proto'],
  collector: ['core', 'proto'],
  server: ['core', 'proto'],
  client: ['core', 'proto'],
  media: ['core', 'proto'],
  cli: ['collector', 'core', 'proto', 'server'],
};

export const layers = Object.keys(mayImport);

/** Folder → the only modules of an allowed folder that it may import, where that is less than all of it. */
export const onlyModules = {
  sensor: { proto: ['semconv', 'durationBuckets'] },
};

/** Folder → the only packages from npm that it may use outside its tests, where that is limited. */
export const mayUsePackages = {
  core: [],
  sensor: ['acorn', '@jridgewell/trace-mapping', 'esbuild', 'unplugin'],
};

/** Folders without Node's modules: what is in them runs in a browser and in tests without set-up. */
export const pureFolders = ['core', 'media'];

/** Folders that may import vscode. */
export const editorFolders = ['client'];
