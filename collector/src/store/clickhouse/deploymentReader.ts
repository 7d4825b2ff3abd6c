import { HistogramSum } from '../histogramSum.js';
import { addCount } from '../functionTotals.js';
import { coveredSeconds } from '../coverage.js';
import { bestExemplars } from '../bestExemplars.js';
import { entryPointKeyText } from '../keys.js';
import { mergedEntryPoints } from '../mergedTotals.js';
import type { EntryPointKey, Exemplar, FunctionKey, Minute } from '../model.js';
import type {
  DeploymentRecord,
  DeploymentSummary,
  EntryPointRecord,
  ExemplarRecord,
  PathOwnerTotal,
  PathRecord,
} from '../store.js';
import { MINUTE_MS } from '../storeTime.js';
import type { ClickHouseConnection, ResultRow } from './clickhouseConnection.js';
import { readFacts, type FactSum } from './factReader.js';
import type { Cutoffs } from './factWindow.js';
import { deploymentOf, entryPointOf, pathOwnerOf, subOf } from './facts.js';
import { dependencyTotals } from './functionReader.js';
import type { TableNames } from './schema.js';
import { idList, quoted } from './sqlText.js';

/** Reads of deployments and of what is the deployment's as a whole. */
export class DeploymentReader {
  constructor(
    private readonly connection: ClickHouseConnection,
    private readonly tables: TableNames,
    private readonly cutoffs: Cutoffs,
  ) {}

  async deployments(fromMinute: Minute, ids?: readonly number[]): Promise<DeploymentRecord[]> {
    if (ids?.length === 0) return [];
    const from = this.cutoffs.start(fromMinute);
    const fromMs = Math.max(0, from * MINUTE_MS);
    const only = (column: string): string => (ids ? `WHERE ${column} IN (${idList(ids)})` : '');
    const [heard, known, observed] = await Promise.all([
      this.connection.rows(
        `SELECT deployment, max(heard_ms) AS last, uniqExactIf(instance, heard_ms >= ${fromMs}),
           argMaxIf(repository_url, heard_ms, repository_url != '')
         FROM ${this.tables.of('heard')} ${only('deployment')} GROUP BY deployment
         ${ids ? '' : `HAVING last >= ${fromMs}`}`,
      ),
      this.connection.rows(
        `SELECT id, min(first_seen_ms), any(service), any(environment), any(version), any(revision), any(source)
         FROM ${this.tables.of('deployment')} ${only('id')} GROUP BY id`,
      ),
      this.coverage(from, ids && `deployment IN (${idList(ids)})`, '0'),
    ]);
    const first = new Map(known.map((row) => [Number(row[0]), row]));
    const seconds = new Map<number, number>();
    for (const [deployment, , low, high, minutes] of observed) {
      addCount(seconds, Number(deployment), coveredSeconds(Number(low), Number(high)) * Number(minutes));
    }
    return heard.flatMap(([deployment, last, instances, repositoryUrl]) => {
      const row = first.get(Number(deployment));
      if (!row) return [];
      return [
        {
          id: Number(deployment),
          key: deploymentOf(row.slice(2)),
          repositoryUrl: String(repositoryUrl),
          instances: Number(instances),
          firstSeenMs: Number(row[1]),
          lastSeenMs: Number(last),
          observedSeconds: seconds.get(Number(deployment)) ?? 0,
        },
      ];
    });
  }

  async observed(deploymentId: number, fromMinute: Minute, widthMinutes: number): Promise<Map<Minute, number>> {
    const rows = await this.coverage(
      this.cutoffs.start(fromMinute),
      `deployment = ${deploymentId}`,
      `intDiv(minute, ${widthMinutes}) * ${widthMinutes}`,
    );
    const pieces = new Map<Minute, number>();
    for (const [, minute, low, high, minutes] of rows) {
      addCount(pieces, Number(minute), coveredSeconds(Number(low), Number(high)) * Number(minutes));
    }
    return pieces;
  }

  /** Rows of deployment, piece of time, seconds as bits (coverage.ts), and how many minutes have just these. */
  coverage(from: Minute, where: string | undefined, piece: string, to?: Minute): Promise<ResultRow[]> {
    return this.connection.rows(
      `SELECT deployment, ${piece} AS piece, bitAnd(bits, 1073741823) AS low, bitShiftRight(bits, 30) AS high, count()
       FROM (
         SELECT deployment, minute, groupBitOrMerge(bits) AS bits FROM ${this.tables.of('coverage')}
         WHERE minute >= ${Math.max(0, from)}${to === undefined ? '' : ` AND minute < ${to}`} ${where ? `AND ${where}` : ''}
         GROUP BY deployment, minute
       ) GROUP BY deployment, piece, low, high`,
    );
  }

