import { coveredSeconds } from './coverage.js';
import { HistogramSum } from './histogramSum.js';
import type { Minute } from './model.js';
import { numberTables } from './numberTables.js';
import type { NumberRow } from './numberBlock.js';
import { number, type PreparedStatements } from './preparedStatements.js';
import { windowStart } from './readSegments.js';
import { addDurations, allKeys, keysOf, type SqliteNumbers } from './sqliteNumbers.js';
import type { SqliteNames } from './sqliteNames.js';
import type { StoreClock } from './sqliteSchema.js';
import type { PathOwnerTotal, PathRecord, SeriesPiece } from './store.js';
import { pieceStart } from './storeTime.js';

/** Reads over time, and of critical paths. */
export class SqliteSeries {
  constructor(
    private readonly statements: PreparedStatements,
    private readonly names: SqliteNames,
    private readonly numbers: SqliteNumbers,
    private readonly clock: StoreClock,
  ) {}

  readSeries(functionIds: readonly number[], fromMinute: Minute, widthMinutes: number): SeriesPiece[] {
    // Negative ones are deployments.
    const wanted = new Set(functionIds.filter((id) => id > 0));
    const pieces = new Map<string, { -readonly [K in keyof SeriesPiece]: SeriesPiece[K] } & { sum: HistogramSum }>();
    const of = ({ key: functionId, piece: minute }: NumberRow) => {
      const key = `${functionId} ${minute}`;
      let piece = pieces.get(key);
      if (!piece) {
        const sum = new HistogramSum();
        piece = { functionId, minute, calls: 0, errors: 0, sum, durations: sum.value() };
        pieces.set(key, piece);
      }
      return piece;
    };
    const keys = keysOf([...wanted]);
    this.numbers.readPieces(numberTables.function, keys, fromMinute, widthMinutes, (row) => {
      const piece = of(row);
      piece.calls += row.count;
      addDurations(piece.sum, row);
    });
    this.numbers.readPieces(numberTables.error, keys, fromMinute, widthMinutes, (row) => {
      of(row).errors += row.count;
    });
    return [...pieces.values()]
      .filter(({ functionId, calls, errors }) => wanted.has(functionId) && (calls > 0 || errors > 0))
      .sort((a, b) => a.minute - b.minute)
      .map(({ sum, functionId, minute, calls, errors }) => ({
        functionId,
        minute,
        calls,
        errors,
        durations: sum.value(),
      }));
  }

  readObserved(deployment: number, fromMinute: Minute, widthMinutes: number): Map<Minute, number> {
    const from = windowStart(fromMinute, this.clock);
    const pieces = new Map<Minute, number>();
    const add = (minute: Minute, seconds: number): void => {
      const start = pieceStart(minute, widthMinutes);
      pieces.set(start, (pieces.get(start) ?? 0) + seconds);
    };
    const hours = this.statements.of('SELECT minute, seconds FROM coverage_hour WHERE deployment = ? AND minute >= ?');
    for (const row of hours.iterate(deployment, from)) add(number(row, 'minute'), number(row, 'seconds'));
    const minutes = this.statements.of(
      'SELECT minute, low, high FROM coverage_minute WHERE deployment = ? AND minute >= ?',
    );
    for (const row of minutes.iterate(deployment, from)) {
      add(number(row, 'minute'), coveredSeconds(number(row, 'low'), number(row, 'high')));
    }
    return pieces;
  }

  readPaths(deploymentIds: readonly number[], fromMinute: Minute): PathRecord[] {
    const entries = new Map(
      this.statements
        .of(
          `SELECT id, deployment, kind, name FROM entry_point
           WHERE fn = 0 AND deployment IN (SELECT value FROM json_each(?))`,
        )
        .all(JSON.stringify(deploymentIds))
        .map((row) => [number(row, 'id'), row]),
    );
    const sums = new Map<number, Map<number, PathSum>>();
    this.numbers.read(numberTables.path, allKeys('SELECT id FROM entry_point'), fromMinute, (row) => {
      const { key: entry, second: owner, count, more } = row;
      if (!entries.has(entry)) return;
      const owners = sums.get(entry) ?? new Map<number, PathSum>();
      sums.set(entry, owners);
      const at = owners.get(owner) ?? { traces: 0, pathTraces: 0, selfNanos: 0, savesAtMostNanos: 0, boundTraces: 0 };
      owners.set(owner, at);
      const [pathTraces = 0, selfNanos = 0, savesNanos = 0, boundTraces = 0] = more;
      at.traces += count;
      at.pathTraces += pathTraces;
      at.selfNanos += selfNanos;
      at.savesAtMostNanos += savesNanos;
      at.boundTraces += boundTraces;
    });
    const names = this.names.pathOwners([...sums.values()].flatMap((owners) => [...owners.keys()]));
    return [...sums].flatMap(([entry, owners]): PathRecord[] => {
      const row = entries.get(entry);
      const whole = owners.get(0);
      if (!row || !whole) return [];
      return [
        {
          deploymentId: number(row, 'deployment'),
          entryPoint: { kind: String(row['kind']), name: String(row['name']) },
          traces: whole.traces,
          partialTraces: whole.pathTraces,
          totalNanos: whole.selfNanos,
          owners: [...owners].flatMap(([id, sum]): PathOwnerTotal[] => {
            const owner = names.get(id);
            return owner ? [{ owner, ...sum }] : [];
          }),
        },
      ];
    });
  }
}

type PathSum = { -readonly [K in Exclude<keyof PathOwnerTotal, 'owner'>]: PathOwnerTotal[K] };
