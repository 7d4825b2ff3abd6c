import { MemoryStore } from './memoryStore.js';
import { SqliteStore } from './sqliteStore.js';
import type { Store } from './store.js';

/**
 * Opens the store that the configuration names.
 * @param store `memory`, or the path of a database file
 * @throws CollectorError STORE_UNUSABLE, NODE_TOO_OLD
 */
export function openStore(store: string, nowMs: number): Promise<Store> {
  return store === 'memory' ? Promise.resolve(new MemoryStore()) : SqliteStore.open(store, nowMs);
}
