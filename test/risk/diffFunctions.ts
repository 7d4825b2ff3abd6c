import type { FunctionChange } from '@hindcast/core/assess/functionChange';
import { assessDiff } from '@hindcast/server/change/assessDiff';
import { changedFunctions } from '@hindcast/server/change/changedFunctions';
import { GitRepository } from '@hindcast/server/git/gitRepository';
import { contentHash } from '@hindcast/server/source/contentHash';
import { Grammars } from '@hindcast/server/source/grammars';
import type { DiffFunctions } from './simulatedChanges.js';

const grammars = new Grammars();
const described = { base: 'before', baseIs: 'asked', baseNote: '', head: 'after' } as const;
/** Both trees are in memory, and production is not asked: nothing is read from a repository. */
const repository = Object.create(GitRepository.prototype) as GitRepository;

/** What `hindcast assess` sees in two trees; what goes through the functions comes from the simulation. */
export const diffFunctions: DiffFunctions = async (before, after, exposureOf) => {
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter((it) => before.get(it) !== after.get(it));
  const side = (files: ReadonlyMap<string, string>, path: string) => {
    const text = files.get(path);
    return text === undefined ? undefined : { path, text, contentHash: contentHash(text) };
  };
  const pairs = paths.map((path) => ({ before: side(before, path), after: side(after, path) }));
  const others = (wanted: readonly string[]): Map<string, string> =>
    new Map(wanted.flatMap((path) => [...(after.has(path) ? [[path, after.get(path) ?? ''] as const] : [])]));
  const { functions } = await assessDiff({
    diff: await changedFunctions(pairs, grammars),
    read: { pairs, unmatched: [], filesChanged: paths.length, readOthers: (wanted) => Promise.resolve(others(wanted)) },
    repository,
    sources: { exposure: undefined, grammars },
    scope: { service: '', environment: '', version: '', windowSeconds: 3600 },
    described,
  });
  return functions.map((it): FunctionChange => ({ ...it, exposure: exposureOf(it.was?.name ?? '') }));
};
