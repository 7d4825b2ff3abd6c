// A program that ends by an error says the same with the sensor as without: place, quoted line, stack with columns, exit code.
import { beforeAll, describe, expect, test } from 'vitest';
import { buildSensor, makeApp, nodes, runApp } from './runApp.js';

const program = `'use strict';
const fs = require('fs');
class MyError extends Error {}
const run = {
  newError(x) { const unused = (() => 1)();
    if (x) {
      throw new MyError('new');
    }
  },
  errorMadeBefore() {
    const e = Object.assign(new Error('before'), { code: 'X' });

    throw e;
  },
  engine(o) {
    return [1].map((x) => o.a.b + x);
  },
  nodesOwn() {
\t\treturn fs.readFileSync('/nowhere/to/be/found');
  },
  async rejection() {
    await null; const one = () => 1; one(); throw new RangeError('rejected');
  },
  oneLiner() { return [1].map((x) => { throw new TypeError('in line ' + x) }) },
  thrownOn() { try { run.errorMadeBefore(); } catch (e) { const z = (() => 1)();
    throw e; } },
  handledByTheProgram() {
    process.on('uncaughtException', (e, origin) => { console.log(e.stack, origin); });
    throw new Error('handled');
  },
  seenAtExit() {
    let seen;
    process.on('uncaughtExceptionMonitor', (e) => { seen = e; });
    process.on('exit', () => console.log(seen.stack));
    throw new Error('seen');
  },
  frozen() { throw Object.freeze(new Error('frozen')); },
};
setTimeout(function later() {
  const f = run[process.argv[2]];
  return f(1);
}, 1);
`;

/** Values that are no errors: the place is right, the quoted line is not the program's. */
const bareValues = `setTimeout(function later() {
  const values = ['text', { a: 1 }, null];
  throw values[process.argv[2]];
});
`;

const cases = [
  ...[...program.matchAll(/^ {2}(?:async )?(\w+)\(/gm)].map(([, name = '']) => name).filter((name) => name !== 'if'),
];

beforeAll(() => void buildSensor());

describe.each(nodes)('Node %i', (_, node) => {
  async function both(text: string, argument: string) {
    const app = makeApp({ 'app.cjs': text });
    try {
      const args = ['app.cjs', argument];
      return await Promise.all([
        runApp({ node, cwd: app.root, args: ['--import', 'data:text/javascript,', ...args] }),
        runApp({ node, cwd: app.root, args, endpoint: 'http://127.0.0.1:9' }),
      ]);
    } finally {
      app.remove();
    }
  }

  test.each(cases.filter((name) => name !== 'frozen'))('%s', async (name) => {
    const [bare, observed] = await both(program, name);
    expect(observed).toEqual(bare);
    expect(bare.stderr + bare.stdout).toContain('app.cjs:');
  });

  test('an error that cannot be written to still ends the program in the same way', async () => {
    const [bare, observed] = await both(program, 'frozen');
    expect(observed.code).toBe(bare.code);
    expect(observed.stderr).toContain('Error: frozen');
  });

  test.each(['0', '1', '2'])('a thrown value that is no error, %s: its line', async (argument) => {
    const [bare, observed] = await both(bareValues, argument);
    const unquoted = (stderr: string): string => stderr.replace(/^ *(?:throw .*|\^)$/gm, '');
    expect(unquoted(observed.stderr)).toBe(unquoted(bare.stderr));
    expect(observed.stderr).toContain('app.cjs:3');
  });
});
