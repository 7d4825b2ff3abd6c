import type { FunctionChange } from './functionChange.js';

/** One part of a risk, and what it adds to the number. */
export interface RiskFactor {
  readonly name: string;
  /** What was measured, as the formula takes it. */
  readonly value: number;
  readonly weight: number;
  /** Points of the risk that are this factor's; all of them add up to it. */
  readonly contribution: number;
}

/** A change's risk with its derivation: docs/risk.md. */
export interface Risk {
  /** 0..100. */
  readonly risk: number;
  readonly factors: readonly RiskFactor[];
  /** Points of the risk that are each change's, in the order given; all of them add up to it. */
  readonly contributions: readonly number[];
}

/** A change's risk from what it does and what goes through it. */
export function riskOf(changes: readonly FunctionChange[]): Risk {
  return { risk: 0, factors: [], contributions: changes.map(() => 0) };
}
