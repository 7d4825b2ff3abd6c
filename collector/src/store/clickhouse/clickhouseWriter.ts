import { randomUUID } from 'node:crypto';
import type { ClickHouseSettings } from '@clickhouse/client';
import { bestExemplars } from '../bestExemplars.js';
import type { Exemplar, Minute, Report } from '../model.js';
import type { WriteResult } from '../store.js';
import { minuteOf } from '../storeTime.js';
import { deploymentId, type ClickHouseCatalog } from './clickhouseCatalog.js';
import type { ClickHouseConnection } from './clickhouseConnection.js';
import { Facts } from './facts.js';
import { idOf } from './identity.js';
import { onceMarkOf, storedMarks } from './onceMarks.js';
import { addReport, type StateRows } from './reportFacts.js';
import { DECLARATION_NAMES, FACT_COLUMNS, type SchemaOptions, type TableNames } from './schema.js';
import { tsvRow, type Cell } from './sqlText.js';

/** Rows of one block: the engine makes one of what is not longer than this. */
const BLOCK_ROWS = 500_000;
const REMEMBERED_FAILURES = 200;
const REMEMBERED_INSTANCES = 50_000;
/** When an instance was last heard of is known to this. */
const HEARD_AGAIN_MS = 5000;

/**
 * Writes reports. What can be stored twice without harm goes first; then the numbers with the marks of their reports, in one
 * block: it is stored as a whole, and when it comes again, from here or from another collector, it is recognised.
 */
export class ClickHouseWriter {
  private lastStamp = 0;
  private readonly heardMs = new Map<string, number>();
  /** Blocks of which it is not known whether they were stored: by content, what made them different from all others. */
  private readonly uncertain = new Map<number, { readonly text: string; readonly minute: Minute }>();

  constructor(
    private readonly connection: ClickHouseConnection,
    private readonly tables: TableNames,
    private readonly options: SchemaOptions,
    private readonly catalog: ClickHouseCatalog,
  ) {}

  async write(reports: readonly Report[], nowMs: number): Promise<WriteResult> {
    const marks = reports.map((report) => onceMarkOf(report, nowMs));
    const [stored] = await Promise.all([
      storedMarks(
        marks.filter((mark) => mark !== undefined),
        nowMs,
        this.connection,
        this.tables,
      ),
      this.catalog.prepare(
        reports.map(({ deployment }) => deployment),
        nowMs,
      ),
    ]);
    const facts = new Facts();
    const state: StateRows = { heard: [], files: [], declarations: [], exemplars: [] };
    let duplicates = 0;
    let overLimit = 0;
    let isMarked = false;
    for (const [i, report] of reports.entries()) {
      const mark = marks[i];
      if (mark && stored.has(mark.text)) {
        duplicates++;
        continue;
      }
      overLimit += addReport(report, nowMs, this.catalog, facts, state, () => this.nextStamp(nowMs));
      if (!mark) continue;
      stored.add(mark.text);
      facts.at('once', mark.deployment, mark.minute, undefined, mark.text).calls = idOf(mark.text);
      isMarked = true;
    }
    const [first] = reports;
    if (duplicates < reports.length && first) {
      await this.insert(facts, state, isMarked ? undefined : deploymentId(first.deployment), nowMs);
    }
    return { duplicates, overLimit };
  }

