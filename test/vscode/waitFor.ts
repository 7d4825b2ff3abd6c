import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again until the answer is not undefined, and returns it.
 * @throws Error with `what` and the last thing that `describe` knew when the deadline passes.
 */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  { timeoutMs = 60_000, describe = () => '' }: { timeoutMs?: number; describe?: () => string } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`Gave up waiting for ${what}. ${describe()}`);
    await delay(100);
  }
}
