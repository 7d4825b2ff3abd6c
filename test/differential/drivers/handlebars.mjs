import { attempt, require } from './hindcastSupport.mjs';

const Handlebars = require('./');
Handlebars.registerHelper('upper', function (text, options) {
  return `${String(text).toUpperCase()}${options.hash.suffix ?? ''}${this.name ?? ''}`;
});
Handlebars.registerHelper('twice', function (options) {
  return options.fn(this) + options.fn({ ...this, name: 'second' }) + options.inverse(this);
});
Handlebars.registerHelper('fail', () => {
  throw new RangeError('helper');
});
Handlebars.registerPartial('part', '[{{name}} {{> @partial-block}}]');
Handlebars.registerPartial('tree', '{{label}}({{#each children}}{{> tree}}{{/each}})');
Handlebars.registerDecorator('note', (fn) => fn);
const data = {
  name: 'N',
  list: [{ a: 1 }, { a: 2, b: [3, 4] }],
  map: { x: 1, y: 2 },
  html: '<&">',
  fn() {
    return `fn ${this.name}`;
  },
  label: 'r',
  children: [
    { label: 'c', children: [] },
    { label: 'd', children: [{ label: 'e' }] },
  ],
  zero: 0,
  no: null,
};
const templates = [
  '{{name}} {{{html}}} {{html}} {{& html}}',
  '{{#each list}}{{@index}}{{@first}}{{@last}}{{a}}{{#each b}}{{this}}{{../../name}}{{/each}}{{else}}none{{/each}}',
  '{{#each map as |v k|}}{{k}}={{v}};{{/each}}',
  '{{#if no}}a{{else if zero}}b{{else}}c{{/if}}{{#unless no}}d{{/unless}}',
  '{{#with list.[1]}}{{a}}{{@root.name}}{{/with}}',
  '{{upper name suffix="!"}}{{upper (upper "x")}}',
  '{{#twice}}{{name}}{{else}}inv{{/twice}}',
  '{{#> part}}block {{name}}{{/part}}',
  '{{> tree}}',
  '{{fn}}{{lookup map "x"}}{{log "x" level="debug"}}',
  '{{~name~}}   x  {{!-- c --}}{{! c }}\\{{raw}}',
  '{{> missing}}',
  '{{missing 1}}',
  '{{fail}}',
  '{{#if}}',
  '{{#each list}}',
  '{{{{raw}}}}x{{{{/raw}}}}',
  '{{#list}}{{a}}{{/list}}{{^no}}no{{/no}}',
  '{{constructor}}{{__proto__}}',
  '{{#each list}}{{else}}{{/each}}{{array.[0]}}',
  '{{"string"}}{{12}}{{true}}',
  '{{#*inline "i"}}inline {{name}}{{/inline}}{{> i}}',
];
for (const text of templates) {
  await attempt(text, () => Handlebars.compile(text)(data));
  await attempt(`strict ${text}`, () =>
    Handlebars.compile(text, { strict: true, noEscape: true, explicitPartialContext: true })(data),
  );
  await attempt(`code ${text}`, () => Handlebars.precompile(text));
  await attempt(`ast ${text}`, () => Handlebars.parse(text));
}
