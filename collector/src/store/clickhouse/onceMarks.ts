import { hourStart, minuteOf } from '../storeTime.js';
import type { Minute, Report } from '../model.js';
import { retention } from '../store.js';
import { deploymentId } from './clickhouseCatalog.js';
import type { ClickHouseConnection } from './clickhouseConnection.js';
import type { TableNames } from './schema.js';
import { idList, quotedList } from './sqlText.js';

/** How far from now a report's own time may be, minutes. */
const NEAR = 60;
/** Where the mark of such a report can be at most, before that time. */
const DAY = 1440;

/** The mark that a report leaves: a row among its numbers, so that one is stored with the other. */
export interface OnceMark {
  readonly text: string;
  readonly deployment: number;
  readonly minute: Minute;
}

/**
 * Undefined for a report that is never a duplicate. The mark stands at a time of the report, so that the same report makes
 * the same rows whenever it comes soon; at the hour in which it comes when it has no time, or one long ago.
 */
export function onceMarkOf(report: Report, nowMs: number): OnceMark | undefined {
  if (report.onceKey === undefined) return undefined;
  const now = minuteOf(nowMs);
  const [covered] = report.covered;
  const own = covered ? minuteOf(covered.startMs) : report.functions[0]?.minute;
  const minute = own !== undefined && Math.abs(own - now) < NEAR ? own : hourStart(now);
  return { text: `${report.instanceId}\0${report.onceKey}`, deployment: deploymentId(report.deployment), minute };
}

/** The texts of those that are stored. */
export async function storedMarks(
  marks: readonly OnceMark[],
  nowMs: number,
  connection: ClickHouseConnection,
  tables: TableNames,
): Promise<Set<string>> {
  if (marks.length === 0) return new Set();
  const now = minuteOf(nowMs);
  const isNear = marks.every(({ minute }) => minute !== hourStart(now));
  const from = isNear
    ? Math.min(...marks.map(({ minute }) => minute)) - DAY
    : hourStart(now - retention.onceHours * 60);
  const rows = await connection.rows(
    `SELECT DISTINCT sub FROM ${tables.of('fact_minute')}
     WHERE kind = 'once' AND path = '' AND fn = 0 AND minute >= ${Math.max(0, from)}
       AND deployment IN (${idList([...new Set(marks.map(({ deployment }) => deployment))])})
       AND sub IN (${quotedList(marks.map(({ text }) => text))})`,
  );
  return new Set(rows.map(([sub]) => String(sub)));
}
