import type { Logger } from '@hindcast/core/logger';
import type { Ingest } from './ingest.js';

const INTERVAL_MS = 30_000;
const TRACES_INTERVAL_MS = 2_000;
const NEXT_PIECE_MS = 100;

/** Runs the store's rollup and retention, and the paths of finished traces, in the background, a bounded piece at a time. */
export function startMaintenance(ingest: Ingest, logger: Logger): { stop(): void } {
  const tasks = [
    repeat('store maintenance', () => ingest.maintain(), INTERVAL_MS, logger),
    repeat('storing critical paths', () => ingest.settleTraces(), TRACES_INTERVAL_MS, logger),
  ];
  return {
    stop: () => {
      for (const task of tasks) task.stop();
    },
  };
}

/** @param piece does a bounded piece of work; true when there is more */
function repeat(name: string, piece: () => Promise<boolean>, intervalMs: number, logger: Logger): { stop(): void } {
  let timer: NodeJS.Timeout;
  let isStopped = false;
  const schedule = (delayMs: number): void => {
    if (!isStopped) timer = setTimeout(run, delayMs);
  };
  const run = (): void => {
    piece().then(
      (hasMore) => schedule(hasMore ? NEXT_PIECE_MS : intervalMs),
      (error: unknown) => {
        logger.warn(`${name} failed, trying again: ${error instanceof Error ? error.message : 'unknown'}`);
        schedule(intervalMs);
      },
    );
  };
  schedule(NEXT_PIECE_MS);
  return {
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
