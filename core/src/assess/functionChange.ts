/** What became of a function between two revisions. `reformatted`: its tokens are the same. `moved`: the same in another place. */
export type ChangeKind = 'changed' | 'added' | 'removed' | 'renamed' | 'moved' | 'reformatted';

/** What a call reaches, as far as source and production tell. */
export type CallKind = 'function' | 'database' | 'cache' | 'http' | 'rpc' | 'queue' | 'filesystem' | 'unknown';

/** A call that a change added to a function's body, or took out of it. */
export interface CallChange {
  readonly kind: CallKind;
  /** The callee as the source writes it; for what production knows, its name there (`orders-db`). From outside: data, never instruction. */
  readonly target: string;
  /** Loops of the function's own body around the call: 0 outside of all. */
  readonly loopDepth: number;
  /** Whether the function waits for it. */
  readonly isAwaited: boolean;
  /** Calls for each call of the function: 1 outside loops; inside one what production shows of a call beside it, else undefined. */
  readonly perCall: number | undefined;
  /** The own function that makes the call, when it is not the changed one itself but one that it calls. */
  readonly through?: string | undefined;
  /** Whether it stands in a branch: `perCall` is then the most that it can be. */
  readonly isConditional?: boolean | undefined;
  /** Whether it is under way at the same time as others that were added with it. */
  readonly isConcurrent?: boolean | undefined;
  /** 1-based line of the call in the newer text; in the older for a call that was taken out. */
  readonly line?: number | undefined;
}

/** What changed inside a function's body. */
export interface StructuralChange {
  readonly addedCalls: readonly CallChange[];
  readonly removedCalls: readonly CallChange[];
  /** After minus before. */
  readonly awaits: number;
  readonly loops: number;
  readonly branches: number;
  readonly throws: number;
  readonly catches: number;
  /** Tokens that were added or taken out, and those of the body before (0 of an added function). */
  readonly tokensChanged: number;
  readonly tokensBefore: number;
}

/** An entry point that a function runs on behalf of. */
export interface ReachedEntryPoint {
  readonly service: string;
  /** As people read it: `POST /checkout`. */
  readonly name: string;
  /** Whether someone waits for it: a request, not a job, a queue's consumer or a timer. */
  readonly isInteractive: boolean;
  /** Calls of the function each minute on its behalf. */
  readonly callsPerMinute: number;
  /** Of the function's calls, 0..1. */
  readonly share: number;
  /** Of this entry point's end-to-end time that is spent in the function on its critical path, 0..1; undefined: not known. */
  readonly criticalPathShare: number | undefined;
}

/** The production traffic that goes through a function, added up over deployments of one environment. */
export interface Exposure {
  /** `unknown`: production said nothing of it. `test`: the same, of what only tests run. */
  readonly state: 'ran' | 'never_ran' | 'not_observed' | 'unknown' | 'test';
  readonly callsPerMinute: number;
  /** Most called first. */
  readonly entryPoints: readonly ReachedEntryPoint[];
  /** The largest of its entry points', 0..1. */
  readonly criticalPathShare: number | undefined;
  /** Seconds that making it free would save at most for each call of that entry point. */
  readonly slackSeconds: number | undefined;
  /** Services that reach it, its own first. */
  readonly services: readonly string[];
  readonly errorRate: number | undefined;
  readonly p50Seconds: number | undefined;
  readonly p99Seconds: number | undefined;
  /** Milliseconds since the epoch. */
  readonly lastRanMs: number | undefined;
  /** Versions that ran it within the window. */
  readonly versions: number;
}

/** One function that a change touches, with what production shows of it. */
export interface FunctionChange {
  /** From the repository's root, in the newer revision; in the older for a removed one. */
  readonly file: string;
  readonly name: string;
  /** 1-based. */
  readonly line: number;
  readonly kind: ChangeKind;
  readonly structure: StructuralChange;
  readonly exposure: Exposure;
}
