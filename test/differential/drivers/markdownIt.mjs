import { require, say, sources } from './hindcastSupport.mjs';

const MarkdownIt = require('./');
const spec = require('commonmark-spec');
const strict = new MarkdownIt('commonmark');
let same = 0;
for (const { markdown, html, number } of Array.isArray(spec) ? spec : spec.tests) {
  const mine = strict.render(markdown);
  if (mine === html) same++;
  say(String(number), mine);
}
say('as the specification says', same);
const full = new MarkdownIt({
  html: true,
  linkify: true,
  typographer: true,
  highlight: (text, lang) => `<i>${lang} ${text.length}</i>`,
});
for (const { path, text } of sources({ limit: 40, ending: /\.md$/ }))
  say(path, [full.render(text), full.parse(text, {}).length]);
