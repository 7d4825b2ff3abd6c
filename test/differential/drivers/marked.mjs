import { attempt, appRoot, require, say, sources } from './hindcastSupport.mjs';
import { join } from 'node:path';

const { marked, lexer } = await import(join(appRoot, 'lib', 'marked.esm.js'));
const spec = require('commonmark-spec');
const tests = Array.isArray(spec) ? spec : spec.tests;
let same = 0;
for (const { markdown, html, number } of tests) {
  const mine = marked(markdown);
  if (mine === html) same++;
  say(String(number), mine);
}
say('as the specification says', same);
for (const { path, text } of sources({ limit: 40, ending: /\.md$/ })) {
  await attempt(path, () => marked.parse(text, { gfm: true, breaks: true }));
  await attempt(`${path} tokens`, () => lexer(text));
}
await attempt('async', () =>
  marked.parse('# a', {
    async: true,
    walkTokens: async (t) => {
      await null;
      t.seen = true;
    },
  }),
);
await attempt('bad', () => marked.parse(undefined));
