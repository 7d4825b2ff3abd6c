import type { Assessment, AssessedFunction, UnmatchedChange } from '@hindcast/core/assess/assessment';
import { byCodeUnit } from '@hindcast/core/assess/byCodeUnit';
import { riskOf } from '@hindcast/core/assess/risk';
import type { Scope } from '../collector/scope.js';
import type { GitRepository } from '../git/gitRepository.js';
import type { ChangeSources } from './assess.js';
import { callCosts } from './callCosts.js';
import { knowledgeOf, type Knowledge } from './changeKnowledge.js';
import { placeOf, type ChangedFunction, type FunctionDiff } from './changedFunctions.js';
import type { ReadChange } from './changedText.js';
import { readProduction, type Production } from './production.js';

const NOTHING = { awaits: 0, loops: 0, branches: 0, throws: 0, catches: 0, tokensChanged: 0, tokensBefore: 0 };

/** A change that was read and compared, to be held against production. */
export interface DiffToAssess {
  readonly diff: FunctionDiff;
  readonly read: ReadChange;
  readonly repository: GitRepository;
  readonly sources: ChangeSources;
  readonly scope: Scope;
  readonly signal?: AbortSignal | undefined;
  readonly described: Pick<Assessment, 'base' | 'baseIs' | 'baseNote' | 'head'>;
}

/** @throws CollectorClientError when the collector cannot be asked, the signal's reason */
export async function assessDiff(asked: DiffToAssess): Promise<Assessment> {
  const { diff, read, repository, sources, scope, signal, described } = asked;
  const place = { ...sources, repository, scope };
  const production = await readProduction(diff, place, signal);
  const knowledge = await knowledgeOf(diff, read, place, production, signal);
  const changes: Omit<AssessedFunction, 'contribution'>[] = [];
  for (const own of diff.functions) {
    signal?.throwIfAborted();
    changes.push(describe(own, production, knowledge));
  }
  const { risk, factors, contributions } = riskOf(changes);
  const functions = changes.map((change, index) => ({ ...change, contribution: contributions[index] ?? 0 }));
  return {
    ...described,
    asOfMs: production.asOfMs,
    windowSeconds: scope.windowSeconds,
    exposureNote: sources.exposure ? '' : (sources.exposureNote ?? 'Production was not asked.'),
    filesChanged: read.filesChanged,
    functions: functions.sort(byContribution),
    unmatched: [...read.unmatched, ...diff.unmatched, ...production.unmatched].sort(byPlace),
    risk,
    factors,
  };
}

function describe(
  own: ChangedFunction,
  production: Production,
  { sites: all, before, after }: Knowledge,
): Omit<AssessedFunction, 'contribution'> {
  const { kind, confidence, reason } = own;
  const { file, name, line } = placeOf(own);
  const exposure = production.exposureOf(own);
  const { added = [], removed = [], kept = [], counts = NOTHING } = all.get(own) ?? {};
  const addedCalls = callCosts(added, kept, exposure, after);
  const removedCalls = callCosts(removed, [], exposure, before);
  return {
    file,
    name,
    line,
    kind,
    structure: { addedCalls, removedCalls, ...counts },
    exposure,
    was: own.before && {
      file: own.before.side.path,
      name: own.before.source.name,
      line: own.before.source.line,
    },
    confidence,
    reason,
    addedCalls,
    removedCalls,
  };
}

function byContribution(a: AssessedFunction, b: AssessedFunction): number {
  return (
    b.contribution - a.contribution ||
    b.exposure.callsPerMinute - a.exposure.callsPerMinute ||
    byCodeUnit(a.file, b.file) ||
    a.line - b.line ||
    byCodeUnit(a.name, b.name) ||
    byCodeUnit(a.kind, b.kind)
  );
}

function byPlace(a: UnmatchedChange, b: UnmatchedChange): number {
  return (
    byCodeUnit(a.file, b.file) ||
    (a.line ?? 0) - (b.line ?? 0) ||
    byCodeUnit(a.name, b.name) ||
    byCodeUnit(a.reason, b.reason)
  );
}
