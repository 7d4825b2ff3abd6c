import { replaced, statementsOf, type Program, type SimulatedFunction, type Statement } from './program.js';

/** An edit of one function of a program; undefined where the function has nothing to edit in this way. */
export type Edit = (program: Program, fn: SimulatedFunction, random: () => number) => Program | undefined;

/** Edits that may do harm: whether and how much they do is what the simulation finds. */
export const HARMFUL_EDITS: Readonly<Record<string, Edit>> = {
  'added queries': (program, fn, random) => insert(program, fn, random, (id) => query(fn, id, 0.002 + 0.02 * random())),
  'query in a new loop': (program, fn, random) =>
    insert(program, fn, random, (id) => ({
      ...{ id: id + 1, op: 'each', times: 2 + 20 * random() },
      body: [query(fn, id, 0.001 + 0.01 * random())],
    })),
  'calls moved into a loop': (program, fn, random) =>
    alterOne(program, fn, random, ['ask', 'call'], (it, id) => [
      { id, op: 'each', times: 2 + 20 * random(), body: [it] },
    ]),
  'another function called': (program, fn, random) => {
    const others = program.functions.filter(
      (it) =>
        it.service === fn.service &&
        /storage|helpers/.test(it.file) &&
        it.name !== fn.name &&
        !/storage|helpers/.test(fn.file),
    );
    const other = pick(others, random);
    return other && insert(program, fn, random, (id) => ({ id, op: 'call', fn: other.name }));
  },
  waiting: (program, fn, random) =>
    insert(program, fn, random, (id) => ({ id, op: 'wait', seconds: 0.005 * 40 ** random() })),
  'heavier computing': (program, fn, random) =>
    alterOne(program, fn, random, ['work'], (it) =>
      it.op === 'work' ? [{ ...it, seconds: it.seconds * 3 * 10 ** random() }] : undefined,
    ),
  'guard removed': (program, fn, random) =>
    alterOne(program, fn, random, ['guard'], ({ id, ...it }) =>
      it.op === 'guard' ? [{ id, op: 'breaks', chance: it.chance }] : undefined,
    ),
  'caching removed': (program, fn, random) =>
    alterOne(program, fn, random, ['cached'], (it) => (it.op === 'cached' ? it.body : undefined)),
  'catch removed': (program, fn, random) =>
    alterOne(program, fn, random, ['try'], (it) => (it.op === 'try' ? it.body : undefined)),
  'throws for some': (program, fn, random) =>
    insert(program, fn, random, (id) => ({ id, op: 'throw', chance: 0.002 * 100 ** random() })),
  'shorter timeout': (program, fn, random) =>
    alterOne(program, fn, random, ['ask'], (it) =>
      it.op === 'ask'
        ? [{ ...it, timeoutMs: it.timeoutMs / 10, failRate: it.failRate + 0.002 * 50 ** random() }]
        : undefined,
    ),
  'one after the other': (program, fn, random) =>
    alterOne(program, fn, random, ['all'], (it) => (it.op === 'all' ? it.calls : undefined)),
  'condition turned around': (program, fn, random) =>
    alterOne(program, fn, random, ['if'], (it) =>
      it.op === 'if' ? [{ ...it, isInverted: !it.isInverted }] : undefined,
    ),
};

