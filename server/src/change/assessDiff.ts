import type { Assessment, AssessedFunction, UnmatchedChange } from '@hindcast/core/assess/assessment';
import { byCodeUnit } from '@hindcast/core/assess/byCodeUnit';
import type { Exposure, StructuralChange } from '@hindcast/core/assess/functionChange';
import { riskOf } from '@hindcast/core/assess/risk';
import type { Scope } from '../collector/scope.js';
import type { GitRepository } from '../git/gitRepository.js';
import type { ChangeSources } from './assess.js';
import { placeOf, type ChangedFunction, type FunctionDiff } from './changedFunctions.js';
import type { ReadChange } from './changedText.js';
import { readProduction } from './production.js';

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

export async function assessDiff(asked: DiffToAssess): Promise<Assessment> {
  const { diff, read, repository, sources, scope, signal, described } = asked;
  const production = await readProduction(diff, { ...sources, repository, scope }, signal);
  const changes = diff.functions.map((own) => describe(own, production.exposureOf(own)));
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

function describe(own: ChangedFunction, exposure: Exposure): Omit<AssessedFunction, 'contribution'> {
  const { before, kind, confidence, reason } = own;
  const structure: StructuralChange = {
    addedCalls: [],
    removedCalls: [],
    awaits: 0,
    loops: 0,
    branches: 0,
    throws: 0,
    catches: 0,
    tokensChanged: 0,
    tokensBefore: 0,
  };
  const was = before && { file: before.side.path, name: before.source.name, line: before.source.line };
  const { file, name, line } = placeOf(own);
  return { file, name, line, kind, structure, exposure, was, confidence, reason, addedCalls: [], removedCalls: [] };
}

function byContribution(a: AssessedFunction, b: AssessedFunction): number {
  return (
    b.contribution - a.contribution ||
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
