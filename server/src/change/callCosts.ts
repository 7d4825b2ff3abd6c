import type { CallCost } from '@hindcast/core/assess/assessment';
import type { Exposure } from '@hindcast/core/assess/functionChange';
import type { CallSiteInCode } from './callSitesOf.js';
import type { OwnCode } from './ownCode.js';
import type { ProductionEvidence } from './productionEvidence.js';
import type { CallReach } from './reachedCalls.js';

/** What calls of one tree reach, and how often. */
export interface CallKnowledge {
  readonly code: OwnCode;
  readonly reach: CallReach;
  /** Undefined without production. */
  readonly evidence: ProductionEvidence | undefined;
}

/**
 * Calls in units of production.
 * @param kept calls of the same function that both texts have: what production shows of them tells how often a loop runs
 */
export function callCosts(
  sites: readonly CallSiteInCode[],
  kept: readonly CallSiteInCode[],
  exposure: Exposure,
  knowledge: CallKnowledge,
): readonly CallCost[] {
  const costs: CallCost[] = [];
  for (const { from, call } of sites) {
    const times = call.loopDepth === 0 ? 1 : iterations({ from, call }, kept, knowledge);
    for (const each of knowledge.reach.of(from, call)) {
      const { kind, target, isAwaited, isConditional, through, secondsEach, innerLoops } = each;
      const perCall = times === undefined || each.perCall === undefined ? undefined : times * each.perCall;
      costs.push({
        kind,
        target,
        loopDepth: call.loopDepth + innerLoops,
        isAwaited,
        perCall,
        through,
        isConditional,
        isConcurrent: call.isConcurrent,
        isTargetKnown: each.isTargetKnown,
        line: call.line,
        perMinute: perCall === undefined ? undefined : perMinuteOf(perCall, exposure),
        secondsEach,
      });
    }
  }
  return costs;
}

function perMinuteOf(perCall: number, { state, callsPerMinute }: Exposure): number | undefined {
  if (state === 'ran') return perCall * callsPerMinute;
  return state === 'never_ran' ? 0 : undefined;
}

/** How often the loop around a call runs for each call of the function, by a call in the same loop that production counts. */
function iterations(
  { from, call }: CallSiteInCode,
  kept: readonly CallSiteInCode[],
  { code, reach, evidence }: CallKnowledge,
): number | undefined {
  if (!evidence) return undefined;
  const beside = kept.filter(
    (other) => other.call.loop === call.loop && other.call.loopDepth === call.loopDepth && !other.call.isConditional,
  );
  for (const other of beside) {
    const own = code.resolve(other.from, other.call.callee);
    const calls = own && evidence.callsPerCall(from, own);
    if (calls !== undefined) return calls;
  }
  for (const other of beside) {
    const [reached, another] = reach.of(other.from, other.call);
    if (!reached || another) continue;
    const shown = evidence
      .targets(from)
      .filter(({ kind, target }) => kind === reached.kind && target === reached.target);
    const [only, second] = shown;
    const isAlone = kept.every(
      (each) => each === other || each.call.callee.split('.')[0] !== other.call.callee.split('.')[0],
    );
    if (only?.perCall !== undefined && !second && isAlone) return only.perCall;
  }
  return undefined;
}
