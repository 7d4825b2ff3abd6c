import type { Logger } from '@hindcast/core/logger';
import type { CollectorConfig, SecurityConfig } from './config.js';
import { Ingest } from './ingest.js';
import { startMaintenance } from './maintenance.js';
import { selfMetrics } from './operations/selfMetrics.js';
import { SpanFunctions } from './processors/spanFunctions.js';
import { SpanLinker } from './processors/spanLinker.js';
import { Changes } from './query/changes.js';
import { startQueryService } from './query/queryService.js';
import { startGrpcReceiver } from './receivers/grpcReceiver.js';
import { startHttpReceiver } from './receivers/httpReceiver.js';
import type { Receiver } from './receivers/receiver.js';
import { ReceiverCounters } from './receivers/receiverCounters.js';
import { protectionOf } from './security/protection.js';
import { followOtelTraces } from './store/clickhouse/otelTraces/followOtelTraces.js';
import { isClickHouseAddress } from './store/clickhouse/storeAddress.js';
import { openStore } from './store/openStore.js';

/** A collector that accepts data and answers questions. */
export interface RunningCollector {
  /** Where it really listens, `HOST:PORT`; a receiver that is off is absent. */
  readonly addresses: { readonly otlpGrpc?: string; readonly otlpHttp?: string; readonly query: string };
  /**
   * Uses these tokens from the next request on, and reads the TLS files again. Everything else stays as it was started, and so does a
   * collector that would be left without tokens.
   */
  reload(security: SecurityConfig): void;
  /** Stops accepting, finishes what was accepted, ends watches and closes the store. Safe to call twice. */
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 5_000;

/**
 * Starts receivers, store and query service; resolves when all of them are ready.
 * @throws CollectorError when an address or the store cannot be used; then nothing stays open
 */
export async function startCollector(config: CollectorConfig, logger: Logger): Promise<RunningCollector> {
  const startedMs = Date.now();
  const receivers: Receiver[] = [];
  /** What has been started, in the order in which it is closed again. */
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers) await close();
  };
  try {
    const store = await openStore(config.store, startedMs, config.storeMaxBytes);
    closers.unshift(() => store.close());
    const changes = new Changes(startedMs);
    const spanFunctions = new SpanFunctions(new SpanLinker());
    const ingest = new Ingest(store, spanFunctions, (services) => changes.changed(services), logger);
    const maintenance = startMaintenance(ingest, logger);
    closers.unshift(async () => {
      maintenance.stop();
      await ingest.close();
    });
    const protection = protectionOf(config.security, logger);
    closers.push(() => Promise.resolve(protection.tls?.close()));
    const asked = new ReceiverCounters('query');
    const counters = (): ReceiverCounters[] => {
      const all = receivers.map((receiver) => receiver.counters);
      return asked.refused.size > 0 ? [...all, asked] : all;
    };
    const sources = {
      store,
      changes,
      startedMs,
      receivers: counters,
      nowMs: Date.now,
      access: { protection, refuse: (reason: string) => asked.refuse(reason) },
    };
    const query = await startQueryService(config.query, sources, logger);
    asked.address = query.address;
    closers.unshift(() => query.close(CLOSE_GRACE_MS));
    const metrics = async (): Promise<string> => selfMetrics(counters(), await store.status(), startedMs);
    const start = async (receiver: Promise<Receiver>): Promise<string> => {
      const started = await receiver;
      receivers.push(started);
      closers.unshift(() => started.close(CLOSE_GRACE_MS));
      return started.counters.address;
    };
    const otlpGrpc = config.otlpGrpc && (await start(startGrpcReceiver(config.otlpGrpc, ingest, protection, logger)));
    const otlpHttp =
      config.otlpHttp && (await start(startHttpReceiver(config.otlpHttp, ingest, protection, metrics, logger)));
    const follower = isClickHouseAddress(config.store) && (await followOtelTraces(config.store, ingest, logger));
    if (follower) await start(Promise.resolve(follower));
    let closing: Promise<void> | undefined;
    return {
      addresses: { ...(otlpGrpc && { otlpGrpc }), ...(otlpHttp && { otlpHttp }), query: query.address },
      reload: ({ tokens }) => {
        if (tokens.length === 0 && !protection.tokens.isEmpty) {
          logger.warn('there are no tokens any more: those of before stay in use until a restart');
        } else if (tokens.length > 0 && protection.tokens.isEmpty) {
          logger.warn('this collector was started without tokens: they are used after a restart');
        } else if (tokens.length > 0) {
          protection.tokens.replace(tokens);
          logger.info(`the tokens were read again: there are ${tokens.length}`);
        }
        protection.tls?.reload();
      },
      close: () => (closing ??= closeAll()),
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
