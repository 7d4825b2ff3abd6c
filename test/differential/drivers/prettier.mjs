import { attempt, appRoot, sources } from './hindcastSupport.mjs';
import { join } from 'node:path';

const prettier = await import(join(appRoot, 'index.mjs'));
const inputs = [
  ...sources({ limit: 25, under: '.', ending: /\.(js|mjs|cjs)$/, maxBytes: 40_000 }),
  ...sources({
    limit: 40,
    under: 'node_modules',
    ending: /\.(js|mjs|cjs|ts|json|md|css|html|ya?ml)$/,
    maxBytes: 40_000,
  }),
];
for (const { path, text } of inputs) {
  if (path.startsWith('hindcast')) continue;
  await attempt(path, () => prettier.format(text, { filepath: path }));
  await attempt(`${path} narrow`, () =>
    prettier.format(text, { filepath: path, printWidth: 40, semi: false, singleQuote: true, tabWidth: 8 }),
  );
}
