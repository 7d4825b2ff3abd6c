// `npm run eval:risk`: the risk formula on simulated changes whose harm is measured.
//   --json FILE   write the figures      --quick   fewer changes, within a minute
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadBundled } from './bundle.mjs';

const { values } = parseArgs({ options: { json: { type: 'string' }, quick: { type: 'boolean', default: false } } });
const { evaluateRisk } = await loadBundled(import.meta.dirname, 'evalRisk.ts');
const figures = await evaluateRisk(
  values.quick ? { changesPerTopology: 120, seeds: [1] } : { changesPerTopology: 120, seeds: [1, 2] },
);
const text = `${JSON.stringify(figures, undefined, 2)}\n`;
process.stdout.write(text);
if (values.json) await writeFile(values.json, text);
