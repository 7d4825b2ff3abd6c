import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EntryPointKey, Exemplar } from './model.js';
import { exemplarsOfAKind, type ExemplarRecord } from './store.js';

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
        `SELECT exemplar.*, deployment, kind, name FROM entry_point JOIN exemplar ON entry = entry_point.id
         WHERE deployment IN (SELECT value FROM json_each(?1)) AND fn = 0 AND (?2 IS NULL OR (kind = ?2 AND name = ?3))
         ORDER BY time_ms DESC, exemplar.id DESC`,
      ),
    };
  }

  add(entry: number, { timeMs, durationSeconds, errorType, traceId, path, dependencies }: Exemplar): void {
    const detail = JSON.stringify({ path, dependencies } satisfies Detail);
    this.sql.add.run(entry, timeMs, durationSeconds, errorType, traceId, detail);
    this.sql.trim.run(entry);
  }

  read(deploymentIds: readonly number[], entryPoint: EntryPointKey | undefined): ExemplarRecord[] {
    const { kind = null, name = null } = entryPoint ?? {};
    return this.sql.read.all(JSON.stringify(deploymentIds), kind, name).map((row) => ({
      deploymentId: Number(row['deployment']),
      entryPoint: { kind: String(row['kind']), name: String(row['name']) },
      traceId: String(row['trace_id']),
      timeMs: Number(row['time_ms']),
      durationSeconds: Number(row['duration_seconds']),
      errorType: String(row['error_type']),
      ...(JSON.parse(String(row['detail'])) as Detail),
    }));
  }
}

type Detail = Pick<Exemplar, 'path' | 'dependencies'>;
