import { bestExemplars } from '../bestExemplars.js';
import { exemplarsOfAKind } from '../store.js';
import { MINUTES_PER_DAY, MINUTE_MS, catalogCutoff } from '../storeTime.js';
import type { Exemplar } from '../model.js';
import { pause, type ClickHouseConnection } from './clickhouseConnection.js';
import type { Cutoffs } from './factWindow.js';
import {
  CATALOG_TABLES,
  DAY_PARTITION,
  HOUR_PARTITION,
  MINUTE_PARTITION,
  type SchemaOptions,
  TableNames,
} from './schema.js';
import { idList, quoted } from './sqlText.js';

const HOUR_MS = 3_600_000;
/** Things that one statement deletes. */
const BATCH = 1000;
const DELETE_WAIT_MS = 30_000;
const DELETE_POLL_MS = 50;
const NAME_KEPT_DAYS = 430;
/** Exemplars of an entry point that may lie about until they are sorted out. */
const LOOSE_EXEMPLARS = 5 * exemplarsOfAKind;

/** Deletes what is too old: whole partitions, and what is no longer heard of. Every collector does it; doing it twice is no harm. */
export class ClickHouseRetention {
  private lastHour = -1;
  private lastDay = -1;

  constructor(
    private readonly connection: ClickHouseConnection,
    private readonly tables: TableNames,
    private readonly options: SchemaOptions,
    private readonly cutoffs: Cutoffs,
  ) {}

  /** @returns whether anything of the catalog was deleted */
  async run(nowMs: number): Promise<boolean> {
    const hour = Math.floor(nowMs / HOUR_MS);
    if (hour === this.lastHour) return false;
    // The marks of reports stand up to an hour before the time at which they were stored.
    await this.dropBefore('fact_minute', 'minute', MINUTE_PARTITION, this.cutoffs.minuteCutoff - 60);
    await this.dropBefore('fact_hour', 'minute', HOUR_PARTITION, this.cutoffs.hourCutoff);
    await this.dropBefore('fact_day', 'minute', DAY_PARTITION, this.cutoffs.dayCutoff);
    await this.dropBefore('coverage', 'minute', DAY_PARTITION, this.cutoffs.dayCutoff);
    await this.dropBefore('name', 'day', 30, Math.floor(nowMs / (MINUTES_PER_DAY * MINUTE_MS)) - NAME_KEPT_DAYS);
    await this.thinExemplars();
    this.lastHour = hour;
    const day = Math.floor(hour / 24);
    if (day === this.lastDay) return false;
    const hasForgotten = await this.forget(catalogCutoff(nowMs));
    this.lastDay = day;
    return hasForgotten;
  }

  /** Drops the partitions that lie before a time as a whole. */
  private async dropBefore(table: string, column: string, width: number, before: number): Promise<void> {
    const rows = await this.connection.rows(
      `SELECT DISTINCT intDiv(${column}, ${width}) AS part FROM ${this.tables.of(table)}
       WHERE ${column} < ${Math.max(0, Math.floor(before / width) * width)}`,
    );
    for (const [part] of rows) {
      await this.connection.command(
        `ALTER TABLE ${this.tables.local(table)}${this.tables.onCluster} DROP PARTITION ${Number(part)}`,
      );
    }
  }

  /** Of entry points with many exemplars those are deleted that no question gets. */
  private async thinExemplars(): Promise<void> {
    const crowded = await this.connection.rows(
      `SELECT deployment, entry FROM ${this.tables.of('exemplar')} GROUP BY deployment, entry
       HAVING count() > ${LOOSE_EXEMPLARS} LIMIT ${BATCH}`,
    );
    for (const [deployment, entry] of crowded) {
      const where = `deployment = ${Number(deployment)} AND entry = ${quoted(String(entry))}`;
      const rows = await this.connection.rows(
        `SELECT id, time_ms, duration_seconds, error_type FROM ${this.tables.of('exemplar')} WHERE ${where} ORDER BY stamp`,
      );
      const exemplars = rows.map(([id, timeMs, durationSeconds, errorType]) => ({
        id: Number(id),
        entryPoint: { kind: '', name: '' },
        traceId: '',
        timeMs: Number(timeMs),
        durationSeconds: Number(durationSeconds),
        errorType: String(errorType),
        path: [],
        dependencies: [],
      }));
      const kept = new Set<Exemplar>(bestExemplars(exemplars));
      const ids = exemplars.filter((it) => !kept.has(it)).map(({ id }) => id);
      for (let i = 0; i < ids.length; i += BATCH) {
        await this.delete('exemplar', `${where} AND id IN (${idList(ids.slice(i, i + BATCH))})`);
      }
    }
  }

  /** Deletes deployments that were not heard of, and functions that nobody declares or calls. */
  private async forget(before: number): Promise<boolean> {
    const beforeMs = Math.max(0, before * MINUTE_MS);
    const silent = await this.connection.rows(
      `SELECT deployment FROM ${this.tables.of('heard')} GROUP BY deployment HAVING max(heard_ms) < ${beforeMs} LIMIT ${BATCH}`,
    );
    if (silent.length > 0) {
      const ids = idList(silent.map(([id]) => Number(id)));
      for (const table of CATALOG_TABLES) {
        await this.delete(table, `${table === 'deployment' ? 'id' : 'deployment'} IN (${ids})`);
      }
    }
    const gone = await this.connection.rows(
      `SELECT fn FROM (
         SELECT deployment, path, fn, maxMerge(called) AS last, minMerge(since) AS first, maxMerge(stamp) AS at,
           argMaxMerge(declared) AS content
         FROM ${this.tables.of('function')} GROUP BY deployment, path, fn
       ) AS own ANY LEFT JOIN (
         SELECT deployment, path, argMax(content_hash, stamp) AS now FROM ${this.tables.of('file')} GROUP BY deployment, path
       ) AS files USING (deployment, path)
       WHERE last < ${Math.max(0, before)} AND (at = 0 AND last > 0 OR at > 0 AND content != now AND first < ${beforeMs})
       LIMIT ${BATCH}`,
    );
    if (gone.length > 0) await this.delete('function', `fn IN (${idList(gone.map(([fn]) => Number(fn)))})`);
    await this.delete('heard', `heard_ms < ${beforeMs}`);
    await this.delete('exemplar', `time_ms < ${beforeMs}`);
    return silent.length > 0 || gone.length > 0;
  }

  /** Resolves once it is done. */
  private async delete(table: string, where: string): Promise<void> {
    const left = async (): Promise<number> => {
      const [[found] = []] = await this.connection.rows(`SELECT count() FROM ${this.tables.of(table)} WHERE ${where}`);
      return Number(found);
    };
    if ((await left()) === 0) return;
    await this.connection.command(
      `ALTER TABLE ${this.tables.local(table)}${this.tables.onCluster} DELETE WHERE ${where}`,
      this.options.version >= 20 ? { mutations_sync: '1' } : {},
    );
    // Old servers do it in the background.
    const deadline = performance.now() + DELETE_WAIT_MS;
    while ((await left()) > 0 && performance.now() < deadline) await pause(DELETE_POLL_MS);
  }
}
