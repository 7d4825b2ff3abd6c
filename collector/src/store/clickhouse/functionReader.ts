import { emptyHistogram, type Histogram } from '@hindcast/core/histogram';
import { addCount } from '../functionTotals.js';
import { HistogramSum } from '../histogramSum.js';
import { mergedCallers } from '../mergedTotals.js';
import type { DependencyKey, ErrorOrigin, FunctionKey, Minute } from '../model.js';
import type {
  CallerTotal,
  DependencyTotal,
  EdgeTotal,
  EntryTotal,
  FileRecord,
  FunctionRecord,
  FunctionTotal,
  SeriesPiece,
} from '../store.js';
import { MINUTE_MS } from '../storeTime.js';
import type { CallerResolver } from './callerResolver.js';
import type { ClickHouseConnection } from './clickhouseConnection.js';
import { readFacts, type FactSum } from './factReader.js';
import type { Cutoffs } from './factWindow.js';
import { callerOf, dependencyOf, entryPointOf, errorOf, fileId, functionOf } from './facts.js';
import { NEVER, type TableNames } from './schema.js';
import { idList, quotedList } from './sqlText.js';

/** Functions are found by file; `where` holds for the tables of numbers and of functions, `files` for that of files. */
interface Place {
  readonly where: string;
  readonly files: string;
}

interface StoredFunction {
  readonly id: number;
  readonly deployment: number;
  readonly fn: FunctionKey;
  readonly declaredSinceMs: number | undefined;
  readonly lastCalledMs: number | undefined;
  readonly endLine: number;
  readonly bodyHash: string;
}

/** Reads of files and functions. */
export class FunctionReader {
  constructor(
    private readonly connection: ClickHouseConnection,
    private readonly tables: TableNames,
    private readonly cutoffs: Cutoffs,
    private readonly callers: CallerResolver,
  ) {}

  files(where: string): Promise<FileRecord[]> {
    return this.connection
      .rows(
        `SELECT deployment, path, any(id), argMax(content_hash, stamp), argMax(not_observed_reason, stamp)
         FROM ${this.tables.of('file')} WHERE ${where} GROUP BY deployment, path`,
      )
      .then((rows) =>
        rows.map(([deploymentId, path, id, contentHash, reason]) => ({
          id: Number(id),
          deploymentId: Number(deploymentId),
          path: String(path),
          contentHash: String(contentHash),
          notObservedReason: String(reason),
        })),
      );
  }

  async ofFiles(fileIds: readonly number[], from: Minute): Promise<FunctionRecord[]> {
    if (fileIds.length === 0) return [];
    const files = await this.files(`id IN (${idList(fileIds)})`);
    return this.records(placeOf(files), from);
  }

  async byId(functionIds: readonly number[], from: Minute): Promise<FunctionRecord[]> {
    const place = await this.placeOfFunctions(functionIds);
    return place ? this.records(place, from) : [];
  }

  async totals(deploymentIds: readonly number[], from: Minute): Promise<FunctionTotal[]> {
    const where = `deployment IN (${idList(deploymentIds)})`;
    const [functions, sums] = await Promise.all([
      this.functions({ where, files: where }),
      readFacts(this.connection, this.tables, {
        kinds: ['function', 'error'],
        parts: this.cutoffs.parts(from),
        where,
        withoutSub: true,
      }),
    ]);
    const byFunction = new Map<number, { calls: number; errors: number; durations: Histogram }>();
    for (const { kind, fn, calls, durations } of sums) {
      const at = byFunction.get(fn) ?? { calls: 0, errors: 0, durations: emptyHistogram };
      byFunction.set(fn, kind === 'error' ? { ...at, errors: calls } : { ...at, calls, durations });
    }
    return functions.map(({ id, deployment, fn, declaredSinceMs }) => ({
      id,
      fileId: fileId(deployment, fn.path),
      fn,
      declaredSinceMs,
      ...(byFunction.get(id) ?? { calls: 0, errors: 0, durations: emptyHistogram }),
    }));
  }

