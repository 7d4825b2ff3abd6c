import { require, say, sources } from './hindcastSupport.mjs';

const { Linter, SourceCode } = require('./');
const { builtinRules } = require('./lib/unsupported-api.js');
const linter = new Linter({ configType: 'flat' });
const rules = Object.fromEntries([...builtinRules.keys()].map((name) => [name, 'warn']));
for (const { path, text } of sources({ limit: 25, maxBytes: 12_000 })) {
  const config = {
    rules,
    languageOptions: { ecmaVersion: 'latest', sourceType: path.endsWith('.mjs') ? 'module' : 'commonjs' },
  };
  say(
    path,
    linter.verify(text, config, { filename: 'a.js' }).map((m) => [m.ruleId, m.line, m.column, m.message]),
  );
  say(`${path} fixed`, linter.verifyAndFix(text, config, { filename: 'a.js' }).output);
}
say('source code', typeof SourceCode);
