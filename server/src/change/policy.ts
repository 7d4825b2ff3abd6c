import type { AssessedFunction, Assessment } from '@hindcast/core/assess/assessment';
import { LEVEL_STARTS, riskLevel, type RiskLevel } from '@hindcast/core/assess/risk';
import { isOutside } from './consequences.js';
import { holds, type Condition } from './policyCondition.js';

/** What a repository wants of changes: `.hindcast.yml`. */
export interface Policy {
  /** The risks from which on a level is meant. */
  readonly levels: Readonly<Record<Exclude<RiskLevel, 'low'>, number>>;
  readonly rules: readonly PolicyRule[];
}

/** What is required of a change in which a condition holds for a function. */
export interface PolicyRule {
  /** As it was written. */
  readonly when: string;
  readonly condition: Condition;
  readonly require: string;
}

/** What a policy says of one assessment. */
export interface PolicyOutcome {
  readonly level: RiskLevel;
  /** Those that hold, in the policy's order. */
  readonly requirements: readonly {
    readonly require: string;
    readonly when: string;
    /** Functions for which it holds, `file:name`. */
    readonly functions: readonly string[];
  }[];
}

export const NO_POLICY: Policy = { levels: LEVEL_STARTS, rules: [] };

/** What conditions can ask of a function, and of the change as a whole. */
export const POLICY_VALUES = [
  'risk',
  'contribution',
  'callsPerMinute',
  'errorRate',
  'criticalPathShare',
  'services',
  'entryPoints',
  'addedCalls',
  'addedCallsPerMinute',
  'unmatched',
  'kind',
  'state',
] as const;

export function applyPolicy({ levels, rules }: Policy, assessment: Assessment): PolicyOutcome {
  return {
    level: riskLevel(assessment.risk, levels),
    requirements: rules.flatMap(({ when, condition, require }) => {
      const functions = assessment.functions
        .filter((own) => holds(condition, valuesOf(own, assessment)))
        .map(({ file, name }) => `${file}:${name}`);
      return functions.length > 0 ? [{ require, when, functions }] : [];
    }),
  };
}

function valuesOf(
  { exposure, contribution, addedCalls, kind }: AssessedFunction,
  { risk, unmatched }: Assessment,
): Readonly<Record<(typeof POLICY_VALUES)[number], number | string>> {
  const outside = addedCalls.filter((call) => isOutside(call.kind));
  return {
    risk,
    contribution,
    callsPerMinute: exposure.callsPerMinute,
    errorRate: exposure.errorRate ?? 0,
    criticalPathShare: exposure.criticalPathShare ?? 0,
    services: exposure.services.length,
    entryPoints: exposure.entryPoints.length,
    addedCalls: outside.length,
    addedCallsPerMinute: outside.reduce((sum, { perMinute }) => sum + (perMinute ?? 0), 0),
    unmatched: unmatched.length,
    kind,
    state: exposure.state,
  };
}
