import type { Scope } from '../collector/scope.js';
import type { GitRepository } from '../git/gitRepository.js';
import type { ChangeSources } from './assess.js';
import { siteChanges, type SiteChanges } from './callChanges.js';
import { callCosts, type CallKnowledge } from './callCosts.js';
import type { ChangedFunction, FunctionDiff } from './changedFunctions.js';
import type { ReadChange } from './changedText.js';
import { deployedFacts } from './deployedFacts.js';
import { UNKNOWN_EXPOSURE } from './exposure.js';
import { OtherFiles, OwnCode } from './ownCode.js';
import type { Production } from './production.js';
import { ProductionEvidence } from './productionEvidence.js';
import { CallReach, type Evidence } from './reachedCalls.js';

/** What is known of the code around a change, in both of its trees. */
export interface Knowledge {
  readonly before: CallKnowledge;
  readonly after: CallKnowledge;
  /** Of each changed function. */
  readonly sites: ReadonlyMap<ChangedFunction, SiteChanges>;
}

/** How far own functions are followed from file to file. */
const MAX_ROUNDS = 4;

const NO_EVIDENCE: Evidence = {
  dependencies: () => undefined,
  targets: () => [],
  learned: () => undefined,
  ofService: () => undefined,
};

/**
 * Reads the own functions that added and removed calls lead to, and then what production shows of these.
 * @throws CollectorClientError when the collector cannot be asked, the signal's reason
 */
export async function knowledgeOf(
  diff: FunctionDiff,
  read: ReadChange,
  place: ChangeSources & { readonly repository: GitRepository; readonly scope: Scope },
  production: Production,
  signal?: AbortSignal,
): Promise<Knowledge> {
  const sides = (which: 'before' | 'after') => diff.sides.flatMap((pair) => pair[which] ?? []);
  const changed = new Set(
    diff.sides.flatMap(({ before, after }) => [before, after].flatMap((side) => side?.path ?? [])),
  );
  const others = new OtherFiles(read.readOthers, place.grammars, changed);
  const code = { before: new OwnCode(sides('before'), others), after: new OwnCode(sides('after'), others) };
  const unpaired = new Set(
    diff.functions.flatMap(({ before, after }) =>
      (before && after ? [] : [(before ?? after)?.source]).filter((own) => own !== undefined),
    ),
  );
  const sites = new Map(diff.functions.map((own) => [own, siteChanges(own, code, unpaired, diff.renames)] as const));
  const without = (own: OwnCode): CallKnowledge => ({
    code: own,
    reach: new CallReach(own, NO_EVIDENCE),
    evidence: undefined,
  });
  let plain = { before: without(code.before), after: without(code.after) };
  // Each round leads to files that the one before did not know of.
  for (let round = 0; round < MAX_ROUNDS; round++) {
    for (const changes of sites.values()) {
      signal?.throwIfAborted();
      callCosts(changes.added, changes.kept, UNKNOWN_EXPOSURE, plain.after);
      callCosts(changes.removed, [], UNKNOWN_EXPOSURE, plain.before);
    }
    const hasMore = await others.readMissing();
    plain = { before: without(code.before), after: without(code.after) };
    if (!hasMore) break;
  }
  const source = place.exposure;
  if (!source) return { ...plain, sites };
  const around = others.sides;
  const facts = await deployedFacts(around, { ...place, source }, signal);
  const services = await source.listServices(place.scope, { signal });
  const known = [
    ...sides('before').map((side) => [side, production.factsOf(side)] as const),
    ...around.map((side, index) => [side, facts[index]] as const),
  ];
  const withEvidence = (own: OwnCode): CallKnowledge => {
    const evidence = new ProductionEvidence(diff, known, services, own);
    return { code: own, reach: new CallReach(own, evidence), evidence };
  };
  return { before: withEvidence(code.before), after: withEvidence(code.after), sites };
}
