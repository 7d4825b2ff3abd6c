import { Grammars } from '@hindcast/server/source/grammars';
import { GitRepository } from '@hindcast/server/git/gitRepository';
import { mapRevisions, type MappedFunction } from '@hindcast/server/git/mapRevisions';
import { changes, mark, randomNumbers, truthOf, unmarked, type MarkedFiles } from './constructedHistory.js';
import { GitHistory, type Files } from './gitHistory.js';
import { lineTruth } from './lineWitness.js';
import { score, type Score } from './truth.js';

const grammars = new Grammars();
/** Machines that test are loaded: git has longer than an editor gives it. */
const LIMITS = { timeoutMs: 60_000, maxBytes: 256 << 20 };

export async function mapRepository(folder: string, from: string, to: string): Promise<MappedFunction[]> {
  const repository = await GitRepository.around(folder, LIMITS);
  if (!repository) throw new Error(`${folder} is not in a git repository.`);
  return mapRevisions(repository, grammars, from, to);
}

export interface Evaluation {
  readonly title: string;
  readonly score: Score;
}

/** What is done to a project, one commit after another; `merge` does the next two on two branches. */
export const plans: readonly (readonly string[])[] = [
  ['editBodies'],
  ['renameFunctions'],
  ['reorder', 'reorder'],
  ['moveToOtherFile'],
  ['renameFiles', 'editBodies'],
  ['reformat'],
  ['renameFunctions', 'editBodies'],
  ['reformat', 'renameLocals', 'reorder'],
  ['addFunctions', 'removeFunctions'],
  ['merge', 'editBodies', 'reorder'],
  ['merge', 'renameFiles', 'editBodies', 'renameLocals'],
  ['editBodies', 'renameLocals', 'renameFiles', 'moveToOtherFile', 'addFunctions', 'reformat', 'removeFunctions'],
  ['lineEndings', 'editBodies'],
  ['tabs', 'renameFunctions'],
  ['splitFiles', 'editBodies'],
  ['renameAll'],
  ['classesToFunctions', 'editBodies'],
  ['merge', 'splitFiles', 'editBodies'],
];

/** Changes a project as a plan says, and holds the mapping from its beginning to its end against the numbers. */
export async function evaluateConstructed(
  title: string,
  files: Files,
  foreign: Files,
  plan: readonly string[],
  seed: number,
): Promise<Evaluation> {
  const random = randomNumbers(seed);
  const start = await mark(files);
  const others: MarkedFiles = new Map(
    // Numbers of their own, so that what comes from elsewhere is never taken for what was here.
    [...(await mark(foreign))].map(([path, text]) => [path, text.replace(/@(\d+)@/g, '@9000$1@')]),
  );
  const history = new GitHistory();
  try {
    const first = history.commit(unmarked(start));
    let now: MarkedFiles = start;
    let last = first;
    const steps = [...plan];
    for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
      if (step === 'merge') {
        const theirs = await apply(steps.shift(), now, random, others);
        const ours = await apply(steps[0], now, random, others);
        now = await apply(steps.shift(), theirs, random, others);
        last = history.merge(unmarked(theirs), unmarked(ours), unmarked(now));
      } else {
        now = await apply(step, now, random, others);
        last = history.commit(unmarked(now), step);
      }
    }
    const mapping = await mapRepository(history.folder, first, last);
    return { title: `${title}: ${plan.join(', ')}`, score: score(mapping, await truthOf(start, now)) };
  } finally {
    history.remove();
  }
}

function apply(
  step: string | undefined,
  files: MarkedFiles,
  random: (below: number) => number,
  foreign: MarkedFiles,
): Promise<MarkedFiles> {
  const change = step === undefined ? undefined : changes[step];
  if (!change) throw new Error(`There is no change called ${step ?? 'nothing'}.`);
  return change(files, random, foreign);
}

/** Commits versions one after the other, and holds the mapping between neighbours against git's line diff. */
export async function evaluateVersions(
  title: string,
  versions: readonly (readonly [string, Files])[],
): Promise<Evaluation[]> {
  const history = new GitHistory();
  const results: Evaluation[] = [];
  try {
    let before: { version: string; commit: string } | undefined;
    for (const [version, files] of versions) {
      const commit = history.commit(files, version);
      if (before) {
        const mapping = await mapRepository(history.folder, before.commit, commit);
        const truth = await lineTruth(history, before.commit, commit);
        results.push({ title: `${title} ${before.version} → ${version}`, score: score(mapping, truth) });
      }
      before = { version, commit };
    }
  } finally {
    history.remove();
  }
  return results;
}
