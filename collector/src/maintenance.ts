import type { Logger } from '@hindcast/core/logger';
import type { Ingest } from './ingest.js';

const INTERVAL_MS = 30_000;
const NEXT_PIECE_MS = 100;

/** Runs the store's rollup and retention in the background, a bounded piece at a time. */
export function startMaintenance(ingest: Ingest, logger: Logger): { stop(): void } {
  let timer: NodeJS.Timeout;
  let isStopped = false;
  const schedule = (delayMs: number): void => {
    if (!isStopped) timer = setTimeout(run, delayMs);
  };
  const run = (): void => {
    ingest.maintain().then(
      (hasMore) => schedule(hasMore ? NEXT_PIECE_MS : INTERVAL_MS),
      (error: unknown) => {
        logger.warn(`store maintenance failed, trying again: ${error instanceof Error ? error.message : 'unknown'}`);
        schedule(INTERVAL_MS);
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
