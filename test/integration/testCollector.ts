import { afterEach, beforeEach } from 'vitest';
import { silentLogger } from '@hindcast/core/logger';
import type { CollectorConfig } from '@hindcast/collector/config';
import { startCollector, type RunningCollector } from '@hindcast/collector/startCollector';
import { OtlpClient, QueryClient } from './collectorClient.js';

/** Free ports of loopback, and nothing on the disk. */
export const loopback = {
  otlpGrpc: '127.0.0.1:0',
  otlpHttp: '127.0.0.1:0',
  query: '127.0.0.1:0',
  store: 'memory',
} satisfies Partial<CollectorConfig>;

/** A collector with clients of both its sides, a new one for every test of the suite it is called in. */
export interface TestCollector {
  readonly running: RunningCollector;
  readonly otlp: OtlpClient;
  readonly query: QueryClient;
}

export function useCollector(config: Partial<CollectorConfig> = {}): () => TestCollector {
  let current: TestCollector | undefined;
  beforeEach(async () => {
    current = await openCollector(config);
  });
  afterEach(() => closeCollector(current));
  return () => {
    if (!current) throw new Error('the collector runs only within a test');
    return current;
  };
}

export async function openCollector(config: Partial<CollectorConfig> = {}): Promise<TestCollector> {
  const running = await startCollector({ ...loopback, ...config }, silentLogger);
  return {
    running,
    otlp: new OtlpClient(running.addresses.otlpGrpc ?? ''),
    query: new QueryClient(running.addresses.query),
  };
}

/** Also stores what is known of traces of which more could have come. */
export async function closeCollector(collector: TestCollector | undefined): Promise<void> {
  collector?.otlp.close();
  collector?.query.close();
  await collector?.running.close();
}
