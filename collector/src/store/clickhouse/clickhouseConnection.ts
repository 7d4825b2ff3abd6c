import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ClickHouseError, createClient, type ClickHouseClient, type ClickHouseSettings } from '@clickhouse/client';
import { StoreUnavailableError } from '../store.js';
import { tsvRow, type Cell } from './sqlText.js';
import type { ClickHouseAddress } from './storeAddress.js';

/** A row as the format JSONCompact has it. */
export type ResultRow = readonly unknown[];

/** ClickHouse answered that it will not: a mistake of ours or of the set-up, and no other server would do better. */
export class ClickHouseRefusedError extends Error {
  override readonly name = 'ClickHouseRefusedError';

  constructor(
    /** The code of its table of errors. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Errors of a server that another one, or the same one later, need not have: too busy, out of memory, without its keeper,
 * read-only, starting, or unsure whether an insert was done.
 */
const PASSING_CODES: ReadonlySet<string> = new Set([
  '159',
  '160',
  '198',
  '202',
  '203',
  '204',
  '209',
  '210',
  '225',
  '241',
  '242',
  '243',
  '252',
  '254',
  '279',
  '286',
  '319',
  '341',
  '425',
  '439',
  '499',
  '519',
  '999',
]);

const NEXT_ROUND_MS = 100;
const SHARE_OF_TIME = 0.6;

/** The servers of one ClickHouse, asked one after the other until one answers or the time is over. */
export class ClickHouseConnection {
  private readonly clients: readonly ClickHouseClient[];
  private readonly hosts: readonly string[];
  private current = 0;

  constructor(
    address: ClickHouseAddress,
    private readonly timeoutMs = address.timeoutMs,
  ) {
    this.hosts = address.urls.map((url) => url.replace(/^https?:\/\//, ''));
    this.clients = address.urls.map((url) =>
      createClient({
        url,
        username: address.user,
        password: address.password,
        // There always is this one; every name in a query says its own.
        database: 'system',
        application: 'hindcast-collector',
        request_timeout: timeoutMs,
        max_open_connections: 8,
        compression: { request: false, response: false },
        log: { LoggerClass: SilentLogger },
        // On a cluster what was written through a server is read again from where it went.
        ...(address.cluster !== undefined && { clickhouse_settings: { load_balancing: 'in_order' } }),
      }),
    );
  }

  /**
   * Whole numbers of 64 bits may come as text. No setting is needed: a user may only be allowed to read.
   * @throws StoreUnavailableError, ClickHouseRefusedError
   */
  rows(query: string, settings: ClickHouseSettings = {}): Promise<ResultRow[]> {
    return this.onAny(async (client, signal) => {
      const result = await client.query({
        query,
        format: 'JSONCompact',
        abort_signal: signal,
        clickhouse_settings: settings,
      });
      const { data } = await result.json<ResultRow>();
      return data;
    });
  }

  /** @throws StoreUnavailableError, ClickHouseRefusedError */
  async command(query: string, settings: ClickHouseSettings = {}): Promise<void> {
    await this.onAny((client, signal) =>
      client.command({ query, abort_signal: signal, clickhouse_settings: settings }),
    );
  }

  /**
   * Inserts all rows as one block. A block that is sent again, by whomever, is stored once where the engine recognises blocks
   * (replicated tables; others from version 22).
   * @throws StoreUnavailableError, ClickHouseRefusedError
   */
  async insert(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
    settings: ClickHouseSettings = {},
  ): Promise<void> {
    if (rows.length === 0) return;
    const text = rows.map(tsvRow).join('\n') + '\n';
    const query = `INSERT INTO ${table} (${columns.map((it) => `\`${it}\``).join(', ')}) FORMAT TabSeparated`;
    await this.onAny(async (client, signal) => {
      const { stream } = await client.exec({
        query,
        values: Readable.from([Buffer.from(text)]),
        abort_signal: signal,
        clickhouse_settings: settings,
      });
      stream.resume();
      await finished(stream);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
  }

  private async onAny<T>(ask: (client: ClickHouseClient, signal: AbortSignal) => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.timeoutMs;
    let problem = '';
    for (let tried = 0; tried < this.clients.length * 2; tried++) {
      const leftMs = deadline - performance.now();
      const client = this.clients[this.current];
      if (leftMs <= 0 || !client) break;
      try {
        // Some of the time is left for others, where there are others.
        const share = tried < this.clients.length - 1 ? SHARE_OF_TIME : 1;
        return await ask(client, AbortSignal.timeout(Math.ceil(leftMs * share)));
      } catch (error) {
        const code = codeOf(error);
        if (code !== undefined && !PASSING_CODES.has(code)) {
          throw new ClickHouseRefusedError(code, error instanceof Error ? error.message : '');
        }
        problem = `${this.hosts[this.current] ?? ''}: ${reasonOf(error)}`;
        this.current = (this.current + 1) % this.clients.length;
        // All were asked: they may be back at once after a restart.
        if ((tried + 1) % this.clients.length === 0) await pause(NEXT_ROUND_MS);
      }
    }
    throw new StoreUnavailableError(`ClickHouse cannot be reached or does not answer (${problem || 'no time left'}).`);
  }
}

/** What the client has to say is said by what it throws. */
class SilentLogger {
  trace(): void {}
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
}

/** The code of an error of ClickHouse; the client does not know those of old servers. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof ClickHouseError) return error.code;
  return error instanceof Error ? /^Code: (\d+)[.,]/.exec(error.message)?.[1] : undefined;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error && typeof error.code === 'string' && error.code !== '' ? `${error.code} ` : '';
  return `${code}${error.message}`.slice(0, 200);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
