import { emptyHistogram, type Histogram } from '@hindcast/core/histogram';
import { addCount } from '../functionTotals.js';
import { coveredSeconds } from '../coverage.js';
import { mergedEntryPoints } from '../mergedTotals.js';
import type { Minute } from '../model.js';
import type { DependencyTotal, DeploymentMinute, EdgeTotal } from '../store.js';
import type { ClickHouseConnection } from './clickhouseConnection.js';
import { entryRecords, type DeploymentReader } from './deploymentReader.js';
import { readFacts, type FactSum } from './factReader.js';
import type { Cutoffs } from './factWindow.js';
import { entryPointOf, errorOf } from './facts.js';
import { dependencyTotals, type FunctionReader } from './functionReader.js';
import type { TableNames } from './schema.js';
import { idList } from './sqlText.js';

/** Minutes that are read at once. */
const STEP = 5;

/** Everything deployments did, minute by minute. */
export class MinuteReader {
  constructor(
    private readonly connection: ClickHouseConnection,
    private readonly tables: TableNames,
    private readonly cutoffs: Cutoffs,
    private readonly functions: FunctionReader,
    private readonly deployments: DeploymentReader,
  ) {}

  async *read(deploymentIds: readonly number[], from: Minute, to: Minute): AsyncGenerator<DeploymentMinute> {
    if (deploymentIds.length === 0) return;
    const where = `deployment IN (${idList(deploymentIds)})`;
    const first = Math.max(from, this.cutoffs.minuteCutoff);
    for (const start of await this.starts(where, first, to)) {
      const end = Math.min(to, start + STEP);
      const [sums, coverage] = await Promise.all([
        readFacts(this.connection, this.tables, {
          kinds: [
            'function',
            'error',
            'edge',
            'entry',
            'entry_error',
            'function_entry',
            'dependency',
            'dependency_error',
          ],
          parts: [{ table: 'fact_minute', from: Math.max(first, start), to: end }],
          where,
          widthMinutes: 1,
        }),
        this.deployments.coverage(Math.max(first, start), where, 'minute', end),
      ]);
      const seconds = new Map<string, number>();
      for (const [deployment, minute, low, high] of coverage) {
        addCount(seconds, `${Number(minute)} ${Number(deployment)}`, coveredSeconds(Number(low), Number(high)));
      }
      const byMinute = new Map<string, FactSum[]>();
      for (const sum of sums) {
        const key = `${sum.minute} ${sum.deployment}`;
        const own = byMinute.get(key) ?? [];
        own.push(sum);
        byMinute.set(key, own);
      }
      const keys = [...new Set([...byMinute.keys(), ...seconds.keys()])]
        .map((key) => key.split(' ').map(Number))
        .sort(([a = 0, x = 0], [b = 0, y = 0]) => a - b || x - y);
      for (const [minute = 0, deploymentId = 0] of keys) {
        const key = `${minute} ${deploymentId}`;
        yield await this.minute(deploymentId, minute, seconds.get(key) ?? 0, byMinute.get(key) ?? []);
      }
    }
  }

  /** Where steps begin that have anything in them: a long window may be mostly empty. */
  private async starts(where: string, from: Minute, to: Minute): Promise<Minute[]> {
    if (from >= to) return [];
    const step = (table: string): string =>
      `SELECT DISTINCT intDiv(minute, ${STEP}) * ${STEP} AS start FROM ${this.tables.of(table)}
       WHERE minute >= ${Math.max(0, from)} AND minute < ${to} AND ${where}`;
    const rows = await this.connection.rows(
      `SELECT DISTINCT start FROM (${step('fact_minute')} UNION ALL ${step('coverage')}) ORDER BY start`,
    );
    return rows.map(([start]) => Number(start));
  }

  private async minute(
    deploymentId: number,
    minute: Minute,
    observedSeconds: number,
    sums: readonly FactSum[],
  ): Promise<DeploymentMinute> {
    const of = (...kinds: FactSum['kind'][]): FactSum[] => sums.filter(({ kind }) => kinds.includes(kind));
    const functions = new Map<number, { calls: number; durations: Histogram; errors: Map<string, number> }>();
    for (const sum of of('function', 'error')) {
      const at = functions.get(sum.fn) ?? { calls: 0, durations: emptyHistogram, errors: new Map<string, number>() };
      functions.set(sum.fn, at);
      if (sum.kind === 'error') addCount(at.errors, errorOf(sum.sub).type, sum.calls);
      else {
        at.calls = sum.calls;
        at.durations = sum.durations;
      }
    }
    const dependencies = new Map<number, FactSum[]>();
    for (const sum of of('dependency', 'dependency_error')) {
      const own = dependencies.get(sum.fn) ?? [];
      own.push(sum);
      dependencies.set(sum.fn, own);
    }
    const edges: EdgeTotal[] = await this.functions.edgesOf(of('edge'));
    return {
      deploymentId,
      minute,
      observedSeconds,
      functions: [...functions]
        .filter(([, { calls, durations, errors }]) => calls > 0 || errors.size > 0 || durations.count > 0)
        .map(([functionId, it]) => ({ functionId, ...it })),
      edges,
      entryPoints: mergedEntryPoints(entryRecords(of('entry', 'entry_error'))).map(
        ({ entryPoint, calls, durations, errors }) => ({ entryPoint, calls, durations, errors }),
      ),
      functionEntries: of('function_entry').map(({ fn, sub, calls }) => ({
        functionId: fn,
        entryPoint: entryPointOf(sub),
        calls,
      })),
      dependencies: [...dependencies].flatMap(([functionId, own]) =>
        dependencyTotals(own).map((it: DependencyTotal) => ({ ...it, functionId })),
      ),
    };
  }
}
