import { NEVER_LOADED } from '@hindcast/proto/semconv';
import { coverageOf } from '../coverage.js';
import { entryPointKeyText, functionKeyText, pathOwnerKeyText, callerKeyText, dependencyKeyText } from '../keys.js';
import type { DependencyKey, EntryPointKey, Exemplar, FunctionKey, Minute, PathOwnerKey, Report } from '../model.js';
import { OTHER_ERROR_TYPE } from '../store.js';
import { minuteOf } from '../storeTime.js';
import { fileStamps, type ClickHouseCatalog } from './clickhouseCatalog.js';
import { addDurations, fileId, functionId, subOf, type Fact, type Facts } from './facts.js';
import { idOf } from './identity.js';
import { NEVER } from './schema.js';
import type { Cell } from './sqlText.js';

/** Rows of one write besides its numbers; all of them can be stored again without harm. */
export interface StateRows {
  readonly heard: Cell[][];
  readonly files: Cell[][];
  readonly declarations: Cell[][];
  /** With the entry point they are of. */
  readonly exemplars: { readonly key: string; readonly exemplar: Exemplar; readonly row: Cell[] }[];
}

/** Of what is stored later, the larger one counts. */
export type NextStamp = () => number;

/**
 * Adds what a report says to `facts` and `state`, within the limits.
 * @returns how much was over a limit
 */
