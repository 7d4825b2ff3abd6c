// `npm run bench:sensor`: what the sensor costs, beside what users would pick instead. See docs/sensor.md for the method.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeBinary } from '../../scripts/nodeBinaries.mjs';
import { prepareApp } from './apps.mjs';
import { HELP, VARIANT_NAMES, readOptions } from './options.mjs';
import { ensurePeers } from './peers.mjs';
import { startProgram } from './program.mjs';
import { absoluteOf, figuresOf, tableOf } from './report.mjs';
import { measure } from './rounds.mjs';
import { seededRandom } from './statistics.mjs';
import { makeVariants, sensorIsBuilt } from './variants.mjs';

const root = join(import.meta.dirname, '..', '..');
const log = (text) => process.stdout.write(`${text}\n`);

/**
 * How long each app takes (the last one until `untilMs`), and in which portions. A generation is a fresh set of processes. A block of
 * the compiler is one compilation, however long it takes. Code that V8 has not optimised yet says little about what a request costs:
 * a server gets some seconds of load before it is measured (for all of its code about ten; a quick run has two).
 */
const settings = {
  quick: {
    untilMs: 52_000,
    service: { budgetMs: 18_000, generations: 1, startPasses: 1, warmUpBlocks: 1, warmUpBlockMs: 2_000, blockMs: 150 },
    micro: { budgetMs: 15_000, generations: 1, startPasses: 2, warmUpBlocks: 1, warmUpBlockMs: 2_000, blockMs: 150 },
    cpuBound: { budgetMs: 19_000, generations: 1, startPasses: 1, warmUpBlocks: 2, warmUpBlockMs: 0, blockMs: 0 },
  },
  full: {
    untilMs: 850_000,
    service: {
      budgetMs: 330_000,
      generations: 3,
      startPasses: 6,
      warmUpBlocks: 1,
      warmUpBlockMs: 10_000,
      blockMs: 300,
    },
    micro: { budgetMs: 270_000, generations: 3, startPasses: 6, warmUpBlocks: 1, warmUpBlockMs: 10_000, blockMs: 300 },
    cpuBound: { budgetMs: 230_000, generations: 2, startPasses: 4, warmUpBlocks: 5, warmUpBlockMs: 0, blockMs: 0 },
  },
};

/** Makes a program write where its time went; the last process of a variant wins. */
function profilerFlags(folder, app, variant) {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${app}-${variant}.cpuprofile`];
}

/** Measures one app; gives its figures by variant, what could not be measured, and the absolute values of bare. */
async function benchApp(name, { options, node, peers, sink, random, leftMs }) {
  const app = await prepareApp[name]();
  try {
    const known = makeVariants({
      peers,
      sink: sink.details,
      appName: name,
      handlesRequests: app.handlesRequests,
      leastCallsPerRequest: app.leastCallsPerRequest,
    });
    const profiling = options.profile ? (variant) => profilerFlags(options.profile, name, variant) : () => [];
    const variants = Object.fromEntries(
      options.variants.map((variant) => [
        variant,
        { ...known[variant], execArgv: [...profiling(variant), ...(known[variant].execArgv ?? [])] },
      ]),
    );
    const chosen = { ...settings[options.quick ? 'quick' : 'full'][name] };
    chosen.budgetMs = Math.min(chosen.budgetMs, leftMs);
    const field = await measure({ node, app, variants, random, settings: chosen, log });
    const arrived = await sink.ask('arrived');
    for (const variant of [...field.names]) {
      const lacking = variants[variant].works(field.proofs[variant], arrived, field.requests[variant]);
      if (lacking) field.drop(variant, lacking);
    }
    const figures = Object.fromEntries(field.names.map((variant) => [variant, figuresOf(variant, field)]));
    const inOrder = Object.fromEntries(VARIANT_NAMES.filter((v) => figures[v]).map((v) => [v, figures[v]]));
    return {
      figures: inOrder,
      absolute: absoluteOf(field),
      missing: field.missing,
      rounds: field.rounds.length,
      callsPerRequest: arrived.functionCalls / field.requests.hindcast,
    };
  } finally {
    await app.dispose();
  }
}

/** The report that --json writes: a variant that was not measured is null, never a number. */
function asJson(results, { options, version, peers }) {
  const byApp = (take) => Object.fromEntries(Object.entries(results).map(([name, result]) => [name, take(result)]));
  const reported = options.variants.filter((name) => name !== 'control');
  return {
    node: version,
    rounds: Math.min(...Object.values(results).map(({ rounds }) => rounds)),
    apps: byApp(({ figures }) => Object.fromEntries(reported.map((name) => [name, figures[name] ?? null]))),
    control: byApp(({ figures }) => figures.control ?? null),
    bareAbsolute: byApp(({ absolute }) => absolute),
    roundsByApp: byApp(({ rounds }) => rounds),
    missing: byApp(({ missing }) => missing),
    peers: peers.versions ?? null,
    quick: options.quick,
    seed: options.seed,
  };
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return log(HELP);
  const node = nodeBinary(options.nodeMajor);
  if (!node) throw new Error(`There is no Node ${options.nodeMajor} for this machine; choose another with --node.`);
  if (options.variants.includes('hindcast') && !sensorIsBuilt()) {
    log('building the sensor…');
    spawnSync(process.execPath, [join(root, 'scripts/withNode24.mjs'), join(root, 'scripts/build.mjs')], {
      cwd: root,
      stdio: 'inherit',
    });
  }
  const needsPeers = options.variants.some((name) => name === 'opentelemetry' || name === 'ddtrace');
  const peers = needsPeers ? await ensurePeers(options.nodeMajor, log) : { missing: 'not asked for' };
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim().slice(1);
  const sink = await startProgram({
    node: process.execPath,
    execArgv: [],
    env: {},
    main: join(import.meta.dirname, 'sink.mjs'),
  });
  const random = seededRandom(options.seed);
  const results = {};
  // Installing and building come on top.
  const until = performance.now() + settings[options.quick ? 'quick' : 'full'].untilMs;
  try {
    for (const name of options.apps) {
      log(`${name}, Node ${version}: ${options.variants.join(', ')}`);
      const leftMs = until - performance.now();
      results[name] = await benchApp(name, { options, node, peers, sink, random, leftMs });
      log(`\n${tableOf(name, results[name])}\n`);
    }
  } finally {
    await sink.stop();
  }
  if (options.json)
    writeFileSync(options.json, `${JSON.stringify(asJson(results, { options, version, peers }), null, 2)}\n`);
}

// The programs end when their channel to this process closes.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

main().catch((error) => {
  process.stderr.write(`bench:sensor: ${error.message}\n`);
  process.exitCode = 1;
});
