// acorn parses every program of test262-parser-tests, and must reject what that says must be rejected.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appRoot, attempt, require } from './hindcastSupport.mjs';

const acorn = require('./');
const suite = join(appRoot, 'node_modules', 'test262-parser-tests');
for (const kind of ['pass', 'pass-explicit', 'fail', 'early']) {
  for (const file of readdirSync(join(suite, kind)).sort()) {
    const text = readFileSync(join(suite, kind, file), 'utf8');
    const sourceType = file.includes('.module.') ? 'module' : 'script';
    await attempt(`${kind}/${file}`, () =>
      acorn.parse(text, { ecmaVersion: 'latest', sourceType, locations: true, ranges: true }),
    );
  }
}