  async entryPoints(fromMinute: Minute): Promise<EntryPointRecord[]> {
    const from = this.cutoffs.start(fromMinute);
    const [sums, heard] = await Promise.all([
      readFacts(this.connection, this.tables, {
        kinds: ['entry', 'entry_error'],
        parts: this.cutoffs.parts(fromMinute),
        where: '1',
        withFunctions: true,
      }),
      this.connection.rows(
        `SELECT deployment FROM ${this.tables.of('heard')} GROUP BY deployment
         HAVING max(heard_ms) >= ${Math.max(0, from * MINUTE_MS)}`,
      ),
    ]);
    const isHeard = new Set(heard.map(([deployment]) => Number(deployment)));
    return mergedEntryPoints(entryRecords(sums.filter(({ deployment }) => isHeard.has(deployment))));
  }

  async exemplars(deploymentIds: readonly number[], entryPoint?: EntryPointKey): Promise<ExemplarRecord[]> {
    const rows = await this.connection.rows(
      `SELECT deployment, entry, time_ms, id, min(stamp), any(duration_seconds), any(error_type), any(detail)
       FROM ${this.tables.of('exemplar')}
       WHERE deployment IN (${idList(deploymentIds)}) ${entryPoint ? `AND entry = ${quoted(entryPointKeyText(entryPoint))}` : ''}
       GROUP BY deployment, entry, time_ms, id`,
    );
    const byEntry = new Map<string, { stamp: number; record: ExemplarRecord }[]>();
    for (const row of rows) {
      const key = `${String(row[0])}\0${String(row[1])}`;
      const own = byEntry.get(key) ?? [];
      own.push({ stamp: Number(row[4]), record: exemplarOf(row) });
      byEntry.set(key, own);
    }
    return [...byEntry.values()]
      .flatMap((own) => {
        const records = own.sort((a, b) => a.stamp - b.stamp).map(({ record }) => record);
        const kept = new Set<Exemplar>(bestExemplars(records));
        return own.filter(({ record }) => kept.has(record));
      })
      .sort((a, b) => b.record.timeMs - a.record.timeMs || b.stamp - a.stamp)
      .map(({ record }) => record);
  }

  async paths(deploymentIds: readonly number[], from: Minute): Promise<PathRecord[]> {
    const sums = await readFacts(this.connection, this.tables, {
      kinds: ['path', 'path_owner'],
      parts: this.cutoffs.parts(from),
      where: `deployment IN (${idList(deploymentIds)})`,
    });
    const owners = new Map<string, PathOwnerTotal[]>();
    const keyOf = ({ deployment, sub }: FactSum): string => `${deployment}\0${sub.split('\0', 2).join('\0')}`;
    for (const sum of sums) {
      if (sum.kind !== 'path_owner') continue;
      const own = owners.get(keyOf(sum)) ?? [];
      own.push({
        owner: pathOwnerOf(sum.sub),
        traces: sum.calls,
        pathTraces: sum.sampled,
        selfNanos: sum.selfNanos,
        savesAtMostNanos: sum.savesNanos,
        boundTraces: sum.bound,
      });
      owners.set(keyOf(sum), own);
    }
    return sums.flatMap((sum) => {
      const entryPoint = entryPointOf(sum.sub);
      if (sum.kind !== 'path' || !entryPoint) return [];
      return [
        {
          deploymentId: sum.deployment,
          entryPoint,
          traces: sum.calls,
          partialTraces: sum.sampled,
          totalNanos: sum.selfNanos,
          owners: owners.get(keyOf(sum)) ?? [],
        },
      ];
    });
  }