  async edges(deploymentIds: readonly number[], from: Minute): Promise<EdgeTotal[]> {
    const sums = await readFacts(this.connection, this.tables, {
      kinds: ['edge'],
      parts: this.cutoffs.parts(from),
      where: `deployment IN (${idList(deploymentIds)})`,
    });
    return this.edgesOf(sums);
  }

  async series(functionIds: readonly number[], from: Minute, widthMinutes: number): Promise<SeriesPiece[]> {
    const place = await this.placeOfFunctions(functionIds);
    if (!place) return [];
    const sums = await readFacts(this.connection, this.tables, {
      kinds: ['function', 'error'],
      parts: this.cutoffs.parts(from, widthMinutes),
      where: place.where,
      widthMinutes,
      withoutSub: true,
    });
    const pieces = new Map<string, { -readonly [K in keyof SeriesPiece]: SeriesPiece[K] }>();
    for (const { kind, fn, minute, calls, durations } of sums) {
      const key = `${fn} ${minute}`;
      const at = pieces.get(key) ?? { functionId: fn, minute, calls: 0, errors: 0, durations: emptyHistogram };
      if (kind === 'error') at.errors += calls;
      else {
        at.calls += calls;
        at.durations = durations;
      }
      pieces.set(key, at);
    }
    return [...pieces.values()]
      .filter(({ calls, errors }) => calls > 0 || errors > 0)
      .sort((a, b) => a.minute - b.minute);
  }

  /** Edges of these sums, by function. */
  async edgesOf(sums: readonly FactSum[]): Promise<EdgeTotal[]> {
    // In one order, whatever the engine's.
    const ordered = sums.toSorted((a, b) => (a.sub < b.sub ? -1 : 1));
    const callers = ordered.map(({ fn, sub, calls, sampled }) => ({
      functionId: fn,
      caller: callerOf(sub),
      calls,
      sampledCalls: sampled,
    }));
    const resolve = await this.callers.resolve(callers.map(({ caller }) => caller));
    const byFunction = new Map<number, CallerTotal[]>();
    for (const { functionId, ...it } of callers) {
      const own = byFunction.get(functionId) ?? [];
      own.push({ ...it, caller: resolve(it.caller) });
      byFunction.set(functionId, own);
    }
    return [...byFunction].flatMap(([functionId, own]) => mergedCallers(own).map((it) => ({ ...it, functionId })));
  }

  private async placeOfFunctions(functionIds: readonly number[]): Promise<Place | undefined> {
    if (functionIds.length === 0) return undefined;
    const rows = await this.connection.rows(
      `SELECT DISTINCT deployment, path FROM ${this.tables.of('function')} WHERE fn IN (${idList(functionIds)})`,
    );
    if (rows.length === 0) return undefined;
    const place = placeOf(
      rows.map(([deploymentId, path]) => ({ deploymentId: Number(deploymentId), path: String(path) })),
    );
    return { ...place, where: `${place.where} AND fn IN (${idList(functionIds)})` };
  }

  private async records(place: Place, from: Minute): Promise<FunctionRecord[]> {
    const [functions, sums] = await Promise.all([
      this.functions(place),
      readFacts(this.connection, this.tables, {
        kinds: ['function', 'error', 'edge', 'function_entry', 'dependency', 'dependency_error'],
        parts: this.cutoffs.parts(from),
        where: place.where,
      }),
    ]);
    const wanted = new Set(functions.map(({ id }) => id));
    const numbers = new Map<number, FactSum[]>();
    for (const sum of sums) {
      if (!wanted.has(sum.fn)) continue;
      const own = numbers.get(sum.fn) ?? [];
      own.push(sum);
      numbers.set(sum.fn, own);
    }
    const edges = new Map<number, CallerTotal[]>();
    const ofKept = sums.filter(({ kind, fn }) => kind === 'edge' && wanted.has(fn));
    for (const { functionId, ...it } of await this.edgesOf(ofKept)) {
      const own = edges.get(functionId) ?? [];
      own.push(it);
      edges.set(functionId, own);
    }
    return functions.map(({ id, deployment, fn, ...rest }) => ({
      id,
      fileId: fileId(deployment, fn.path),
      fn,
      ...rest,
      ...numbersOf(numbers.get(id) ?? []),
      callers: edges.get(id) ?? [],
    }));
  }

