// Measures one app under all variants: their processes run side by side, one at a time is given a block of work, in random order.
import { startProgram } from './program.mjs';
import { shuffled } from './statistics.mjs';

const cpuMsOf = ({ cpu }) => (cpu.user + cpu.system) / 1_000;

/** Who takes part, what was measured of them, and who dropped out and why. */
class Field {
  #node;
  #app;
  #variants;
  #random;
  constructor({ node, app, variants, random }) {
    this.#node = node;
    this.#app = app;
    this.#variants = variants;
    this.#random = random;
    this.names = Object.keys(variants).filter((name) => !variants[name].missing);
    this.missing = Object.fromEntries(
      Object.entries(variants).flatMap(([name, { missing }]) => (missing ? [[name, missing]] : [])),
    );
    this.startups = [];
    this.rounds = [];
    this.proofs = {};
    /** Requests that each variant's measured programs were sent in all, warm-up included. */
    this.requests = {};
  }

  keepsCache(name) {
    return this.#variants[name].keepsCache === true;
  }

  inRandomOrder() {
    return shuffled(this.names, this.#random);
  }

  drop(name, reason) {
    if (name === 'bare') throw new Error(reason);
    this.names = this.names.filter((other) => other !== name);
    this.missing[name] = reason;
  }

  /** Starts a variant's program; undefined, and the variant is out, when it does not start. */
  async start(name) {
    const { execArgv, env } = this.#variants[name];
    const { main, args, cwd } = this.#app;
    try {
      return await startProgram({ node: this.#node, execArgv, env, main, args, cwd });
    } catch (error) {
      this.drop(name, String(error.message));
      return undefined;
    }
  }
}

/** What is not measured runs two at a time. */
async function inPairs(names, act) {
  const waiting = [...names];
  const takeTurns = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await act(name);
  };
  await Promise.all([takeTurns(), takeTurns()]);
}

/** Starts and stops once what keeps a cache on the disk, and the bare program for its files. */
async function fillCaches(field) {
  await inPairs(
    field.names.filter((name) => name === 'bare' || field.keepsCache(name)),
    async (name) => (await field.start(name))?.stop(),
  );
}

/** Starts and stops every variant once, one after the other, for how long it takes. */
async function timeStarts(field) {
  const startupMs = {};
  for (const name of field.inRandomOrder()) {
    const program = await field.start(name);
    if (!program) continue;
    startupMs[name] = program.startupMs;
    await program.stop();
  }
  field.startups.push(startupMs);
}

async function startAll(field) {
  const programs = {};
  await inPairs(field.inRandomOrder(), async (name) => {
    const program = await field.start(name);
    if (program) programs[name] = program;
  });
  return programs;
}

/** One block of work for one program. */
async function runBlock(app, field, name, program, milliseconds) {
  const load = await app.open(program);
  try {
    const before = await program.ask('usage');
    const { latenciesMs, wallMs } = await load.run(milliseconds);
    const after = await program.ask('usage');
    field.requests[name] = (field.requests[name] ?? 0) + latenciesMs.length;
    return { before, after, latenciesMs, wallMs };
  } finally {
    load.close();
  }
}

/** What a block cost: CPU until the program's next block begins, so that what it puts off (sending, say) is counted too. */
function costOf({ before, after, latenciesMs, wallMs }, next) {
  return {
    cpuMs: cpuMsOf(next) - cpuMsOf(before),
    blockCpuMs: cpuMsOf(after) - cpuMsOf(before),
    requests: latenciesMs.length,
    latenciesMs,
    wallMs,
    rssMb: after.rssBytes / 2 ** 20,
  };
}

/** One set of processes: warm-up, then rounds until `until` (milliseconds of performance.now), at least two. */
async function runGeneration(app, field, settings, until) {
  const programs = await startAll(field);
  try {
    await inPairs(field.inRandomOrder(), async (name) => {
      for (let block = 0; block < settings.warmUpBlocks; block++)
        await runBlock(app, field, name, programs[name], settings.warmUpBlockMs);
    });
    const rounds = [];
    while (rounds.length < 2 || performance.now() < until) {
      const blocks = {};
      for (const name of field.inRandomOrder()) {
        blocks[name] = await runBlock(app, field, name, programs[name], settings.blockMs);
      }
      rounds.push(blocks);
    }
    const last = {};
    for (const name of field.names) {
      last[name] = await programs[name].ask('usage');
      field.proofs[name] = (await programs[name].ask('proof')).proof;
    }
    rounds.forEach((blocks, index) => {
      const next = (name) => rounds[index + 1]?.[name].before ?? last[name];
      field.rounds.push(
        Object.fromEntries(Object.entries(blocks).map(([name, block]) => [name, costOf(block, next(name))])),
      );
    });
  } finally {
    await Promise.all(Object.values(programs).map((program) => program.stop()));
  }
}

/**
 * Measures `app` under `variants` for about `settings.budgetMs`. Gives a field: `rounds` (per round: variant → cost of its block),
 * `startups` (per pass: variant → milliseconds), `missing` (variant → reason), `proofs` (variant → its program's own evidence),
 * `requests` (variant → how many in all).
 */
export async function measure({ node, app, variants, random, settings, log }) {
  const field = new Field({ node, app, variants, random });
  const startedAt = performance.now();
  await fillCaches(field);
  for (let pass = 0; pass < settings.startPasses; pass++) await timeStarts(field);
  for (let generation = 1; generation <= settings.generations; generation++) {
    const sofar = performance.now() - startedAt;
    const share = (settings.budgetMs - sofar) / (settings.generations - generation + 1);
    await runGeneration(app, field, settings, performance.now() + share);
    log(`  processes ${generation} of ${settings.generations}: ${field.rounds.length} rounds so far`);
  }
  return field;
}
