import { encodeBuckets } from './encodedHistogram.js';
import { HistogramSum } from './histogramSum.js';
import { NumberBlock, NumberRow, keyColumn } from './numberBlock.js';
import type { NumberTable } from './numberTables.js';
import type { Row } from './preparedStatements.js';
import type { Segment } from './readSegments.js';

/** Keys that are added up together. */
const CHUNK_KEYS = 16;
const MAX_BYTES = 48 * 1024 * 1024;
/** What a block takes beside its columns. */
const BLOCK_BYTES = 1_500;
/** Late numbers of so many keys in a row put in doubt what is kept of them. */
const LATE_KEYS = 256;
const MAX_LATE = 20_000;

/** Keys that are next to each other, as a query of them. */
interface Owners {
  readonly owners: string;
  readonly ids: string;
}

/**
 * Sums over whole hours and days that are over, of keys that were asked for: an open file is asked for every minute, and its hours
 * change only when another one has passed. Kept by chunks of keys, those asked for last, in bounded memory.
 */
export class RolledSums {
  /** By table, stretch of time and chunk; what was used last is last. */
  private readonly kept = new Map<string, Kept>();
  private bytes = 0;
  private writes = 0;
  /** The write that came late for keys, by chunks of `LATE_KEYS`. */
  private readonly late = new Map<number, number>();

  /** Numbers of a time that is rolled up already are written for this key. */
  written(key: number): void {
    if (this.late.size > MAX_LATE) this.forget();
    this.late.set(Math.floor(key / LATE_KEYS), ++this.writes);
  }

  /** Keys may mean something else from now on. */
  forget(): void {
    this.kept.clear();
    this.late.clear();
    this.bytes = 0;
  }

  /**
   * Gives the sums of a table over these stretches of time, of all keys in the ranges and of a few others.
   * @param load gives the rows of some keys, which it adds up
   */
  read(
    table: NumberTable,
    ranges: readonly (readonly [first: number, last: number])[],
    segments: readonly Segment[],
    row: NumberRow,
    give: (row: NumberRow) => void,
    load: (owners: Owners, give: (row: NumberRow) => void) => void,
  ): void {
    const time = segments.map(({ suffix, from, to }) => `${suffix} ${from} ${to}`).join();
    const name = (chunk: number): string => `${table.name} ${time} ${chunk}`;
    let done = -Infinity;
    for (const [first, last] of ranges) {
      let missing: number | undefined;
      const end = Math.floor(last / CHUNK_KEYS);
      for (let chunk = Math.max(done + 1, Math.floor(first / CHUNK_KEYS)); chunk <= end; chunk++) {
        const block = this.find(name(chunk), chunk);
        if (!block) {
          missing ??= chunk;
          continue;
        }
        if (missing !== undefined) this.load(table, missing, chunk, name, row, give, load);
        missing = undefined;
        block.each(-Infinity, Infinity, row, give);
      }
      if (missing !== undefined) this.load(table, missing, end + 1, name, row, give, load);
      done = Math.max(done, end);
    }
  }

  private find(name: string, chunk: number): NumberBlock | undefined {
    const found = this.kept.get(name);
    if (!found) return undefined;
    this.kept.delete(name);
    if ((this.late.get(Math.floor((chunk * CHUNK_KEYS) / LATE_KEYS)) ?? 0) > found.writes) {
      this.bytes -= found.block.bytes + BLOCK_BYTES;
      return undefined;
    }
    this.kept.set(name, found);
    return found.block;
  }

  /** Reads chunks from one up to before another, and gives them. */
  private load(
    table: NumberTable,
    from: number,
    to: number,
    name: (chunk: number) => string,
    row: NumberRow,
    give: (row: NumberRow) => void,
    load: (owners: Owners, give: (row: NumberRow) => void) => void,
  ): void {
    const sums = new SumsByKey(table);
    const keys = Array.from({ length: (to - from) * CHUNK_KEYS }, (_, i) => from * CHUNK_KEYS + i);
    load({ owners: 'SELECT value AS id FROM json_each(?3)', ids: JSON.stringify(keys) }, (it) => sums.add(it));
    for (let chunk = from; chunk < to; chunk++) {
      const block = sums.block(chunk);
      this.kept.set(name(chunk), { block, writes: this.writes });
      this.bytes += block.bytes + BLOCK_BYTES;
      block.each(-Infinity, Infinity, row, give);
    }
    for (const [oldest, { block }] of this.kept) {
      if (this.bytes <= MAX_BYTES) return;
      this.kept.delete(oldest);
      this.bytes -= block.bytes + BLOCK_BYTES;
    }
  }
}

interface Kept {
  readonly block: NumberBlock;
  /** `RolledSums.writes` when it was read. */
  readonly writes: number;
}

/** Rows of one table added up by their whole key. */
class SumsByKey {
  private readonly chunks = new Map<number, Map<string, Sum>>();

  constructor(private readonly table: NumberTable) {}

  add(row: NumberRow): void {
    const chunk = Math.floor(row.key / CHUNK_KEYS);
    const sums = this.chunks.get(chunk) ?? new Map<string, Sum>();
    this.chunks.set(chunk, sums);
    const { key, second, third, text } = row;
    const name = `${key} ${second} ${third} ${text}`;
    let sum = sums.get(name);
    if (!sum) {
      const empty = Object.assign(new NumberRow(), { key, second, third, text });
      sums.set(name, (sum = { row: empty, durations: new HistogramSum() }));
    }
    sum.row.count += row.count;
    for (let i = 0; i < row.more.length; i++) sum.row.more[i] = (sum.row.more[i] ?? 0) + (row.more[i] ?? 0);
    if (this.table.isTimed) {
      sum.durations.addEncoded(row.buckets, row.zeroCount, row.sumSeconds, row.approximate, row.start, row.end);
    }
  }

  block(chunk: number): NumberBlock {
    const { key, counts, isTimed } = this.table;
    const sums = [...(this.chunks.get(chunk)?.values() ?? [])].sort((a, b) => a.row.key - b.row.key);
    const rows = sums.map(({ row, durations }): Row => {
      const { zeroCount, sumSeconds, approximate, buckets } = durations.value();
      return {
        ...Object.fromEntries(key.map((column, i) => [column, keyColumn(row, column, i)])),
        ...Object.fromEntries(counts.map((column, i) => [column, i === 0 ? row.count : row.more[i - 1]])),
        ...(isTimed && {
          zero_count: zeroCount,
          sum_seconds: sumSeconds,
          approximate: approximate ? 1 : 0,
          buckets: encodeBuckets(buckets),
        }),
      };
    });
    return new NumberBlock(this.table, rows);
  }
}

interface Sum {
  readonly row: NumberRow;
  readonly durations: HistogramSum;
}
