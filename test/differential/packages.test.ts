// Real packages over their own tests and programs, as `npm run eval:safety` runs all of them: a handful here.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const script = join(import.meta.dirname, 'packages.mjs');
const some = ['commander', 'express', 'fastq', 'qs'];

function evaluate(names: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const args = [script, '--node', '24', '--only', names.join()];
    execFile(process.execPath, args, (_, stdout, stderr) => resolve(stdout + stderr));
  });
}

test(`${some.join(', ')} behave the same with the sensor over their source`, async () => {
  const output = await evaluate(some);
  if (output.includes('could not be fetched')) {
    process.stderr.write(`\n*** test/differential/packages is SKIPPED: ${output}\n\n`);
    return;
  }
  const outcome = (name: string): string | undefined => verdicts(output, name).at(-1);
  expect(some.map((name) => [name, outcome(name)])).toEqual(some.map((name) => [name, 'identical']));
});

const verdicts = (output: string, name: string): string[] =>
  output.split('\n').flatMap((line) => new RegExp(`^(?:ok|DIFF) +${name}@\\S+ node 24: (.*)`).exec(line)?.[1] ?? []);
