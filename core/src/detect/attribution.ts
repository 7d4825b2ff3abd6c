import type { Regression } from './compareVersions.js';

/** One thing that calls another, in the candidate. */
export interface CallLink {
  readonly caller: string;
  readonly callee: string;
  /** Calls of the callee for each call of the caller. */
  readonly callsPerCall: number;
}

/** By how much one call of a subject became worse: mean seconds, 99th percentile, errors. */
export interface Shift {
  readonly meanSeconds: number;
  readonly p99Seconds: number;
  readonly errorRate: number;
}

export interface Attributed {
  readonly regression: Regression;
  /** Keys of those that got worse because of it. */
  readonly affected: readonly string[];
}

/** The part of a caller's shift that a callee has to account for. */
const ACCOUNTS_FOR = 0.5;

/**
 * Leaves of regressions those that nothing deeper explains: a caller's goes where a callee has one of the same kind that
 * accounts for at least half of it. In a cycle, where each explains the other, the one that shifted most stays.
 * Those of counts are no caller's: they all stay.
 */
export function lowestRegressions(
  regressions: readonly Regression[],
  links: readonly CallLink[],
  shifts: ReadonlyMap<string, Shift>,
): Attributed[] {
  const byNode = new Map(regressions.map((it) => [nodeText(it, it.key), it]));
  const callees = new Map<string, CallLink[]>();
  for (const link of links) callees.set(link.caller, [...(callees.get(link.caller) ?? []), link]);
  const causesOf = new Map(
    regressions.map((it) => [
      it,
      it.kind === 'count'
        ? []
        : (callees.get(it.key) ?? []).flatMap((link) => {
            const cause = link.callee === it.key ? undefined : byNode.get(nodeText(it, link.callee));
            return cause && explains(it, cause, link, shifts) ? [cause] : [];
          }),
    ]),
  );
  const rootsOf = new Map(regressions.map((it) => [it, rootsBelow(it, causesOf, shifts)]));
  const roots = new Set([...rootsOf.values()].flat());
  return [...roots].map((regression) => ({
    regression,
    affected: regressions
      .filter((it) => it !== regression && !roots.has(it) && rootsOf.get(it)?.includes(regression))
      .map(({ key }) => key),
  }));
}

function nodeText({ kind, measure }: Regression, key: string): string {
  return `${kind}\0${kind === 'new-error-type' || kind === 'count' ? measure : ''}\0${key}`;
}

function explains(
  { kind, key }: Regression,
  cause: Regression,
  { callsPerCall }: CallLink,
  shifts: ReadonlyMap<string, Shift>,
): boolean {
  const [own, below] = [shifts.get(key), shifts.get(cause.key)];
  if (kind === 'new-error-type') return true;
  if (!own || !below) return false;
  if (kind === 'error-rate') return below.errorRate * callsPerCall >= ACCOUNTS_FOR * own.errorRate;
  return (
    below.meanSeconds * callsPerCall >= ACCOUNTS_FOR * own.meanSeconds ||
    // A tail says little of the mean; a caller's slowest calls hold at least one of the callee's slowest.
    (callsPerCall >= ACCOUNTS_FOR && below.p99Seconds >= ACCOUNTS_FOR * own.p99Seconds && below.p99Seconds > 0)
  );
}

function rootsBelow(
  start: Regression,
  causesOf: ReadonlyMap<Regression, readonly Regression[]>,
  shifts: ReadonlyMap<string, Shift>,
): Regression[] {
  const seen = new Set([start]);
  for (const at of seen) for (const cause of causesOf.get(at) ?? []) seen.add(cause);
  const roots = [...seen].filter((it) => causesOf.get(it)?.length === 0);
  if (roots.length > 0) return roots;
  const size = ({ key, kind }: Regression): number => {
    const shift = shifts.get(key);
    return (kind === 'error-rate' ? shift?.errorRate : shift?.meanSeconds) ?? 0;
  };
  return [
    [...seen].reduce((most, it) =>
      size(it) > size(most) || (size(it) === size(most) && it.key < most.key) ? it : most,
    ),
  ];
}
