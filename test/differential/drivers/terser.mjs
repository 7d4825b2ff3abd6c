import { attempt, require, sources } from './hindcastSupport.mjs';

const { minify } = require('./');
for (const { path, text } of sources({ limit: 20, maxBytes: 20_000 })) {
  await attempt(
    path,
    async () =>
      (await minify({ [path]: text }, { compress: { passes: 2, unsafe: true }, mangle: true, sourceMap: true })).code,
  );
  await attempt(
    `${path} pretty`,
    async () =>
      (
        await minify(text, {
          compress: false,
          mangle: { keep_fnames: true },
          format: { beautify: true, comments: true },
        })
      ).code,
  );
}