  /** The functions there, without those that are superseded. */
  private async functions(place: Place): Promise<StoredFunction[]> {
    const [files, rows] = await Promise.all([
      this.files(place.files),
      this.connection.rows(
        `SELECT deployment, fn, path, line, col, name, maxMerge(called), minMerge(since), maxMerge(stamp),
           argMaxMerge(declared), argMaxMerge(end_line), argMaxMerge(body_hash)
         FROM ${this.tables.of('function')} WHERE ${place.where} GROUP BY deployment, fn, path, line, col, name`,
      ),
    ]);
    const contents = new Map(files.map((file) => [file.id, file.contentHash]));
    return rows.flatMap((row) => {
      const deployment = Number(row[0]);
      const fn = functionOf(row.slice(2, 6));
      const [called, since, stamp, declared, endLine, bodyHash] = row.slice(6);
      const isDeclared = Number(stamp) > 0;
      if (isDeclared && contents.get(fileId(deployment, fn.path)) !== declared) return [];
      return [
        {
          id: Number(row[1]),
          deployment,
          fn,
          declaredSinceMs: Number(since) >= NEVER ? undefined : Number(since),
          lastCalledMs: Number(called) === 0 ? undefined : Number(called) * MINUTE_MS,
          endLine: Number(endLine),
          bodyHash: String(bodyHash),
        },
      ];
    });
  }
}

function placeOf(files: readonly { readonly deploymentId: number; readonly path: string }[]): Place {
  const paths = quotedList([...new Set(files.map(({ path }) => path))]);
  const deployments = idList([...new Set(files.map(({ deploymentId }) => deploymentId))]);
  const pairs = files.map(({ deploymentId, path }) => `(${deploymentId},${quotedList([path])})`);
  // The pairs say which; what is before them is what the index can use.
  const exactly = pairs.length === 0 ? '0' : `(deployment, path) IN (${pairs.join(',')})`;
  const where = `path IN (${paths}) AND deployment IN (${deployments}) AND ${exactly}`;
  return { where, files: where };
}

/** Everything about one function but its callers. */
function numbersOf(sums: readonly FactSum[]) {
  let calls = 0;
  let durations: Histogram = emptyHistogram;
  const errors = new Map<string, number>();
  const errorOrigins = new Map<string, Record<ErrorOrigin, number>>();
  const entryPoints: EntryTotal[] = [];
  for (const sum of sums) {
    if (sum.kind === 'function') {
      calls = sum.calls;
      durations = sum.durations;
    } else if (sum.kind === 'error') {
      const { origin, type } = errorOf(sum.sub);
      addCount(errors, type, sum.calls);
      const origins = errorOrigins.get(type) ?? { thrown: 0, passed: 0, unknown: 0 };
      origins[origin] += sum.calls;
      errorOrigins.set(type, origins);
    } else if (sum.kind === 'function_entry') {
      entryPoints.push({ entryPoint: entryPointOf(sum.sub), calls: sum.calls });
    }
  }
  return { calls, durations, errors, errorOrigins, entryPoints, dependencies: dependencyTotals(sums) };
}

/** What the sums of dependencies and their errors say, by dependency. */
export function dependencyTotals(sums: readonly FactSum[]): DependencyTotal[] {
  const totals = new Map<
    string,
    { dependency: DependencyKey; calls: number; errors: number; durations: HistogramSum }
  >();
  for (const sum of sums) {
    const isError = sum.kind === 'dependency_error' || sum.kind === 'total_dependency_error';
    if (!isError && sum.kind !== 'dependency' && sum.kind !== 'total_dependency') continue;
    const dependency = dependencyOf(sum.sub);
    const key = `${dependency.kind}\0${dependency.target}`;
    const at = totals.get(key) ?? { dependency, calls: 0, errors: 0, durations: new HistogramSum() };
    if (isError) at.errors += sum.calls;
    else {
      at.calls += sum.calls;
      at.durations.add(sum.durations);
    }
    totals.set(key, at);
  }
  return [...totals.values()].map((it) => ({ ...it, durations: it.durations.value() }));
}
