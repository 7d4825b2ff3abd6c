import { attempt, require, sources } from './hindcastSupport.mjs';

const postcss = require('./');
const plugin = Object.assign(
  () => ({
    postcssPlugin: 'p',
    Once(root) {
      root.walkDecls((d) => {
        if (d.prop === 'color') d.cloneBefore({ prop: 'background' });
      });
    },
    async Rule(rule) {
      await null;
      if (!rule.seen) {
        rule.seen = true;
        rule.selector += ', .x';
      }
    },
  }),
  { postcss: true },
);
for (const { path, text } of sources({ limit: 30, ending: /\.css$/, maxBytes: 200_000 })) {
  await attempt(path, () =>
    JSON.stringify(postcss.parse(text).toJSON(), (key, value) => (key === 'id' ? undefined : value)),
  );
  await attempt(`${path} processed`, async () => {
    const r = await postcss([plugin]).process(text, { from: 'a.css', to: 'b.css', map: { inline: false } });
    return [r.css, r.map.toString(), r.messages];
  });
}
for (const bad of ['a {', 'a { b }', '}', 'a { color: "x', '/* ', '@media { a{} ', ':not(a { }'])
  await attempt(bad, () => postcss.parse(bad));
