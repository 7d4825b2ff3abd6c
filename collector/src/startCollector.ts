import type { Logger } from '@hindcast/core/logger';
import type { CollectorConfig } from './config.js';
import { CollectorError } from './collectorError.js';

/** A collector that accepts data and answers questions. */
export interface RunningCollector {
  /** Where it really listens, `HOST:PORT`; a receiver that is off is absent. */
  readonly addresses: { readonly otlpGrpc?: string; readonly otlpHttp?: string; readonly query: string };
  /** Stops accepting, finishes what was accepted, ends watches and closes the store. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts receivers, store and query service; resolves when all of them are ready.
 * @throws CollectorError when an address or the store cannot be used; then nothing stays open
 */
export function startCollector(config: CollectorConfig, logger: Logger): Promise<RunningCollector> {
  logger.debug(`store ${config.store}`);
  return Promise.reject(new CollectorError('LISTEN_FAILED', 'The collector is not built yet.'));
}
