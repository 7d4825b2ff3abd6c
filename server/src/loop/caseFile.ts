import type { Prediction, PredictedVersion, Verdict } from '@hindcast/core/verify/prediction';
import type { Tested } from '@hindcast/core/verify/testPrediction';
import type { FindingKind } from '../collector/findings.js';

/** Changes with every change of meaning; additions do not change it. */
export const CASE_SCHEMA = 'hindcast.case/1';

/** `open`: nothing proposed. `proposed`: a branch is there. `confirmed`: closed. `reopened`: a fix was refuted. */
export type CaseStatus = 'open' | 'proposed' | 'confirmed' | 'reopened';

/** A finding as it is worked on, from the evidence to the answer. docs/loop.md. */
export interface Case {
  readonly schema: typeof CASE_SCHEMA;
  /** Of the finding, 16 hex digits. */
  readonly id: string;
  readonly status: CaseStatus;
  /** ISO-8601, by the clock of whoever opened it. */
  readonly openedAt: string;
  readonly finding: CaseFinding;
  readonly evidence: CaseEvidence;
  readonly suspectedChange: SuspectedChange;
  readonly prediction: Prediction;
  /** Oldest first. */
  readonly fixes: readonly ProposedFix[];
  /** Oldest first; of those that waited in a row only the last. */
  readonly verifications: readonly Verification[];
}

export interface CaseFinding {
  readonly kind: FindingKind;
  readonly state: string;
  /** Of ours, with names from production. */
  readonly summary: string;
  readonly service: string;
  readonly environment: string;
  readonly function: CasePlace | undefined;
  readonly entryPoint: { readonly kind: string; readonly name: string } | undefined;
  readonly errorType: string | undefined;
  readonly before: PredictedVersion | undefined;
  readonly after: PredictedVersion;
  readonly measure: string;
  readonly unit: string;
  /** 95 % interval of after/before, of the difference for rates. */
  readonly effect: readonly [number, number];
  readonly pValue: number;
  readonly qValue: number;
  readonly method: string;
  readonly minutes: { readonly before: number; readonly after: number };
  readonly calls: { readonly before: number; readonly after: number };
  readonly affected: readonly CasePlace[];
  readonly affectedEntryPoints: readonly { readonly kind: string; readonly name: string }[];
  readonly suspects: readonly CasePlace[];
}

export interface CasePlace {
  readonly service?: string | undefined;
  readonly file: string;
  readonly name: string;
  readonly line: number;
  readonly column?: number | undefined;
}

export interface CaseEvidence {
  readonly exemplars: readonly {
    readonly traceId: string;
    readonly time: string | undefined;
    readonly seconds: number;
    readonly errorType: string;
    readonly steps: readonly { readonly name: string; readonly file: string; readonly seconds: number }[];
  }[];
  readonly criticalPath:
    | {
        readonly entryPoint: { readonly kind: string; readonly name: string };
        readonly before: readonly PathShare[];
        readonly after: readonly PathShare[];
      }
    | undefined;
  /** Calls of what it calls for each of its own calls, where these differ. */
  readonly changedCallees: readonly {
    readonly name: string;
    readonly file: string;
    readonly before: number;
    readonly after: number;
  }[];
}

export interface PathShare {
  readonly name: string;
  readonly file: string;
  /** 0..1 */
  readonly share: number;
  readonly meanSelfSeconds: number;
}

export interface SuspectedChange {
  /** Commit ids; empty where production did not name them. */
  readonly from: string;
  readonly to: string;
  /** One sentence where the repository does not tell; else empty. */
  readonly note: string;
  readonly commits: readonly {
    readonly id: string;
    readonly author: string;
    readonly subject: string;
    /** Functions of the finding whose lines it changed. */
    readonly functions: readonly string[];
  }[];
  /** Of the functions involved alone. */
  readonly diff: string;
}

export interface ProposedFix {
  readonly branch: string;
  readonly base: string;
  readonly commit: string;
  readonly pullRequest: { readonly number: number; readonly url: string } | undefined;
  readonly risk: number | undefined;
  readonly at: string;
}

export interface Verification {
  readonly at: string;
  readonly version: PredictedVersion | undefined;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly tested: Omit<Tested, 'verdict' | 'reason'> | undefined;
}

/** A case with one more verification, and the status that follows: a refuted one is open again, against what it was refuted by. */
export function withVerification(own: Case, verification: Verification): Case {
  const earlier = own.verifications.filter(
    ({ verdict }, i) => !(verdict === 'not enough data yet' && i === own.verifications.length - 1),
  );
  const { verdict, version } = verification;
  const isRefuted = verdict === 'refuted';
  return {
    ...own,
    status: verdict === 'confirmed' ? 'confirmed' : isRefuted ? 'reopened' : own.status,
    prediction: isRefuted && version ? { ...own.prediction, regressed: version } : own.prediction,
    verifications: [...earlier, verification],
  };
}
