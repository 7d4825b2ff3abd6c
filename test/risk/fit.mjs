// `node test/risk/fit.mjs`: the weights of core/src/assess/riskWeights.ts, from the training half of the simulated changes.
import { loadBundled } from './bundle.mjs';

const { fitRisk } = await loadBundled(import.meta.dirname, 'fitRisk.ts');
const fitted = await fitRisk({ changesPerTopology: 200, seeds: [1, 2], steps: 40 });
process.stdout.write(`${JSON.stringify(fitted, undefined, 2)}\n`);
