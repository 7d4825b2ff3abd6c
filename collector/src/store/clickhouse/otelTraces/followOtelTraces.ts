import type { Logger } from '@hindcast/core/logger';
import { CollectorError } from '../../../collectorError.js';
import { OverloadedError, type Ingest } from '../../../ingest.js';
import { readSpans } from '../../../processors/readSpans.js';
import { ReceiverCounters } from '../../../receivers/receiverCounters.js';
import type { Receiver } from '../../../receivers/receiver.js';
import { StoreUnavailableError } from '../../store.js';
import { ClickHouseConnection, ClickHouseRefusedError, type ResultRow } from '../clickhouseConnection.js';
import { identifier } from '../sqlText.js';
import { parseClickHouseAddress, shownAddress, type ClickHouseAddress } from '../storeAddress.js';
import { SPAN_COLUMNS, spansOf } from './otelSpanRows.js';

const HOUR_SECONDS = 3600;
const POLL_MS = 2000;
const RETRY_MS = 5000;
/** A slice of time is made shorter when it has more spans, and longer when it has few. */
const MOST_SPANS = 50_000;
const FEW_SPANS = 5000;
const LONGEST_SLICE_SECONDS = 300;
/** Spans that take longer than this are not found. */
const LONGEST_SPAN_SECONDS = 6 * HOUR_SECONDS;
const BYTES_PER_SPAN = 500;

/**
 * Reads the table that an OpenTelemetry Collector's ClickHouse exporter fills, as if its spans had been sent here: those that
 * ended in the last hours, then each a short while after it ended. Only reads. A span that was written later than
 * `otelDelaySeconds` after its end is not seen.
 * @returns undefined when the address names no such table
 * @throws CollectorError STORE_UNUSABLE when the table is not there or has other columns
 */
export async function followOtelTraces(store: string, ingest: Ingest, logger: Logger): Promise<Receiver | undefined> {
  const address = parseClickHouseAddress(store);
  if (address.otelTraces === undefined) return undefined;
  const follower = new OtelTracesFollower(address, address.otelTraces, ingest, logger);
  await follower.start();
  return follower;
}

class OtelTracesFollower implements Receiver {
  readonly counters: ReceiverCounters;
  private readonly connection: ClickHouseConnection;
  private readonly table: string;
  private readonly stop = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** Everything that ended before this second has been read. */
  private doneUntil: number;
  private sliceSeconds = 10;

  constructor(
    private readonly address: ClickHouseAddress,
    table: string,
    private readonly ingest: Ingest,
    private readonly logger: Logger,
  ) {
    this.connection = new ClickHouseConnection(address);
    const [database, name] = table.includes('.') ? table.split('.', 2) : [address.database, table];
    this.table = `${identifier(database ?? '')}.${identifier(name ?? '')}`;
    this.counters = new ReceiverCounters('otel-traces', shownAddress(address));
    this.doneUntil = Math.floor(Date.now() / 1000) - address.otelHours * HOUR_SECONDS;
  }

  async start(): Promise<void> {
    try {
      await this.connection.rows(`SELECT ${SPAN_COLUMNS.join(', ')} FROM ${this.table} LIMIT 0`);
    } catch (error) {
      await this.connection.close();
      const words = error instanceof Error ? error.message.slice(0, 300) : 'unknown';
      throw new CollectorError('STORE_UNUSABLE', `Spans cannot be read from ${this.table}: ${words}`, { cause: error });
    }
    this.running = this.run();
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
    await this.connection.close();
  }

  private async run(): Promise<void> {
    while (!this.stop.signal.aborted) {
      try {
        if (!(await this.readSlice())) await this.pause(POLL_MS);
      } catch (error) {
        if (!(
          error instanceof StoreUnavailableError ||
          error instanceof OverloadedError ||
          error instanceof ClickHouseRefusedError
        )) {
          this.logger.error('Reading spans from ClickHouse has ended', error);
          return;
        }
        this.counters.refuse('source_unavailable');
        this.logger.warn(`Spans cannot be read or stored, trying again: ${error.message}`);
        await this.pause(RETRY_MS);
      }
    }
  }

  /** @returns whether there may be more at once */
  private async readSlice(): Promise<boolean> {
    const until = Math.floor(Date.now() / 1000) - this.address.otelDelaySeconds;
    const end = Math.min(this.doneUntil + this.sliceSeconds, until);
    if (end <= this.doneUntil) return false;
    const rows = await this.spans(this.doneUntil, end);
    if (rows.length > MOST_SPANS && end - this.doneUntil > 1) {
      this.sliceSeconds = Math.max(1, Math.floor((end - this.doneUntil) / 2));
      return true;
    }
    const taken = rows.slice(0, MOST_SPANS);
    if (taken.length > 0) {
      const decoded = { signal: 'traces', spans: readSpans(spansOf(taken)) } as const;
      this.counters.accept(await this.ingest.accept(decoded, taken.length * BYTES_PER_SPAN));
    }
    // More in one second than can be read at once.
    if (rows.length > taken.length) this.counters.refuse('source_limit', rows.length - taken.length);
    this.doneUntil = end;
    if (rows.length < FEW_SPANS) this.sliceSeconds = Math.min(LONGEST_SLICE_SECONDS, this.sliceSeconds * 2);
    return true;
  }

  /** Spans that ended within these seconds; one more than is taken when there are more. */
  private spans(from: number, to: number): Promise<ResultRow[]> {
    const ended = '(toUInt64(toUnixTimestamp64Nano(Timestamp)) + Duration)';
    return this.connection.rows(
      `SELECT ${SPAN_COLUMNS.join(', ')} FROM ${this.table}
       WHERE Timestamp >= toDateTime64(${from - LONGEST_SPAN_SECONDS}, 9) AND Timestamp < toDateTime64(${to}, 9)
         AND ${ended} >= ${from}000000000 AND ${ended} < ${to}000000000
       ORDER BY ${ended} LIMIT ${MOST_SPANS + 1}`,
    );
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.stop.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.stop.signal.addEventListener('abort', done);
      if (this.stop.signal.aborted) done();
    });
  }
}
