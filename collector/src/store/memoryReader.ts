import { coveredSeconds } from './coverage.js';
import {
  addPathRows,
  addTotals,
  dependencyTotals,
  emptyTotals,
  isCurrent,
  totalsSince,
  type StoredDeployment,
  type StoredFunction,
  type StoredPathRow,
  type StoredTotals,
} from './memoryRows.js';
import type { MemoryWriter } from './memoryWriter.js';
import { mergedCallers, mergedEntryPoints } from './mergedTotals.js';
import type { CallerKey, Minute } from './model.js';
import type * as contract from './store.js';
import { pieceStart } from './storeTime.js';

/** Reads of the store in memory that go over whole deployments, or over time. Windows begin where they are asked to. */
export class MemoryReader {
  constructor(
    private readonly data: MemoryWriter,
    private readonly resolve: (caller: CallerKey) => CallerKey,
  ) {}

  functionTotals(deploymentIds: readonly number[], from: Minute): contract.FunctionTotal[] {
    return this.functionsOf(deploymentIds)
      .filter(isCurrent)
      .map((stored) => {
        const { id, file, fn, declaredSinceMs } = stored;
        const { calls, errors, durations } = totalsSince(stored, from);
        return {
          id,
          fileId: file.id,
          fn,
          declaredSinceMs,
          calls,
          errors: sum(errors),
          durations: durations.value(),
        };
      });
  }

  edges(deploymentIds: readonly number[], from: Minute): contract.EdgeTotal[] {
    return this.functionsOf(deploymentIds).flatMap((stored) => this.edgesOf(stored.id, totalsSince(stored, from)));
  }

  series(functionIds: readonly number[], from: Minute, widthMinutes: number): contract.SeriesPiece[] {
    return functionIds
      .flatMap((functionId) => {
        const pieces = new Map<Minute, StoredTotals>();
        for (const [minute, row] of this.data.functions.get(functionId)?.rows ?? []) {
          if (minute < from) continue;
          const start = pieceStart(minute, widthMinutes);
          const at = pieces.get(start) ?? emptyTotals();
          addTotals(at, row);
          pieces.set(start, at);
        }
        return [...pieces].map(([minute, { calls, errors, durations }]) => ({
          functionId,
          minute,
          calls,
          errors: sum(errors),
          durations: durations.value(),
        }));
      })
      .filter(({ calls, errors }) => calls > 0 || errors > 0)
      .sort((a, b) => a.minute - b.minute);
  }

  observed(deploymentId: number, from: Minute, widthMinutes: number): Map<Minute, number> {
    const pieces = new Map<Minute, number>();
    for (const { coverage } of this.deploymentsOf([deploymentId])) {
      for (const [minute, { low, high }] of coverage) {
        if (minute < from) continue;
        const start = pieceStart(minute, widthMinutes);
        pieces.set(start, (pieces.get(start) ?? 0) + coveredSeconds(low, high));
      }
    }
    return pieces;
  }

  async *minutes(
    deploymentIds: readonly number[],
    fromMinute: Minute,
    toMinute: Minute,
  ): AsyncGenerator<contract.DeploymentMinute> {
    const minutes = new Set<Minute>();
    for (const { coverage, rows, entryPoints } of this.deploymentsOf(deploymentIds)) {
      for (const of of [coverage, rows, ...[...entryPoints.values()].map((it) => it.rows)]) {
        for (const minute of of.keys()) minutes.add(minute);
      }
    }
    for (const { rows } of this.functionsOf(deploymentIds)) for (const minute of rows.keys()) minutes.add(minute);
    for (const minute of [...minutes].sort((a, b) => a - b)) {
      if (minute < Math.max(fromMinute, this.data.minuteCutoff) || minute >= toMinute) continue;
      for (const deployment of this.deploymentsOf(deploymentIds)) {
        const at = this.minuteOf(deployment, minute);
        if (at) yield at;
      }
      await Promise.resolve();
    }
  }

  paths(deploymentIds: readonly number[], from: Minute): contract.PathRecord[] {
    return this.deploymentsOf(deploymentIds).flatMap(({ id, paths }) =>
      [...paths.values()].flatMap(({ entryPoint, rows }) => {
        const sums = new Map<string, StoredPathRow>();
        for (const [minute, row] of rows) if (minute >= from) addPathRows(sums, row);
        const whole = sums.get('');
        if (!whole) return [];
        return [
          {
            deploymentId: id,
            entryPoint,
            traces: whole.traces,
            partialTraces: whole.pathTraces,
            totalNanos: whole.selfNanos,
            owners: [...sums.values()].flatMap(({ owner, ...row }) => (owner ? [{ owner, ...row }] : [])),
          },
        ];
      }),
    );
  }

  private minuteOf(deployment: StoredDeployment, minute: Minute): contract.DeploymentMinute | undefined {
    const coverage = deployment.coverage.get(minute);
    const rows = this.functionsOf([deployment.id]).flatMap(({ id, rows: of }) => {
      const totals = of.get(minute);
      return totals ? [{ functionId: id, totals }] : [];
    });
    const entries = [...deployment.entryPoints.values()].flatMap(({ entryPoint, fn, rows: of }) => {
      const totals = of.get(minute);
      if (!totals) return [];
      const { calls, durations, errors } = totals;
      return [{ deploymentId: deployment.id, entryPoint, fn, calls, durations: durations.value(), errors }];
    });
    const observedSeconds = coverage ? coveredSeconds(coverage.low, coverage.high) : 0;
    if (rows.length === 0 && entries.length === 0 && observedSeconds === 0) return undefined;
    return {
      deploymentId: deployment.id,
      minute,
      observedSeconds,
      functions: rows
        .filter(
          ({ totals: { calls, errors, durations } }) => calls > 0 || errors.size > 0 || durations.value().count > 0,
        )
        .map(({ functionId, totals: { calls, durations, errors } }) => ({
          functionId,
          calls,
          durations: durations.value(),
          errors,
        })),
      edges: rows.flatMap(({ functionId, totals }) => this.edgesOf(functionId, totals)),
      entryPoints: mergedEntryPoints(entries).map(({ entryPoint, calls, durations, errors }) => ({
        entryPoint,
        calls,
        durations,
        errors,
      })),
      functionEntries: rows.flatMap(({ functionId, totals }) =>
        [...totals.entries.values()].map((it) => ({ ...it, functionId })),
      ),
      dependencies: rows.flatMap(({ functionId, totals }) =>
        dependencyTotals(totals).map((it) => ({ ...it, functionId })),
      ),
    };
  }

  private edgesOf(functionId: number, { callers }: StoredTotals): contract.EdgeTotal[] {
    return mergedCallers([...callers.values()].map((it) => ({ ...it, caller: this.resolve(it.caller) }))).map((it) => ({
      ...it,
      functionId,
    }));
  }

  private deploymentsOf(ids: readonly number[]): StoredDeployment[] {
    return [...this.data.deployments.values()].filter(({ id }) => ids.includes(id));
  }

  private functionsOf(deploymentIds: readonly number[]): StoredFunction[] {
    return this.deploymentsOf(deploymentIds).flatMap(({ files }) =>
      [...files.values()].flatMap(({ functions }) => [...functions.values()]),
    );
  }
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
