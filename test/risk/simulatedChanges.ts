import { randomFrom } from '@hindcast/core/statistics/simulation';
import type { FunctionChange } from '@hindcast/core/assess/functionChange';
import { bigHarmless, HARMFUL_EDITS, HARMLESS_EDITS, pick } from './edits.js';
import { exposureOf } from './exposure.js';
import { harmOf, type Harm } from './harm.js';
import { lineDiff } from './lineDiff.js';
import type { Program, SimulatedFunction } from './program.js';
import { simulate, type Outcome } from './simulate.js';
import { sourceFiles } from './sourceText.js';
import { makeProgram } from './topologies.js';

/** One commit to a simulated program, with what it did. */
export interface SimulatedChange {
  readonly topology: string;
  /** What was edited first; other edits of any kind come along. */
  readonly kind: string;
  readonly harm: Harm;
  /** As the formula gets it. */
  readonly functions: readonly FunctionChange[];
  /** Lines added and taken out. */
  readonly size: number;
  /** Lines that the commits before changed in the files that this one touches, and this one's. */
  readonly churn: number;
}

/** What differs between two trees, function by function, with the exposure of each by the name it was deployed under. */
export type DiffFunctions = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  exposureOf: (deployedName: string) => FunctionChange['exposure'],
) => Promise<readonly FunctionChange[]>;

/** A function in so many is not observed. */
const NOT_OBSERVED = 16;
/** Runs of every entry point. */
const REQUESTS = 300;
const PROGRAMS = 6;

/**
 * So many commits to programs of a topology, each against the same first revision of its program. What a commit does is measured by running
 * both revisions; nothing of that reaches the formula but what production would show of the first one.
 */
export async function simulatedChanges(
  topology: string,
  seed: number,
  count: number,
  diff: DiffFunctions,
): Promise<SimulatedChange[]> {
  const random = randomFrom(seed);
  const changes: SimulatedChange[] = [];
  for (let made = 0; made < PROGRAMS; made++) {
    const program = makeProgram(topology, random);
    const first = simulate(program, REQUESTS);
    const files = sourceFiles(program);
    const hidden = new Set(program.functions.filter(() => random() * NOT_OBSERVED < 1).map(({ name }) => name));
    const history = new Map([...files].map(([file, text]) => [file, Math.floor(random() * text.split('\n').length)]));
    const until = Math.round((count * (made + 1)) / PROGRAMS);
    while (changes.length < until) {
      const edited = commit(program, first, random);
      if (!edited) continue;
      const after = sourceFiles(edited.program);
      const lines = lineDiff(files, after);
      if (lines.size === 0) continue;
      const size = [...lines.values()].reduce((sum, n) => sum + n, 0);
      const churn = [...lines].reduce((sum, [file, n]) => sum + n + (history.get(file) ?? 0), 0);
      for (const [file, n] of lines) history.set(file, (history.get(file) ?? 0) + n);
      changes.push({
        ...{ topology, kind: edited.kind, size, churn },
        harm: harmOf(first, simulate(edited.program, REQUESTS, first)),
        functions: await diff(files, after, (name) => exposureOf(program, first, name, !hidden.has(name))),
      });
    }
  }
  return changes;
}

/** Edits of a commit beside its first, at most. */
const MORE_EDITS = 5;
const HARMFUL_SHARE = 0.35;
const BIG_SHARE = 0.1;

/** One to six edits of a file or its neighbours, each of any kind; in some commits a large and harmless one as well. */
function commit(
  program: Program,
  first: Outcome,
  random: () => number,
): { kind: string; program: Program } | undefined {
  // Code that runs is edited more than code that does not.
  const running = program.functions.filter(({ name }) => first.functions.has(name));
  const target = pick(random() < 0.9 ? running : program.functions, random);
  if (!target) return undefined;
  const edit = (of: Program, fn: SimulatedFunction | undefined): { kind: string; program: Program } | undefined => {
    const table = random() < HARMFUL_SHARE ? HARMFUL_EDITS : HARMLESS_EDITS;
    const kind = pick(Object.keys(table), random);
    const made = kind && fn && table[kind]?.(of, fn, random);
    return kind && made ? { kind, program: made } : undefined;
  };
  let made =
    random() < BIG_SHARE ? { kind: 'big and harmless', program: bigHarmless(program, random) } : edit(program, target);
  if (!made) return undefined;
  for (let more = 0; more < MORE_EDITS && random() < 0.5; more++) {
    const near = made.program.functions.filter(({ file }) => file === target.file);
    const next = edit(made.program, pick(random() < 0.7 ? near : made.program.functions, random));
    if (next) made = { kind: made.kind, program: next.program };
  }
  return made;
}
