// Who may import whom: the third column of the table in docs/architecture.md, as data. ESLint enforces it (eslint.config.mjs),
// project references repeat it, test/layers proves it.

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
  sensor: { proto: ['semconv.ts', 'durationBuckets.ts'] },
};
