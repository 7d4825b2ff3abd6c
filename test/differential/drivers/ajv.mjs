import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appRoot, attempt, require, say } from './hindcastSupport.mjs';

const Ajv = require('./').default;
const standalone = require('./dist/standalone').default;
const folder = join(appRoot, 'node_modules', 'json-schema-test-suite', 'tests', 'draft4');
let right = 0;
for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort()) {
  for (const { description, schema, tests } of JSON.parse(readFileSync(join(folder, file), 'utf8'))) {
    await attempt(`${file} ${description}`, () => {
      const ajv = new Ajv({ strict: false, allErrors: true, verbose: true, code: { source: true }, logger: false });
      const validate = ajv.compile({ ...schema, $schema: undefined });
      return [
        standalone(ajv, validate).length,
        tests.map(({ data, valid }) => {
          const got = validate(data);
          if (got === valid) right++;
          return [got, ajv.errorsText(validate.errors)];
        }),
      ];
    });
  }
}
say('as the suite says', right);
const ajv = new Ajv({ coerceTypes: true, useDefaults: true, removeAdditional: true, discriminator: true });
ajv.addKeyword({ keyword: 'even', validate: (on, n) => on === (n % 2 === 0), errors: false });
ajv.addFormat('abc', (text) => text === 'abc');
await attempt('coerced', () => {
  const data = { n: '4', x: 1 };
  return [
    ajv.compile({
      type: 'object',
      additionalProperties: false,
      properties: { n: { type: 'number', even: true }, d: { default: 5 } },
    })(data),
    data,
  ];
});
await attempt('async', () =>
  ajv
    .compile({ $async: true, type: 'object', properties: { a: { format: 'abc' } } })({ a: 'x' })
    .catch((e) => [e.name, e.errors]),
);
await attempt('bad', () => new Ajv().compile({ type: 'nonsense' }));
