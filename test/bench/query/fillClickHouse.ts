import { ClickHouseConnection } from '@hindcast/collector/store/clickhouse/clickhouseConnection';
import { FACT_COLUMNS, TableNames } from '@hindcast/collector/store/clickhouse/schema';
import { parseClickHouseAddress } from '@hindcast/collector/store/clickhouse/storeAddress';
import type { Store } from '@hindcast/collector/store/store';
import { dayStart, hourStart, minuteCutoff, minuteOf } from '@hindcast/collector/store/storeTime';
import { declarations, reportOf } from './fillStore.js';

const STATEMENT_MS = 600_000;
/** With more than this only functions' own numbers are made, without callers, entry points and dependencies. */
const WHOLE_FUNCTION_MINUTES = 20_000_000;

interface Filling {
  readonly functions: number;
  readonly days: number;
  readonly nowMs: number;
}

/**
 * The same as `fillStore`, made by the engine from one minute that is written as usual: durations and calls vary by function and
 * minute. What would be over the age of minutes is made by the hour and day only. A store that has it already is left as it is.
 * @returns the minutes that this stands for
 */
export async function fillClickHouse(store: Store, address: string, filling: Filling): Promise<number> {
  const { functions, days, nowMs } = filling;
  const now = minuteOf(nowMs);
  const first = hourStart(now - days * 1440);
  const kept = Math.max(first, minuteCutoff(nowMs));
  const parsed = parseClickHouseAddress(address);
  const connection = new ClickHouseConnection(parsed, STATEMENT_MS);
  const tables = new TableNames(parsed);
  try {
    const [[present] = []] = await connection.rows(
      `SELECT count() FROM ${tables.of('fact_minute')} WHERE kind = 'function' AND minute >= ${kept}`,
    );
    if (Number(present) >= functions * (now - kept) * 0.9) return now - first;
    const seed = reportOf(functions, now - 1, 1);
    const covered = [{ startMs: first * 60_000, endMs: now * 60_000 }];
    await store.write([{ ...seed, covered, declarations: declarations(functions) }], nowMs);
    const isWhole = functions * (now - kept) <= WHOLE_FUNCTION_MINUTES;
    const kinds = isWhole ? "kind NOT IN ('once', 'coverage')" : "kind IN ('function', 'total')";
    for (let hour = kept; hour < now - 1; hour += 60) {
      const count = Math.min(60, now - 1 - hour);
      await connection.command(
        `INSERT INTO ${tables.of('fact_minute')} (${columns()}) SELECT ${columns({
          minute: `toUInt32(${hour} + step)`,
          calls: `calls + (intHash64(fn + ${hour} + step) % 50)`,
          'latMap.b': `arrayMap(it -> toInt16(it + intHash64(fn + ${hour} + step) % 5), latMap.b)`,
          'latMap.n': `arrayMap(it -> it + intHash64(fn + it + ${hour} + step) % 3, latMap.n)`,
        })} FROM ${tables.of('fact_minute')} ARRAY JOIN range(${count}) AS step
         WHERE minute = ${now - 1} AND ${kinds}`,
      );
    }
    // A whole day that is kept by the minute, once more for every day before.
    const whole = dayStart(now) - 1440;
    for (let day = whole - 1440; day >= dayStart(first); day -= 1440) {
      for (const table of ['fact_hour', 'fact_day']) {
        await connection.command(
          `INSERT INTO ${tables.of(table)} (${columns()}) SELECT ${columns({
            minute: `toUInt32(minute - ${whole - day})`,
            calls: 'calls + intHash64(fn + minute) % 50',
          })} FROM ${tables.of(table)} WHERE minute >= ${whole} AND minute < ${whole + 1440} AND ${kinds}`,
        );
      }
    }
    return now - first;
  } finally {
    await connection.close();
  }
}

/** Function-minutes as rows, and what they take once they are merged as far as they are. */
export async function clickHouseSize(address: string): Promise<{ readonly rows: number; readonly bytes: number }> {
  const parsed = parseClickHouseAddress(address);
  const connection = new ClickHouseConnection(parsed, STATEMENT_MS);
  try {
    const [[rows] = []] = await connection.rows(
      `SELECT count() FROM ${new TableNames(parsed).of('fact_minute')} WHERE kind = 'function'`,
    );
    const [[bytes] = []] = await connection.rows(
      `SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table LIKE 'hindcast\\_fact\\_%'`,
    );
    return { rows: Number(rows), bytes: Number(bytes) };
  } finally {
    await connection.close();
  }
}

function columns(as: Partial<Record<string, string>> = {}): string {
  return FACT_COLUMNS.map((name) => as[name] ?? `\`${name}\``).join(', ');
}