/** Edits that do none, and improvements. */
export const HARMLESS_EDITS: Readonly<Record<string, Edit>> = {
  reformatted: (program, { file }) => ({ ...program, indent: new Map([...program.indent, [file, 4]]) }),
  comments: (program, fn) =>
    update(program, fn, { ...fn, comment: `${fn.comment}\nThe caller has checked it.\nIt is safe to call twice.` }),
  'local renamed': (program, fn) =>
    update(program, fn, { ...fn, parameter: fn.parameter === 'order' ? 'given' : 'order' }),
  'function renamed': (program, fn) => rename(program, fn.name, `${fn.name}Now`),
  moved: (program, fn) => ({
    ...program,
    functions: [
      ...program.functions.filter((it) => it !== fn),
      { ...fn, file: fn.file.replace(/[^/]+$/, 'shared.ts') },
    ],
  }),
  extracted: (program, fn, random) => {
    const from = Math.floor(random() * Math.max(1, fn.body.length - 1));
    const taken = fn.body.slice(from, from + 2);
    // What ends the function early, or can, stays in it.
    if (
      taken.length === 0 ||
      [...statementsOf(taken)].some(({ op }) => op === 'guard' || op === 'cached' || op === 'breaks')
    )
      return undefined;
    const name = `${fn.name}Part`;
    const call: Statement = { id: program.nextId, op: 'call', fn: name };
    const rest = [...fn.body.slice(0, from), call, ...fn.body.slice(from + 2)];
    const withRest = update(program, fn, { ...fn, body: rest });
    const helper = { ...fn, name, deployedAs: '', body: taken, comment: `A part of ${fn.name}.` };
    return { ...withRest, nextId: program.nextId + 1, functions: [...withRest.functions, helper] };
  },
  'log lines': (program, fn, random) => insert(program, fn, random, (id) => ({ id, op: 'log' })),
  'unused function': (program, fn) => ({
    ...program,
    nextId: program.nextId + 3,
    functions: [
      ...program.functions,
      {
        ...{ ...fn, name: `${fn.name}Later`, deployedAs: '', comment: 'For the next release.' },
        body: [
          query(fn, program.nextId, 0.005),
          { id: program.nextId + 1, op: 'work', seconds: 0.001 },
          { id: program.nextId + 2, op: 'log' },
        ],
      },
    ],
  }),
  'guard added': (program, fn) =>
    update({ ...program, nextId: program.nextId + 1 }, fn, {
      ...fn,
      body: [{ id: program.nextId, op: 'guard', chance: 0, isRefusal: true }, ...fn.body],
    }),
  'caching added': (program, fn, random) =>
    alterOne(program, fn, random, ['ask'], (it, id) => [{ id, op: 'cached', hitRate: 0.7, body: [it] }]),
  'constant changed': (program, fn, random) =>
    alterOne(program, fn, random, ['work'], (it) =>
      it.op === 'work' ? [{ ...it, seconds: it.seconds * (0.6 + 0.4 * random()) }] : undefined,
    ),
  'dead function removed': (program, fn) => {
    const dead = program.functions.find(
      (it) =>
        it.service === fn.service &&
        !program.entries.some((entry) => entry.fn === it.name) &&
        !isCalled(program, it.name),
    );
    return dead && { ...program, functions: program.functions.filter((it) => it !== dead) };
  },
};

/** A large change that does nothing: many functions get comments, other names for locals, log lines. */
export function bigHarmless(program: Program, random: () => number): Program {
  let changed = program;
  for (let i = 5 + Math.floor(random() * 15); i > 0; i--) {
    const fn = pick(changed.functions, random);
    const kind = pick(['comments', 'local renamed', 'log lines', 'extracted', 'moved'], random);
    changed = (fn && kind && HARMLESS_EDITS[kind]?.(changed, fn, random)) || changed;
  }
  return changed;
}

export function pick<Item>(items: readonly Item[], random: () => number): Item | undefined {
  return items[Math.floor(random() * items.length)];
}

function query({ service }: SimulatedFunction, id: number, seconds: number): Statement {
  return { ...{ id, op: 'ask', kind: 'database', target: `${service}Db` }, seconds, failRate: 0, timeoutMs: 1000 };
}

function update(program: Program, fn: SimulatedFunction, by: SimulatedFunction): Program {
  return { ...program, functions: program.functions.map((it) => (it === fn ? by : it)) };
}

function insert(
  program: Program,
  fn: SimulatedFunction,
  random: () => number,
  made: (id: number) => Statement,
): Program {
  const at = Math.floor(random() * (fn.body.length + 1));
  const body = [...fn.body.slice(0, at), made(program.nextId), ...fn.body.slice(at)];
  return update({ ...program, nextId: program.nextId + 2 }, fn, { ...fn, body });
}

/** Alters one of the statements of these kinds that the function has. */
function alterOne(
  program: Program,
  fn: SimulatedFunction,
  random: () => number,
  ops: readonly Statement['op'][],
  by: (statement: Statement, id: number) => readonly Statement[] | undefined,
): Program | undefined {
  const one = pick(
    [...statementsOf(fn.body)].filter(({ op }) => ops.includes(op)),
    random,
  );
  if (!one) return undefined;
  const body = replaced(fn.body, (it) => (it === one ? by(it, program.nextId) : undefined));
  return update({ ...program, nextId: program.nextId + 1 }, fn, { ...fn, body });
}

function rename(program: Program, from: string, to: string): Program {
  const calls = (body: readonly Statement[]): Statement[] =>
    body.map((it): Statement => {
      if ('fn' in it) return it.fn === from ? { ...it, fn: to } : it;
      if ('body' in it) return { ...it, body: calls(it.body) };
      return it.op === 'all' ? { ...it, calls: calls(it.calls) } : it;
    });
  return {
    ...program,
    functions: program.functions.map((it) => ({ ...it, name: it.name === from ? to : it.name, body: calls(it.body) })),
    entries: program.entries.map((it) => (it.fn === from ? { ...it, fn: to } : it)),
  };
}

function isCalled({ functions }: Program, name: string): boolean {
  return functions.some(({ body }) => [...statementsOf(body)].some((it) => 'fn' in it && it.fn === name));
}
