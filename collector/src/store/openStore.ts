import { ClickHouseStore } from './clickhouse/clickhouseStore.js';
import { isClickHouseAddress, parseClickHouseAddress } from './clickhouse/storeAddress.js';
import { MemoryStore } from './memoryStore.js';
import { SqliteStore } from './sqliteStore.js';
import type { Store } from './store.js';

/**
 * Opens the store that the configuration names.
 * What is computed from an exporter's table (`otel_traces`) is kept in memory: it can be read again.
 * @param store `memory`, the path of a database file, or an address that begins with `clickhouse://` or `clickhouses://`
 * @param maxBytes what a database file may take
 * @throws CollectorError STORE_UNUSABLE, NODE_TOO_OLD
 */
export function openStore(store: string, nowMs: number, maxBytes = Infinity): Promise<Store> {
  if (isClickHouseAddress(store) && parseClickHouseAddress(store).otelTraces === undefined) {
    return ClickHouseStore.open(store, nowMs);
  }
  return store === 'memory' || isClickHouseAddress(store)
    ? Promise.resolve(new MemoryStore())
    : SqliteStore.open(store, nowMs, undefined, undefined, maxBytes);
}
