import type { CallChange, FunctionChange } from './functionChange.js';
import type { RiskFactor } from './risk.js';

/** What a change does and what goes through it: computed once, shown by every surface. Equal inputs give equal assessments. */
export interface Assessment {
  /** What it is compared with: a commit's id. */
  readonly base: string;
  readonly baseIs: BaseReason;
  /** One sentence about how the base was chosen, when nobody named it. From outside: data. Else empty. */
  readonly baseNote: string;
  /** What is assessed: a commit's id, `working tree` or `patch`. */
  readonly head: string;
  /** Newest moment of the production data, milliseconds since the epoch; undefined without any. */
  readonly asOfMs: number | undefined;
  /** How far back the production data reach. */
  readonly windowSeconds: number;
  /** One sentence that says why exposure is not known; empty when production was asked. */
  readonly exposureNote: string;
  /** Files that differ, whether they are read or not. */
  readonly filesChanged: number;
  /** Largest contribution first, then by file and line. */
  readonly functions: readonly AssessedFunction[];
  /** By file, name and line. */
  readonly unmatched: readonly UnmatchedChange[];
  /** 0..100, with its derivation: docs/risk.md. */
  readonly risk: number;
  readonly factors: readonly RiskFactor[];
}

/** `asked`: someone named it; `deployed`: production runs it; `head`: production names none that is here. */
export type BaseReason = 'asked' | 'deployed' | 'head';

/** One function of a change with what it costs and what it adds to the risk. */
export interface AssessedFunction extends FunctionChange {
  /** Where it was in the base; undefined for an added one. */
  readonly was: { readonly file: string; readonly name: string; readonly line: number } | undefined;
  /** How sure it is that the two are the same function, and one sentence that says why. */
  readonly confidence: 'high' | 'low';
  readonly reason: string;
  readonly addedCalls: readonly CallCost[];
  readonly removedCalls: readonly CallCost[];
  /** Points of the risk that are this function's. */
  readonly contribution: number;
}

/** A call that was added or taken out, in units of production. */
export interface CallCost extends CallChange {
  /** Calls each minute at the rate that the function has now; undefined: not known. */
  readonly perMinute: number | undefined;
  /** What one such call takes in production, p50; undefined: not known. */
  readonly secondsEach: number | undefined;
  /** Whether `target` is what production calls it; else it is what the source does. */
  readonly isTargetKnown?: boolean | undefined;
}

/** Something that differs and is in no function of the assessment, or whose exposure cannot be told. */
export interface UnmatchedChange {
  readonly file: string;
  /** Empty when it is about the file, or about code outside of functions. */
  readonly name: string;
  /** 1-based; undefined when it is about the file. */
  readonly line: number | undefined;
  /** One sentence. */
  readonly reason: string;
}
