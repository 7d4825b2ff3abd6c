// Kept from before the program ran: programs replace what they like.
const TheError = Error;

/** What a wrapper of the sensor puts on the stack, at most. */
const FRAMES_OF_A_WRAPPER = 4;

/** By how much `Error.stackTraceLimit` is above what the program has set. */
let deeper = 0;

/**
 * Runs `body`, on whose way to the program's code there are frames of the sensor: stacks reach deeper for them, and are cut where they
 * are shown.
 */
export function runDeeper<R>(body: (self: unknown, args: unknown[]) => R, self: unknown, args: unknown[]): R {
  const limit: unknown = TheError.stackTraceLimit;
  const raised = typeof limit === 'number' && setLimit(limit + FRAMES_OF_A_WRAPPER) ? limit + FRAMES_OF_A_WRAPPER : 0;
  if (raised === 0) return body(self, args);
  deeper += FRAMES_OF_A_WRAPPER;
  try {
    return body(self, args);
  } finally {
    deeper -= FRAMES_OF_A_WRAPPER;
    // What the program has set meanwhile stays.
    if (TheError.stackTraceLimit === raised) setLimit(limit as number);
  }
}

function setLimit(limit: number): boolean {
  try {
    TheError.stackTraceLimit = limit;
    return true;
  } catch {
    return false;
  }
}

/** How many frames the program wants to see. */
export function wantedFrames(): number {
  const limit: unknown = TheError.stackTraceLimit;
  return typeof limit === 'number' ? Math.max(0, limit - deeper) : Infinity;
}
