import type { UnmatchedChange } from '@hindcast/core/assess/assessment';
import type { Exposure } from '@hindcast/core/assess/functionChange';
import type { CriticalPath } from '../collector/criticalPath.js';
import type { Scope } from '../collector/scope.js';
import type { GitRepository } from '../git/gitRepository.js';
import type { FileFacts, FunctionInFile } from '../match/fileFacts.js';
import type { ChangeSources } from './assess.js';
import type { ChangedFunction, FunctionDiff } from './changedFunctions.js';
import { deployedFacts } from './deployedFacts.js';
import { countedDeployments, exposureOf, UNKNOWN_EXPOSURE, type DeployedFunction } from './exposure.js';
import type { ExposureSource } from './exposureSource.js';
import type { ParsedSide } from './parsedSide.js';
import { PathShares } from './pathShares.js';
import { Reach } from './reach.js';
import { isTestCode } from './testCode.js';

/** Services whose critical paths are read. */
const MAX_SERVICES = 20;

/** What production says of a change. */
export interface Production {
  /** Newest data, milliseconds since the epoch; undefined without any. */
  readonly asOfMs: number | undefined;
  /** Functions that production should know and does not, each with the reason. */
  readonly unmatched: readonly UnmatchedChange[];
  readonly exposureOf: (own: ChangedFunction) => Exposure;
  readonly factsOf: (side: ParsedSide) => FileFacts | undefined;
}

/** Reads it with few questions, however many functions there are. @throws CollectorClientError, the signal's reason */
export async function readProduction(
  diff: FunctionDiff,
  place: ChangeSources & { readonly repository: GitRepository; readonly scope: Scope },
  signal?: AbortSignal,
): Promise<Production> {
  const { exposure: source, scope } = place;
  if (!source) {
    return { asOfMs: undefined, unmatched: [], exposureOf: silentExposure, factsOf: () => undefined };
  }
  // A function is deployed as the base has it; one that the base has not may be deployed all the same when the base is older.
  const sides = [...new Set(diff.functions.flatMap(({ before, after }) => (before ?? after)?.side ?? []))];
  const all = await deployedFacts(sides, { ...place, source }, signal);
  const factsOf = new Map(sides.map((side, index) => [side, all[index]] as const));
  const counted = new Map<ChangedFunction, readonly DeployedFunction[]>();
  for (const own of diff.functions) {
    const side = (own.before ?? own.after)?.side;
    const facts = side && factsOf.get(side);
    const found = facts && inFile(own, facts);
    counted.set(own, facts && found ? countedDeployments(found.services, facts) : []);
  }
  signal?.throwIfAborted();
  const byRate = [...counted.values()].filter((each) => each.length > 0).sort((a, b) => callsOf(b) - callsOf(a));
  const reach = await Reach.read(byRate, scope, source, signal);
  const reaching = new Map(
    [...counted].map(([own, each]) => [own, each.length > 0 ? reach.services(each) : []] as const),
  );
  const services = new Set([
    ...byRate.flatMap((each) => each.map(({ deployment }) => deployment.service)),
    ...[...reaching.values()].flat(),
  ]);
  const shares = new PathShares(await criticalPaths([...services].slice(0, MAX_SERVICES), scope, source, signal));
  const seen = byRate.flatMap((each) => each.flatMap(({ deployment }) => deployment.lastSeenMs ?? []));
  return {
    asOfMs: seen.length > 0 ? Math.max(...seen) : undefined,
    unmatched: unmatchedIn(diff, factsOf, counted),
    exposureOf: (own) => {
      const each = counted.get(own) ?? [];
      return each.length === 0
        ? silentExposure(own)
        : exposureOf(each, scope.windowSeconds, reaching.get(own) ?? [], shares);
    },
    factsOf: (side) => factsOf.get(side),
  };
}

/** Of what production says nothing. */
function silentExposure({ before, after }: ChangedFunction): Exposure {
  const isTest = isTestCode((after ?? before)?.side.path ?? '');
  return isTest ? { ...UNKNOWN_EXPOSURE, state: 'test' } : UNKNOWN_EXPOSURE;
}

function inFile({ before, after }: ChangedFunction, facts: FileFacts): FunctionInFile | undefined {
  const own = before ?? after;
  return facts.functions.find(({ source }) => source === own?.source);
}

function callsOf(counted: readonly DeployedFunction[]): number {
  return counted.reduce((sum, { facts }) => sum + facts.calls, 0);
}

async function criticalPaths(
  services: readonly string[],
  scope: Scope,
  source: ExposureSource,
  signal?: AbortSignal,
): Promise<readonly CriticalPath[]> {
  const found: CriticalPath[] = [];
  for (const service of services) {
    const paths = await source.getCriticalPath?.(undefined, { ...scope, service, version: undefined }, { signal });
    found.push(...(paths ?? []));
  }
  return found;
}

/** Functions of the base that no deployment is known to have: a whole file at once when nobody reported it. */
function unmatchedIn(
  diff: FunctionDiff,
  factsOf: ReadonlyMap<ParsedSide, FileFacts | undefined>,
  counted: ReadonlyMap<ChangedFunction, readonly DeployedFunction[]>,
): readonly UnmatchedChange[] {
  const found = new Map<string, UnmatchedChange>();
  for (const own of diff.functions) {
    const { before } = own;
    const facts = before && factsOf.get(before.side);
    if (!before || !facts || (counted.get(own)?.length ?? 0) > 0) continue;
    const { path } = before.side;
    if (facts.state !== 'shown') {
      found.set(path, { file: path, name: '', line: undefined, reason: `Exposure unknown: ${facts.message}` });
      continue;
    }
    const { name, line } = before.source;
    const reasons = inFile(own, facts)?.services.map(({ notObservedReason }) => notObservedReason) ?? [];
    const reason = reasons.find((each) => each !== '') ?? 'no deployment reported it.';
    found.set(`${path}\0${name}\0${line}`, { file: path, name, line, reason: `Exposure unknown: ${reason}` });
  }
  return [...found.values()];
}
