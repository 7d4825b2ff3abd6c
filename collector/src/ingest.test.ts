import { describe, expect, it } from 'vitest';
import { silentLogger } from '@hindcast/core/logger';
import { Ingest, OverloadedError } from './ingest.js';
import { emptySpan } from './otlp/model.js';
import { readSpans } from './processors/readSpans.js';
import { SpanFunctions } from './processors/spanFunctions.js';
import { SpanLinker } from './processors/spanLinker.js';
import { MemoryStore } from './store/memoryStore.js';
import { StoreUnavailableError } from './store/store.js';

const NOW_MS = Date.UTC(2026, 10, 19, 12);

function traces(id: string) {
  const time = BigInt(NOW_MS) * 1_000_000n;
  const [high, low] = [Number(time >> 32n), Number(time & 0xffffffffn)];
  const span = {
    ...emptySpan(),
    traceId: 't',
    spanId: id,
    name: id,
    startHigh: high,
    startLow: low,
    endHigh: high,
    endLow: low,
  };
  return {
    signal: 'traces' as const,
    spans: readSpans([{ resource: new Map([['service.name', 's']]), spans: [span] }]),
  };
}

describe('ingest', () => {
  it('forgets a request that could not be stored, so that its retry counts', async () => {
    const store = new MemoryStore();
    const write = store.write.bind(store);
    store.write = () => Promise.reject(new StoreUnavailableError('full'));
    const told: string[] = [];
    const ingest = new Ingest(
      store,
      new SpanFunctions(new SpanLinker()),
      (names) => told.push(...names),
      silentLogger,
      () => NOW_MS,
    );
    await expect(ingest.accept(traces('1'), 10)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(told).toEqual([]);
    store.write = write;
    expect(await ingest.accept(traces('1'), 10)).toMatchObject({ spans: 1, rejected: new Map() });
    expect((await ingest.accept(traces('1'), 10)).rejected).toEqual(new Map([['duplicate', 1]]));
    expect(told).toContain('s');
  });

  it('refuses more than it may hold, and takes it later', async () => {
    const store = new MemoryStore();
    let finish: () => void = () => undefined;
    const write = store.write.bind(store);
    const writing = new Promise<void>((begun) => {
      store.write = async (...args) => {
        begun();
        await new Promise<void>((resolve) => (finish = resolve));
        return write(...args);
      };
    });
    const ingest = new Ingest(
      store,
      new SpanFunctions(new SpanLinker()),
      () => undefined,
      silentLogger,
      () => NOW_MS,
    );
    const first = ingest.accept(traces('1'), 60_000_000);
    await writing;
    await expect(ingest.accept(traces('2'), 10_000_000)).rejects.toBeInstanceOf(OverloadedError);
    finish();
    await first;
    store.write = write;
    expect(await ingest.accept(traces('2'), 10_000_000)).toMatchObject({ spans: 1 });
  });
});
