import { groupBy } from './groupBy.js';

/** A function's calls of other services, seen from both ends. */
export interface Asker {
  /** The service that the function is of. */
  readonly caller: string;
  /** Calls that it sent, by target. */
  readonly sent: ReadonlyMap<string, number>;
  /** Calls that services received from it. */
  readonly received: ReadonlyMap<string, number>;
}

/** Counts of one call from both of its ends differ by what was under way when each was sent. */
const SAME_SHARE = 0.02;
const SAME_CALLS = 2;

type CanBe = (received: number, sent: number) => boolean;

const isAlike: CanBe = (received, sent) =>
  Math.abs(received - sent) <= Math.max(SAME_CALLS, SAME_SHARE * Math.max(received, sent));
/** A service cannot have been reached more often than it was asked; where calls got lost it was less often. */
const isWithin: CanBe = (received, sent) => received > 0 && (received <= sent || isAlike(received, sent));

/**
 * Which service answers at which target, by caller: first where counts at both ends agree in every function that asks it, then where
 * calls may have got lost. A service gets a target only when its calls can have come by no other, or when it is that target of another caller.
 */
export function pairTargets(askers: readonly Asker[]): Map<string, Map<string, string>> {
  const paired = new Map<string, Map<string, string>>();
  const open = groupBy(askers, ({ caller }) => caller);
  for (const canBe of [isAlike, isWithin]) {
    for (let before = -1; before !== count(paired);) {
      before = count(paired);
      for (const [caller, own] of open) {
        const known = paired.get(caller) ?? new Map<string, string>();
        paired.set(caller, known);
        for (const [target, service] of pairsOf(own, known, canBe, elsewhere(paired))) known.set(target, service);
      }
    }
  }
  return paired;
}

function pairsOf(
  own: readonly Asker[],
  known: ReadonlyMap<string, string>,
  canBe: CanBe,
  others: ReadonlyMap<string, ReadonlySet<string>>,
): Map<string, string> {
  const asked = groupBy(
    own.flatMap(({ sent, received }) => [...sent].map(([target, calls]) => ({ target, calls, received }))),
    ({ target }) => target,
  );
  const targets = [...asked.keys()].filter((target) => !known.has(target));
  const taken = new Set(known.values());
  const services = [...new Set(own.flatMap(({ received }) => [...received.keys()]))].filter((it) => !taken.has(it));
  const fits = (target: string, service: string) =>
    (asked.get(target) ?? []).every(({ calls, received }) => canBe(received.get(service) ?? 0, calls));
  const found = new Map<string, string>();
  const contested = new Set<string>();
  for (const service of services) {
    // Its calls came by some target.
    const fitting = targets.filter((target) => fits(target, service));
    const elsewhereToo = fitting.filter((target) => others.get(target)?.has(service) === true);
    const [target, another] = elsewhereToo.length > 0 ? elsewhereToo : fitting;
    if (target === undefined || another !== undefined) continue;
    if (found.has(target)) contested.add(target);
    found.set(target, service);
  }
  for (const target of contested) found.delete(target);
  return found;
}

/** What targets are for other callers. */
function elsewhere(paired: ReadonlyMap<string, ReadonlyMap<string, string>>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const targets of paired.values()) {
    for (const [target, service] of targets) found.set(target, (found.get(target) ?? new Set()).add(service));
  }
  return found;
}

function count(paired: ReadonlyMap<string, ReadonlyMap<string, string>>): number {
  return [...paired.values()].reduce((sum, { size }) => sum + size, 0);
}
