import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EntryPointKey, Exemplar } from './model.js';
import { exemplarsOfAKind } from './store.js';

/** The exemplars of each entry point: the slowest, the latest failing and the latest ones. */
export class SqliteExemplars {
  private readonly sql: Record<'add' | 'trim' | 'read', StatementSync>;

  constructor(database: DatabaseSync) {
    const best = (condition: string, order: string): string =>
      `SELECT * FROM (SELECT id FROM exemplar WHERE entry = ?1 ${condition} ORDER BY ${order} LIMIT ${exemplarsOfAKind})`;
    this.sql = {
      add: database.prepare(
        `INSERT INTO exemplar (entry, time_ms, duration_seconds, error_type, trace_id, detail) VALUES (?, ?, ?, ?, ?, ?)`,
      ),
      trim: database.prepare(
        `DELETE FROM exemplar WHERE entry = ?1 AND id NOT IN (
           ${best('', 'duration_seconds DESC, id DESC')}
           UNION ${best(`AND error_type <> ''`, 'time_ms DESC, id DESC')}
           UNION ${best('', 'time_ms DESC, id DESC')})`,
      ),
      read: database.prepare(
        `SELECT exemplar.* FROM entry_point JOIN exemplar ON entry = entry_point.id
         WHERE deployment = ? AND kind = ? AND name = ? AND fn = 0 ORDER BY time_ms DESC, exemplar.id DESC`,
      ),
    };
  }

  add(entry: number, { timeMs, durationSeconds, errorType, traceId, path, dependencies }: Exemplar): void {
    const detail = JSON.stringify({ path, dependencies } satisfies Detail);
    this.sql.add.run(entry, timeMs, durationSeconds, errorType, traceId, detail);
    this.sql.trim.run(entry);
  }

  read(deploymentId: number, entryPoint: EntryPointKey): Exemplar[] {
    return this.sql.read.all(deploymentId, entryPoint.kind, entryPoint.name).map((row) => ({
      entryPoint,
      traceId: String(row['trace_id']),
      timeMs: Number(row['time_ms']),
      durationSeconds: Number(row['duration_seconds']),
      errorType: String(row['error_type']),
      ...(JSON.parse(String(row['detail'])) as Detail),
    }));
  }
}

type Detail = Pick<Exemplar, 'path' | 'dependencies'>;
