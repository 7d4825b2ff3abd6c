// `npm run eval:agents`: what agents are told, held against what recorded systems did. Bundles evalAgents.ts, and runs it.
//   --json FILE        write the figures           --verbose   every wrong answer in full
//   --endpoint URL --model NAME   ask a real model through an OpenAI-compatible endpoint instead, with and without Hindcast
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    endpoint: { type: 'string' },
    model: { type: 'string' },
  },
});
const root = join(import.meta.dirname, '..', '..');
const outfile = join(root, '.tools', 'agents', 'evalAgents.mjs');
await mkdir(join(root, '.tools', 'agents'), { recursive: true });
await build({
  stdin: {
    contents: "export * from './evalAgents.ts'; export * from './modelRun.ts';",
    resolveDir: import.meta.dirname,
  },
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  define: { 'import.meta.url': JSON.stringify(import.meta.url) },
  plugins: [
    {
      name: 'workspace',
      // Our own packages are TypeScript: they are bundled, everything else is found at run time.
      setup: (building) => {
        building.onResolve({ filter: /^@hindcast\// }, ({ path }) => {
          const [, folder, file] = /^@hindcast\/([^/]+)\/(.+)$/.exec(path);
          const source = join(root, folder, 'src', file.endsWith('.js') ? file : `${file}.ts`);
          return { path: source };
        });
      },
    },
  ],
  logLevel: 'warning',
  outfile,
});
const { evaluate, figures, runModel } = await import(pathToFileURL(outfile).href);
const tell = (line) => process.stderr.write(`${line}\n`);
let printed;
let isGood = true;
if (values.endpoint) {
  printed = await runModel(
    { endpoint: values.endpoint, model: values.model ?? 'default', apiKey: process.env.OPENAI_API_KEY ?? '' },
    tell,
  );
} else {
  const result = await evaluate(tell);
  for (const { question, answer, problems } of [...result.questions, ...result.traps]) {
    if (problems.length === 0) continue;
    isGood = false;
    tell(`WRONG ${question.id}: ${problems.join('; ')}${values.verbose ? `\n${answer.text}` : ''}`);
  }
  for (const problem of result.escaped.slice(0, 50)) tell(`ESCAPED ${problem}`);
  isGood &&= result.escaped.length === 0;
  printed = figures(result);
}
process.stdout.write(`${JSON.stringify(printed, undefined, 2)}\n`);
if (values.json) await writeFile(values.json, `${JSON.stringify(printed, undefined, 2)}\n`);
process.exit(isGood ? 0 : 1);
