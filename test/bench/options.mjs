// What `npm run bench:sensor` understands.
import { parseArgs } from 'node:util';

export const APP_NAMES = ['service', 'micro', 'cpuBound'];
/** `control` is the bare program a second time: its ratios are what this machine's noise looks like. */
export const VARIANT_NAMES = ['bare', 'control', 'hindcast', 'opentelemetry', 'ddtrace', 'coverage'];

export const HELP = `npm run bench:sensor -- [options]
  --quick               about a minute instead of about a quarter of an hour
  --json FILE           write the figures there too
  --node 20|22|24       the Node that runs the programs (default 24)
  --only A,B            of ${APP_NAMES.join(', ')}
  --variants A,B        of ${VARIANT_NAMES.slice(1).join(', ')}; bare always runs
  --seed N              the order of the blocks (default 1)
  --profile FOLDER      every program writes a CPU profile there when it ends; its figures then include the profiler
`;

/** One name list out of an option's text. @throws Error naming what is not known. */
function names(text, known, flag) {
  if (text === undefined) return known;
  const asked = text.split(',').filter((name) => name !== '');
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`${flag}: ${unknown.join(', ')} is none of ${known.join(', ')}.`);
  return known.filter((name) => asked.includes(name));
}

/** Reads the command line. @throws Error that says what is wrong with it. */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      node: { type: 'string', default: '24' },
      only: { type: 'string' },
      variants: { type: 'string' },
      seed: { type: 'string', default: '1' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (!['20', '22', '24'].includes(values.node)) throw new Error(`--node: ${values.node} is none of 20, 22, 24.`);
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error(`--seed: ${values.seed} is not a whole number.`);
  const variants = names(values.variants, VARIANT_NAMES, '--variants');
  return {
    ...values,
    nodeMajor: Number(values.node),
    seed: Number(values.seed),
    apps: names(values.only, APP_NAMES, '--only'),
    variants: variants.includes('bare') ? variants : ['bare', ...variants],
  };
}
