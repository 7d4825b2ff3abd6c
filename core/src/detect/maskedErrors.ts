/** What one function asked of something, and how both failed, minute by minute. */
export interface AskedMinute {
  readonly minute: number;
  /** Calls of the function, and how many of them failed. */
  readonly calls: number;
  readonly errors: number;
  /** Calls of what it asks, and how many of these failed. */
  readonly asked: number;
  readonly failed: number;
}

/** Failures that a function keeps to itself. */
export interface MaskedErrors {
  /** Of what it asks, the share that fails. */
  readonly failedShare: number;
  /** Of its calls that met a failure, the share that failed themselves, at most; 1 where nothing fails. */
  readonly passedOn: number;
}

/** From this share on, failures are no exception any more. */
const MIN_FAILED_SHARE = 0.05;
const MIN_FAILED = 50;
const MIN_MINUTES = 5;
/** What may be passed on of failures that are masked. */
const MAX_PASSED_ON = 0.2;
/** What was passed on before, at least, when masking them is new. */
const MIN_PASSED_ON_BEFORE = 0.5;
/** Two-sided 95 % of the normal distribution. */
const Z95 = 1.96;

/**
 * Whether a function masks failures now that it did not mask before: what it asks fails in at least 5 % of the calls, and of its own calls that
 * met such a failure at most 20 % failed, at the upper end of the 95 % interval; before, either what it asks did not fail like that, or half of it was
 * passed on. Calls that met a failure are at least the failures over the times that it asks: failures may come together.
 * Undefined when it does not, or when too little is known.
 */
export function maskedErrors(
  before: readonly AskedMinute[],
  after: readonly AskedMinute[],
): (MaskedErrors & { readonly passedOnBefore: number; readonly isConfirmed: boolean }) | undefined {
  const [old, now] = [shareOf(before), shareOf(after)];
  if (!old || !now || !isMasked(now, after)) return undefined;
  if (old.failedShare >= MIN_FAILED_SHARE && old.passedOn < MIN_PASSED_ON_BEFORE) return undefined;
  const middle = Math.floor(after.length / 2);
  const isConfirmed = [after.slice(0, middle), after.slice(middle)].every((half) => {
    const of = shareOf(half);
    return of !== undefined && of.failedShare >= MIN_FAILED_SHARE && of.passedOn <= MAX_PASSED_ON;
  });
  return { ...now, passedOnBefore: old.failedShare > 0 ? old.passedOn : 1, isConfirmed };
}

function isMasked({ failedShare, passedOn }: MaskedErrors, minutes: readonly AskedMinute[]): boolean {
  const failed = total(minutes, (it) => it.failed);
  return (
    minutes.length >= MIN_MINUTES &&
    failed >= MIN_FAILED &&
    failedShare >= MIN_FAILED_SHARE &&
    passedOn <= MAX_PASSED_ON
  );
}

function shareOf(minutes: readonly AskedMinute[]): MaskedErrors | undefined {
  const [calls, asked] = [total(minutes, (it) => it.calls), total(minutes, (it) => it.asked)];
  if (calls === 0 || asked === 0) return undefined;
  const failed = total(minutes, (it) => it.failed);
  const met = failed / Math.max(1, asked / calls);
  const errors = total(minutes, (it) => it.errors);
  const atMost = errors + Z95 * Math.sqrt(errors + 1);
  return { failedShare: failed / asked, passedOn: met > 0 ? Math.min(1, atMost / met) : 1 };
}

function total(minutes: readonly AskedMinute[], of: (minute: AskedMinute) => number): number {
  return minutes.reduce((sum, minute) => sum + of(minute), 0);
}
