import { throwOn } from '../runtime/throwOn.js';
import { type MethodBody, replaceMethod } from './disguise.js';
import { errorCode } from './errorCode.js';
import { DependencyCall, type Outgoing } from './outgoing.js';
import { type DependencyKind, Tally } from './series.js';

const { apply } = Reflect;
// Taken once: the program may replace them.
const { floor, random } = Math;
const now = performance.now.bind(performance);

/** What takes longer is worth being timed each time. */
const BRIEF_MS = 0.05;
/** Of calls that are alike, one in so many is timed and its caller looked up, */
const CHECK = 16;
/** as long as these come so quickly, one after the other. */
const PAUSE_MS = 10;

/** What one statement is used for, again and again. */
interface Habit {
  readonly tally: Tally;
  readonly durationMs: number;
  readonly seenAtMs: number;
  /** So many calls are taken for the same. */
  left: number;
}

/**
 * Counts calls of a method that ends when it returns, perhaps after a microsecond: to time each call and to look up who makes it would
 * cost as much as the call. Every call is counted. Once a subject is always used by the same function, and takes little time, one
 * call in 16 is looked at and the others are taken to be alike.
 */
export function observeBriefMethod(
  owner: object,
  method: string,
  outgoing: Outgoing,
  { kind, target }: { readonly kind: DependencyKind; readonly target: string },
): void {
  const habits = new WeakMap<object, Habit>();
  replaceMethod(owner, method, (original) => {
    /** Counts a call that begins. Gives the call where it is looked at, else what it counts for. */
    const begin = (subject: object): DependencyCall | Tally => {
      const habit = habits.get(subject);
      if (habit === undefined || habit.left === 0)
        return outgoing.begin(kind, target, outgoing.callerOf(subject, observed, habit !== undefined));
      habit.left--;
      outgoing.repeat(habit.tally, habit.durationMs);
      return habit.tally;
    };
    const observed: MethodBody = (self, args) => {
      if (outgoing.isQuiet) return apply(original, self, args);
      let call: DependencyCall | Tally | undefined;
      try {
        call = begin(self as object);
      } catch {
        // A full stack: the call goes on, and is not counted.
      }
      outgoing.setQuiet(true);
      try {
        return apply(original, self, args);
      } catch (error) {
        if (call instanceof Tally) call.fail(errorCode(error));
        else call?.end(errorCode(error));
        throwOn(error);
      } finally {
        outgoing.setQuiet(false);
        if (call instanceof DependencyCall) learn(self as object, call);
      }
    };
    return observed;
  });

  /** A call that was looked at has ended. */
  function learn(subject: object, call: DependencyCall): void {
    try {
      call.end();
      const habit = habits.get(subject);
      if (!outgoing.isSureOf(subject)) {
        if (habit) habits.delete(subject);
        return;
      }
      const { tally, durationMs } = call;
      const seenAtMs = now();
      const isRepeated = habit?.tally === tally && seenAtMs - habit.seenAtMs < PAUSE_MS && durationMs < BRIEF_MS;
      habits.set(subject, { tally, durationMs, seenAtMs, left: isRepeated ? floor(random() * 2 * CHECK) : 0 });
    } catch {
      // As above.
    }
  }
}