  async summaries(fromMinute: Minute): Promise<Map<number, DeploymentSummary>> {
    const from = Math.max(0, this.cutoffs.start(fromMinute));
    const [deployments, files, functions, sums] = await Promise.all([
      this.connection.rows(`SELECT DISTINCT id FROM ${this.tables.of('deployment')}`),
      this.connection.rows(
        `SELECT deployment, countIf(path != ''), countIf(reason != '') FROM (
           SELECT deployment, path, argMax(not_observed_reason, stamp) AS reason FROM ${this.tables.of('file')}
           GROUP BY deployment, path
         ) GROUP BY deployment`,
      ),
      this.connection.rows(
        `SELECT deployment, countIf(at > 0), countIf(at > 0 AND last >= ${from}), countIf(at = 0), countIf(at = 0 AND last >= ${from})
         FROM (
           SELECT deployment, path, fn, maxMerge(called) AS last, maxMerge(stamp) AS at, argMaxMerge(declared) AS content
           FROM ${this.tables.of('function')} GROUP BY deployment, path, fn
         ) AS own ANY LEFT JOIN (
           SELECT deployment, path, argMax(content_hash, stamp) AS now FROM ${this.tables.of('file')} GROUP BY deployment, path
         ) AS files USING (deployment, path)
         WHERE at = 0 OR content = now GROUP BY deployment`,
      ),
      readFacts(this.connection, this.tables, {
        kinds: ['total', 'total_error', 'total_dependency', 'total_dependency_error', 'drop'],
        parts: this.cutoffs.parts(fromMinute),
        where: '1',
      }),
    ]);
    const ofFiles = new Map(files.map((row) => [Number(row[0]), row.slice(1).map(Number)]));
    const ofFunctions = new Map(functions.map((row) => [Number(row[0]), row.slice(1).map(Number)]));
    const ofDeployment = new Map<number, FactSum[]>();
    for (const sum of sums) ofDeployment.set(sum.deployment, [...(ofDeployment.get(sum.deployment) ?? []), sum]);
    return new Map(
      deployments.map(([deployment]) => {
        const id = Number(deployment);
        const [files = 0, filesNotObserved = 0] = ofFiles.get(id) ?? [];
        const [functionsDeclared = 0, declaredRan = 0, functionsSeen = 0, seenRan = 0] = ofFunctions.get(id) ?? [];
        const own = ofDeployment.get(id) ?? [];
        const summary: DeploymentSummary = {
          files,
          filesNotObserved,
          functionsDeclared,
          declaredRan,
          functionsSeen,
          seenRan,
          calls: own.find(({ kind }) => kind === 'total')?.calls ?? 0,
          errors: own.find(({ kind }) => kind === 'total_error')?.calls ?? 0,
          dependencies: dependencyTotals(own),
          drops: new Map(own.filter(({ kind }) => kind === 'drop').map(({ sub, calls }) => [sub, calls])),
        };
        return [id, summary];
      }),
    );
  }
}

/** Entry points by name and handling function, from their calls and errors. */
export function entryRecords(sums: readonly FactSum[]): EntryPointRecord[] {
  interface Sum {
    readonly of: FactSum;
    readonly entryPoint: EntryPointKey;
    readonly fn: FunctionKey | undefined;
    calls: number;
    readonly durations: HistogramSum;
    readonly errors: Map<string, number>;
  }
  const records = new Map<string, Sum>();
  for (const sum of sums) {
    const entryPoint = entryPointOf(sum.sub);
    if (!entryPoint) continue;
    const key = `${sum.deployment}\0${sum.fn}\0${subOf.entryPoint(entryPoint)}`;
    const at = records.get(key) ?? {
      of: sum,
      entryPoint,
      fn: sum.key,
      calls: 0,
      durations: new HistogramSum(),
      errors: new Map<string, number>(),
    };
    records.set(key, at);
    if (sum.kind === 'entry_error') addCount(at.errors, sum.sub.split('\0')[2] ?? '', sum.calls);
    else {
      at.calls += sum.calls;
      at.durations.add(sum.durations);
    }
  }
  return [...records.values()].map(({ of, entryPoint, fn, calls, durations, errors }) => ({
    deploymentId: of.deployment,
    entryPoint,
    fn,
    calls,
    durations: durations.value(),
    errors,
  }));
}

function exemplarOf(row: ResultRow): ExemplarRecord {
  const [deployment, entry, timeMs, , , durationSeconds, errorType, detail] = row;
  // Written by this program as JSON of the rest of an Exemplar.
  const rest = JSON.parse(String(detail)) as Pick<Exemplar, 'traceId' | 'path' | 'dependencies'>;
  return {
    deploymentId: Number(deployment),
    entryPoint: entryPointOf(String(entry)) ?? { kind: '', name: '' },
    timeMs: Number(timeMs),
    durationSeconds: Number(durationSeconds),
    errorType: String(errorType),
    ...rest,
  };
}
