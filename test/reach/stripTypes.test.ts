// TypeScript that Node runs by itself, blanking out the types.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OtlpReceiver } from '../sensor/otlpReceiver.js';
import { buildSensor, makeApp, nodes, runApp } from '../sensor/runApp.js';

const files = {
  'package.json': '{"name":"typed"}',
  'main.mts': `import { createRequire } from 'node:module';
import { twice } from './twice.ts';
const price: (amount: number) => number = createRequire(import.meta.url)('./price.cts');
const total = (amounts: readonly number[]): number => amounts.reduce((sum: number, one) => sum + price(one), 0);
console.log(twice(total([1, 2])));
`,
  'price.cts': `module.exports = function price(this: void, amount: number): number { return (amount as number) * 10; };
`,
  // Of a package without a type: Node finds out that it is an ES module.
  'twice.ts': `export function twice(n: number): number {
  return n * 2;
}
`,
  'main.cts': `const { twice }: { twice: (n: number) => number } = require('./twice.ts');
console.log(twice(4));
`,
  'late.ts': 'export const late = (n: number): number => n;\n',
};

let app: ReturnType<typeof makeApp>;
beforeAll(() => {
  buildSensor();
  app = makeApp(files);
});
afterAll(() => app.remove());

const entries: [entry: string, stdout: string, calls: Record<string, number>][] = [
  [
    'main.mts',
    '60\n',
    {
      'main.mts:4:15 total': 1,
      'main.mts:4:70 total.<amounts.reduce>': 2,
      'price.cts:1:27 price': 2,
      'twice.ts:1:17 twice': 1,
    },
  ],
  ['main.cts', '8\n', { 'twice.ts:1:17 twice': 1 }],
];

describe.each(nodes.filter(([major]) => major >= 22))('Node %i', (_, node) => {
  test.each(entries)('%s', async (entry, stdout, calls) => {
    const receiver = await OtlpReceiver.start();
    const result = await runApp({ node, cwd: app.root, args: ['--no-warnings', entry], endpoint: receiver.endpoint });
    await receiver.stop();
    expect(result).toEqual({ code: 0, signal: null, stdout, stderr: '' });
    const report = receiver.report();
    expect(Object.fromEntries(report.calls)).toEqual(calls);
    expect(Object.fromEntries(report.notObserved)).toMatchObject({ 'late.ts': 'The file was never loaded.' });
  });
});
