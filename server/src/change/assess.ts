import type { Assessment } from '@hindcast/core/assess/assessment';
import type { Scope } from '../collector/scope.js';
import { GitRepository } from '../git/gitRepository.js';
import type { Grammars } from '../source/grammars.js';
import { assessDiff } from './assessDiff.js';
import { ChangeError } from './changeError.js';
import { changedFunctions } from './changedFunctions.js';
import { chooseBase } from './chooseBase.js';
import type { ExposureSource } from './exposureSource.js';
import { readPatch } from './readPatch.js';
import { CHANGE_GIT_LIMITS, readTrees, type OpenTexts } from './readTrees.js';

/** What is to be assessed. */
export interface ChangeQuestion {
  /** Any folder of the repository. */
  readonly folder: string;
  /** A revision; absent: the one that production runs, else HEAD. */
  readonly base?: string | undefined;
  /** A revision; absent: the working tree, with files that git does not keep yet. */
  readonly head?: string | undefined;
  /** The text of a patch that is applied to the base, in place of a head. */
  readonly patch?: string | undefined;
  /** Texts of documents that are being edited and not saved, by path from the repository's root; only of a working tree. */
  readonly openTexts?: OpenTexts | undefined;
  /** Which production data it is held against. */
  readonly scope: Scope;
}

/** What an assessment is made from. */
export interface ChangeSources {
  /** Undefined without a collector or a snapshot: exposure is unknown then. */
  readonly exposure: ExposureSource | undefined;
  /** Why there is none, one sentence; empty when there is. */
  readonly exposureNote?: string | undefined;
  readonly grammars: Grammars;
}

/** How the work is followed and given up. */
export interface ChangeContext {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((done: number, all: number, what: string) => void) | undefined;
}

/**
 * What a change does, what goes through it, and how risky that makes it. Equal inputs give equal assessments.
 * @throws ChangeError when the change cannot be read, CollectorClientError when the collector cannot be asked, the signal's reason
 */
export async function assess(
  question: ChangeQuestion,
  sources: ChangeSources,
  { signal, progress }: ChangeContext = {},
): Promise<Assessment> {
  const repository = await GitRepository.around(question.folder, CHANGE_GIT_LIMITS);
  if (!repository) throw new ChangeError('the folder is in no git repository, so nothing can be compared.');
  progress?.(0, 4, 'choosing the base');
  const base = await chooseBase(question, repository, sources.exposure, signal);
  signal?.throwIfAborted();
  progress?.(1, 4, 'reading the change');
  const { read, baseCommit, head } =
    question.patch === undefined
      ? {
          read: await readTrees(repository, base.commit, base.head, question.openTexts ?? new Map(), signal),
          baseCommit: base.commit,
          head: base.head ?? 'working tree',
        }
      : { ...(await readPatch(repository, base, question.patch, signal)), head: 'patch' };
  progress?.(2, 4, 'comparing functions');
  const diff = await changedFunctions(read.pairs, sources.grammars, signal);
  progress?.(3, 4, 'asking what they do in production');
  return assessDiff({
    diff,
    read,
    repository,
    sources,
    scope: question.scope,
    signal,
    described: { base: baseCommit, baseIs: baseCommit === base.commit ? base.is : 'head', baseNote: base.note, head },
  });
}