  private async insert(facts: Facts, state: StateRows, unmarked: number | undefined, nowMs: number): Promise<void> {
    const { connection, tables } = this;
    const rows = this.catalog.takeRows();
    const into = (table: string, columns: readonly string[], cells: readonly Cell[][]): Promise<void> =>
      connection.insert(tables.of(table), columns, cells, this.settings());
    const failure = unmarked === undefined ? undefined : idOf(facts.rows().map(tsvRow).join('\n'));
    if (unmarked !== undefined && !facts.isEmpty) {
      // Numbers that happen to be the same again are not the same block.
      const { text, minute } = this.uncertain.get(failure ?? 0) ?? {
        text: `\0${randomUUID()}`,
        minute: minuteOf(nowMs),
      };
      facts.at('once', unmarked, minute, undefined, text).calls = idOf(text);
      this.remember(failure ?? 0, { text, minute });
    }
    const heard = this.news(state.heard, nowMs);
    try {
      await Promise.all([
        into('deployment', DEPLOYMENT_COLUMNS, rows.deployments),
        into('heard', ['deployment', 'instance', 'repository_url', 'heard_ms'], heard),
        into('file', FILE_COLUMNS, [...rows.files, ...state.files]),
        into('name', ['kind', 'scope', 'id', 'day'], rows.names),
        into('declaration', DECLARATION_NAMES, state.declarations),
        into('exemplar', EXEMPLAR_COLUMNS, keptExemplars(state.exemplars)),
      ]);
      const numbers = facts.rows();
      for (let i = 0; i < numbers.length; i += BLOCK_ROWS) {
        await into('fact_minute', FACT_COLUMNS, numbers.slice(i, i + BLOCK_ROWS));
      }
    } catch (error) {
      this.catalog.forget();
      this.heardMs.clear();
      throw error;
    }
    if (failure !== undefined) this.uncertain.delete(failure);
  }

  /** One row for each instance and repository that was not written a moment ago. */
  private news(rows: readonly Cell[][], nowMs: number): Cell[][] {
    if (this.heardMs.size > REMEMBERED_INSTANCES) this.heardMs.clear();
    const news = new Map<string, Cell[]>();
    for (const row of rows) {
      const key = tsvRow(row.slice(0, 3));
      const before = this.heardMs.get(key);
      if (before === undefined || Math.abs(nowMs - before) >= HEARD_AGAIN_MS) news.set(key, row);
    }
    for (const key of news.keys()) this.heardMs.set(key, nowMs);
    return [...news.values()];
  }

  private remember(failure: number, block: { readonly text: string; readonly minute: Minute }): void {
    this.uncertain.set(failure, block);
    for (const key of this.uncertain.keys()) {
      if (this.uncertain.size <= REMEMBERED_FAILURES) break;
      this.uncertain.delete(key);
    }
  }

  private settings(): ClickHouseSettings {
    return {
      max_insert_block_size: String(2 * BLOCK_ROWS),
      // Rows for other shards are there when the insert is answered.
      ...(this.options.cluster !== undefined && { insert_distributed_sync: 1 }),
      // A block that comes again after its views failed still reaches them.
      ...(this.options.version >= 20 && { deduplicate_blocks_in_dependent_materialized_views: 1 }),
    };
  }

  /** Microseconds that only grow, also when the clock does not. */
  private nextStamp(nowMs: number): number {
    this.lastStamp = Math.max(this.lastStamp + 1, nowMs * 1000);
    return this.lastStamp;
  }
}

const DEPLOYMENT_COLUMNS = [
  'id',
  'service',
  'environment',
  'version',
  'revision',
  'source',
  'first_seen_ms',
  'earlier',
];
const FILE_COLUMNS = ['path', 'deployment', 'id', 'content_hash', 'not_observed_reason', 'stamp', 'seen_ms'];
const EXEMPLAR_COLUMNS = ['deployment', 'entry', 'time_ms', 'id', 'stamp', 'duration_seconds', 'error_type', 'detail'];

/** Of the exemplars of one write, those that any question could get. */
function keptExemplars(exemplars: StateRows['exemplars']): Cell[][] {
  const byEntry = new Map<string, { readonly exemplar: Exemplar; readonly row: Cell[] }[]>();
  for (const it of exemplars) byEntry.set(it.key, [...(byEntry.get(it.key) ?? []), it]);
  return [...byEntry.values()].flatMap((own) => {
    const kept = new Set(bestExemplars(own.map(({ exemplar }) => exemplar)));
    return own.filter(({ exemplar }) => kept.has(exemplar)).map(({ row }) => row);
  });
}
