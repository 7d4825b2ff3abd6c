import type { DatabaseSync } from 'node:sqlite';
import { numberTables, type NumberTable } from './numberTables.js';
import type { SqliteCatalog } from './sqliteCatalog.js';
import { MINUTES_PER_DAY, MINUTE_MS, catalogCutoff } from './storeTime.js';

const ROWS_AT_A_TIME = 500;
const IDS_AT_A_TIME = 20_000;

/**
 * Deletes what was not heard of for as long as numbers are kept: deployments, functions that nobody calls nor declares, callers,
 * entry points and dependencies. Their numbers have been deleted before. A step after each `yield`.
 */
export function* purge(
  database: DatabaseSync,
  catalog: SqliteCatalog,
  nowMs: number,
): Generator<void, void, undefined> {
  const cutoff = catalogCutoff(nowMs);
  const remove: Remove = function* (query, values, isStill = () => true) {
    const statement = database.prepare(query);
    while (isStill()) {
      const { changes } = statement.run(...values);
      if (changes === 0) return;
      // Ids that are gone must not be written to any more.
      catalog.forget();
      yield;
    }
  };
  yield* remove('DELETE FROM instance WHERE last_seen_ms < ?', [cutoff * MINUTE_MS]);

  const isDead = database.prepare('SELECT 1 FROM deployment WHERE id = ? AND last_seen_ms < ?');
  const dead = database.prepare('SELECT id FROM deployment WHERE last_seen_ms < ?').all(cutoff * MINUTE_MS);
  for (const row of dead) {
    const id = Number(row['id']);
    // It may come back between two steps.
    const isStillDead = (): boolean => isDead.get(id, cutoff * MINUTE_MS) !== undefined;
    const some = (table: string, select: string): string =>
      `DELETE FROM ${table} WHERE id IN (${select} LIMIT ${ROWS_AT_A_TIME})`;
    yield* remove(
      some('function', 'SELECT function.id FROM file JOIN function ON function.file = file.id WHERE deployment = ?'),
      [id],
      isStillDead,
    );
    yield* remove(
      some(
        'exemplar',
        'SELECT exemplar.id FROM entry_point JOIN exemplar ON entry = entry_point.id WHERE deployment = ?',
      ),
      [id],
      isStillDead,
    );
    for (const table of ['file', 'entry_point']) {
      yield* remove(some(table, `SELECT id FROM ${table} WHERE deployment = ?`), [id], isStillDead);
    }
    for (const table of ['instance', 'coverage_minute', 'coverage_hour']) {
      yield* remove(`DELETE FROM ${table} WHERE deployment = ?`, [id], isStillDead);
    }
    yield* remove('DELETE FROM deployment WHERE id = ?', [id], isStillDead);
  }

  const ofFunctions = Object.values<NumberTable>(numberTables).filter(({ key }) => key[0] === 'fn');
  const isUnused = ofFunctions
    .flatMap(({ name }) =>
      ['hour', 'day'].map((it) => `NOT EXISTS (SELECT 1 FROM ${name}_${it} WHERE fn = function.id)`),
    )
    .join(' AND ');
  yield* inIdRanges(
    database,
    'function',
    remove,
    `coalesce(last_called_minute, declared_since_ms / ${MINUTE_MS}) < ?3
     AND (declared_hash IS NULL OR declared_hash <> (SELECT content_hash FROM file WHERE file.id = function.file))
     AND ${isUnused}`,
    cutoff,
  );
  const usedBefore = Math.floor(cutoff / MINUTES_PER_DAY);
  for (const table of ['caller', 'dependency', 'path_owner'])
    yield* inIdRanges(database, table, remove, 'used_day < ?3', usedBefore);
  yield* inIdRanges(database, 'exemplar', remove, 'time_ms < ?3', cutoff * MINUTE_MS);
  yield* inIdRanges(
    database,
    'entry_point',
    remove,
    'used_day < ?3 AND NOT EXISTS (SELECT 1 FROM exemplar WHERE entry = entry_point.id)',
    usedBefore,
  );
}

type Remove = (query: string, values: readonly number[], isStill?: () => boolean) => Generator<void, void, undefined>;

function* inIdRanges(
  database: DatabaseSync,
  table: string,
  remove: Remove,
  condition: string,
  before: number,
): Generator<void, void, undefined> {
  const last = Number(database.prepare(`SELECT max(id) AS id FROM ${table}`).get()?.['id'] ?? 0);
  for (let first = 1; first <= last; first += IDS_AT_A_TIME) {
    yield* remove(`DELETE FROM ${table} WHERE id BETWEEN ?1 AND ?2 AND ${condition}`, [
      first,
      first + IDS_AT_A_TIME - 1,
      before,
    ]);
    yield;
  }
}