export function addReport(
  report: Report,
  nowMs: number,
  catalog: ClickHouseCatalog,
  facts: Facts,
  state: StateRows,
  nextStamp: NextStamp,
): number {
  const id = catalog.deployment(report.deployment, nowMs);
  if (id === undefined) return 1;
  let overLimit = 0;
  const add = (kind: Fact['kind'], minute: Minute, fn: FunctionKey | undefined, sub: string, calls: number): Fact => {
    const fact = facts.at(kind, id, minute, fn, sub);
    fact.calls += calls;
    return fact;
  };
  const over = (minute: Minute, reason: string): void => {
    overLimit++;
    add('drop', minute, undefined, reason, 1);
  };
  /** Whether the function can be kept. */
  const keeps = (minute: Minute, fn: FunctionKey): boolean => {
    const limit = catalog.fn(id, fn, nowMs);
    if (limit) over(minute, limit);
    return !limit;
  };
  const errorType = (type: string): string => (catalog.name('error_type', type) ? type : OTHER_ERROR_TYPE);
  const keepsEntry = (minute: Minute, entryPoint: EntryPointKey, fn: FunctionKey | undefined): boolean => {
    if (catalog.entry(id, `${entryPointKeyText(entryPoint)}\0${fn ? functionKeyText(fn) : ''}`)) return true;
    over(minute, 'entry_limit');
    return false;
  };
  const keepsDependency = (minute: Minute, dependency: DependencyKey): boolean => {
    if (catalog.name('dependency', dependencyKeyText(dependency))) return true;
    over(minute, 'dependency_limit');
    return false;
  };

  state.heard.push([id, report.instanceId, report.repositoryUrl, nowMs]);
  for (const interval of report.covered) {
    for (const { minute, low, high } of coverageOf(interval)) {
      add('coverage', minute, undefined, String((BigInt(high) << 30n) | BigInt(low)), 1);
    }
  }
  for (const { path, contentHash, notObservedReason, functions } of report.declarations) {
    if (!catalog.file(id, path, nowMs, true)) {
      over(minuteOf(nowMs), 'file_limit');
      continue;
    }
    const stamp = nextStamp();
    // The latest stamp wins; what another instance knows of the file is more than that this one has not loaded it.
    const fileStamp = notObservedReason === NEVER_LOADED ? fileStamps.neverLoaded : stamp;
    state.files.push([path, id, fileId(id, path), contentHash, notObservedReason, fileStamp, nowMs]);
    for (const { name, line, column, endLine, bodyHash } of functions) {
      const fn = { path, name, line, column };
      if (!keeps(minuteOf(nowMs), fn)) continue;
      state.declarations.push([
        path,
        id,
        functionId(id, fn),
        name,
        line,
        column,
        Math.min(nowMs, NEVER - 1),
        stamp,
        contentHash,
        endLine,
        bodyHash,
      ]);
    }
  }
  for (const { minute, fn, calls, durations } of report.functions) {
    if (!keeps(minute, fn)) continue;
    addDurations(add('function', minute, fn, '', calls), durations);
    add('total', minute, undefined, '', calls);
  }
  for (const { minute, fn, type, origin, count } of report.errors) {
    const known = errorType(type);
    if (!keeps(minute, fn)) continue;
    add('error', minute, fn, subOf.error(known, origin), count);
    add('total_error', minute, undefined, '', count);
  }
  for (const { minute, callee, caller, calls, sampledCalls } of report.edges) {
    if (!catalog.name('caller', callerKeyText(caller))) {
      over(minute, 'caller_limit');
      continue;
    }
    if (!keeps(minute, callee)) continue;
    add('edge', minute, callee, subOf.caller(caller), calls).sampled += sampledCalls;
  }
  const handler = (minute: Minute, fn: FunctionKey | undefined): FunctionKey | undefined =>
    fn && keeps(minute, fn) ? fn : undefined;
  for (const { minute, entryPoint, fn, calls, durations } of report.entries) {
    const kept = handler(minute, fn);
    if (!keepsEntry(minute, entryPoint, kept)) continue;
    addDurations(add('entry', minute, kept, subOf.entryPoint(entryPoint), calls), durations);
  }
  for (const { minute, entryPoint, fn, type, count } of report.entryErrors) {
    const kept = handler(minute, fn);
    if (!keepsEntry(minute, entryPoint, kept)) continue;
    add('entry_error', minute, kept, subOf.entryError(entryPoint, errorType(type)), count);
  }
  for (const { minute, fn, entryPoint, calls } of report.functionEntries) {
    if (entryPoint && !keepsEntry(minute, entryPoint, undefined)) continue;
    if (keeps(minute, fn)) add('function_entry', minute, fn, subOf.entryPoint(entryPoint), calls);
  }
  for (const exemplar of report.exemplars) {
    const { entryPoint, timeMs, durationSeconds, errorType: type, ...detail } = exemplar;
    if (!keepsEntry(minuteOf(timeMs), entryPoint, undefined)) continue;
    const text = JSON.stringify(detail);
    const key = idOf(`${durationSeconds}\0${type}\0${text}`);
    const entry = subOf.entryPoint(entryPoint);
    state.exemplars.push({
      key: `${id}\0${entry}`,
      exemplar,
      row: [id, entry, timeMs, key, nextStamp(), durationSeconds, type, text],
    });
  }
  for (const { minute, fn, dependency, calls, durations } of report.dependencies) {
    if (!keepsDependency(minute, dependency)) continue;
    const sub = subOf.dependency(dependency);
    if (fn && keeps(minute, fn)) addDurations(add('dependency', minute, fn, sub, calls), durations);
    addDurations(add('total_dependency', minute, undefined, sub, calls), durations);
  }
  for (const { minute, fn, dependency, type, count } of report.dependencyErrors) {
    if (!keepsDependency(minute, dependency)) continue;
    const known = errorType(type);
    if (fn && keeps(minute, fn)) add('dependency_error', minute, fn, subOf.dependencyError(dependency, known), count);
    add('total_dependency_error', minute, undefined, subOf.dependencyError(dependency, ''), count);
  }
  const keepsOwner = (minute: Minute, owner: PathOwnerKey): boolean => {
    if (catalog.name('path_owner', pathOwnerKeyText(owner))) return true;
    over(minute, 'path_limit');
    return false;
  };
  for (const { minute, entryPoint, traces, partialTraces, totalNanos } of report.paths) {
    if (!keepsEntry(minute, entryPoint, undefined)) continue;
    const fact = add('path', minute, undefined, subOf.entryPoint(entryPoint), traces);
    fact.sampled += partialTraces;
    fact.selfNanos += totalNanos;
  }
  for (const row of report.pathOwners) {
    if (!keepsEntry(row.minute, row.entryPoint, undefined) || !keepsOwner(row.minute, row.owner)) continue;
    const fact = add('path_owner', row.minute, undefined, subOf.pathOwner(row.entryPoint, row.owner), row.traces);
    fact.sampled += row.pathTraces;
    fact.selfNanos += row.selfNanos;
    fact.savesNanos += row.savesAtMostNanos;
    fact.bound += row.boundTraces;
  }
  for (const { minute, reason, count } of report.drops) add('drop', minute, undefined, reason, count);
  return overLimit;
}
