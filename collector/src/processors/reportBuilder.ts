import type { Histogram } from '@hindcast/core/histogram';
import { HistogramSum } from '../store/histogramSum.js';
import { callerKeyText, dependencyKeyText, entryPointKeyText, functionKeyText } from '../store/keys.js';
import type {
  CallerKey,
  DependencyErrorRow,
  DependencyKey,
  DropRow,
  EdgeRow,
  EntryErrorRow,
  EntryPointKey,
  ErrorOrigin,
  ErrorRow,
  FunctionEntryRow,
  FunctionKey,
  Interval,
  Minute,
  Report,
} from '../store/model.js';
import type { Sender } from './sender.js';

/** Calls and durations of one row, as they are added up. */
export interface TimedCalls {
  calls: number;
  readonly sum: HistogramSum;
}

type Timed<Key> = TimedCalls & { readonly minute: Minute } & Key;
type Mutable<Row> = { -readonly [K in keyof Row]: Row[K] };

/** Gathers what one sender reported at one time, added up by minute. */
export class ReportBuilder {
  private readonly covered: Interval[] = [];
  private readonly functions = new Map<string, Timed<{ fn: FunctionKey }>>();
  private readonly errors = new Map<string, Mutable<ErrorRow>>();
  private readonly edges = new Map<string, Mutable<EdgeRow>>();
  private readonly entries = new Map<string, Timed<{ entryPoint: EntryPointKey; fn: FunctionKey | undefined }>>();
  private readonly entryErrors = new Map<string, Mutable<EntryErrorRow>>();
  private readonly functionEntries = new Map<string, Mutable<FunctionEntryRow>>();
  private readonly dependencies = new Map<string, Timed<{ dependency: DependencyKey; fn: FunctionKey | undefined }>>();
  private readonly dependencyErrors = new Map<string, Mutable<DependencyErrorRow>>();
  private readonly drops = new Map<string, Mutable<DropRow>>();

  constructor(
    private readonly sender: Sender,
    private readonly onceKey: string | undefined,
  ) {}

  get service(): string {
    return this.sender.deployment.service;
  }

  cover({ startMs, endMs }: Interval): void {
    const last = this.covered.at(-1);
    if (last?.startMs === startMs && last.endMs === endMs) return;
    this.covered.push({ startMs, endMs });
  }

  /** The calls of a function within a minute, to add to. */
  calls(minute: Minute, fn: FunctionKey): TimedCalls {
    const key = `${minute}\0${functionKeyText(fn)}`;
    return rowOf(this.functions, key, () => ({ minute, fn, calls: 0, sum: new HistogramSum() }));
  }

  /** The calls through an entry point within a minute, to add to. */
  entryCalls(minute: Minute, entryPoint: EntryPointKey, fn: FunctionKey | undefined): TimedCalls {
    const key = `${minute}\0${entryPointKeyText(entryPoint)}\0${optionalText(fn)}`;
    return rowOf(this.entries, key, () => ({ minute, entryPoint, fn, calls: 0, sum: new HistogramSum() }));
  }

  /** A function's calls to a dependency within a minute, to add to. */
  dependencyCalls(minute: Minute, fn: FunctionKey | undefined, dependency: DependencyKey): TimedCalls {
    const key = `${minute}\0${dependencyKeyText(dependency)}\0${optionalText(fn)}`;
    return rowOf(this.dependencies, key, () => ({ minute, fn, dependency, calls: 0, sum: new HistogramSum() }));
  }

  addErrors(minute: Minute, fn: FunctionKey, type: string, origin: ErrorOrigin, count: number): void {
    const key = `${minute}\0${functionKeyText(fn)}\0${type}\0${origin}`;
    rowOf(this.errors, key, () => ({ minute, fn, type, origin, count: 0 })).count += count;
  }

  addEdge(minute: Minute, callee: FunctionKey, caller: CallerKey, calls: number, sampledCalls: number): void {
    const key = `${minute}\0${functionKeyText(callee)}\0${callerKeyText(caller)}`;
    const row = rowOf(this.edges, key, () => ({ minute, callee, caller, calls: 0, sampledCalls: 0 }));
    row.calls += calls;
    row.sampledCalls += sampledCalls;
  }

  addEntryErrors(
    minute: Minute,
    entryPoint: EntryPointKey,
    fn: FunctionKey | undefined,
    type: string,
    count: number,
  ): void {
    const key = `${minute}\0${entryPointKeyText(entryPoint)}\0${optionalText(fn)}\0${type}`;
    rowOf(this.entryErrors, key, () => ({ minute, entryPoint, fn, type, count: 0 })).count += count;
  }

  addFunctionEntries(minute: Minute, fn: FunctionKey, entryPoint: EntryPointKey | undefined, calls: number): void {
    const key = `${minute}\0${functionKeyText(fn)}\0${entryPoint ? entryPointKeyText(entryPoint) : ''}`;
    rowOf(this.functionEntries, key, () => ({ minute, fn, entryPoint, calls: 0 })).calls += calls;
  }

  addDependencyErrors(
    minute: Minute,
    fn: FunctionKey | undefined,
    dependency: DependencyKey,
    type: string,
    count: number,
  ): void {
    const key = `${minute}\0${dependencyKeyText(dependency)}\0${optionalText(fn)}\0${type}`;
    rowOf(this.dependencyErrors, key, () => ({ minute, fn, dependency, type, count: 0 })).count += count;
  }

  addDrops(minute: Minute, reason: string, count: number): void {
    rowOf(this.drops, `${minute}\0${reason}`, () => ({ minute, reason, count: 0 })).count += count;
  }

  report(): Report {
    return {
      ...this.sender,
      onceKey: this.onceKey,
      covered: this.covered,
      declarations: [],
      functions: timedRows(this.functions),
      errors: [...this.errors.values()],
      edges: [...this.edges.values()],
      entries: timedRows(this.entries),
      entryErrors: [...this.entryErrors.values()],
      functionEntries: [...this.functionEntries.values()],
      dependencies: timedRows(this.dependencies),
      dependencyErrors: [...this.dependencyErrors.values()],
      exemplars: [],
      drops: [...this.drops.values()],
    };
  }
}

/** One call of which the duration is known. @param index its bucket; undefined is that of zero */
export function addTimedCall(to: TimedCalls, index: number | undefined, seconds: number): void {
  to.calls++;
  to.sum.addDuration(index, seconds);
}

function rowOf<Row>(rows: Map<string, Row>, key: string, make: () => Row): Row {
  let row = rows.get(key);
  if (!row) {
    row = make();
    rows.set(key, row);
  }
  return row;
}

function timedRows<Row extends TimedCalls>(
  rows: ReadonlyMap<string, Row>,
): (Omit<Row, 'sum'> & { readonly durations: Histogram })[] {
  return [...rows.values()].map(({ sum, ...row }) => ({ ...row, durations: sum.value() }));
}

function optionalText(fn: FunctionKey | undefined): string {
  return fn ? functionKeyText(fn) : '';
}
