import type { Histogram } from '@hindcast/core/histogram';
import { HistogramSum } from '../store/histogramSum.js';
import { dependencyKeyText, entryPointKeyText, functionKeyText } from '../store/keys.js';
import type {
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

/** Calls of one function by another, as they are added up. */
export type EdgeCalls = Mutable<EdgeRow>;

type Timed<Key> = TimedCalls & { readonly minute: Minute } & Key;
type Mutable<Row> = { -readonly [K in keyof Row]: Row[K] };
type OptionalFunction = FunctionKey | undefined;

/**
 * The rows of one minute. What every call adds to is found by the identity of its keys (internedKeys.ts), what is rare by a text.
 */
class MinuteRows {
  readonly functions = new Map<FunctionKey, Timed<{ fn: FunctionKey }>>();
  readonly edges = new Map<FunctionKey, Map<OptionalFunction, Map<string, EdgeCalls>>>();
  readonly entries = new Map<
    EntryPointKey,
    Map<OptionalFunction, Timed<{ entryPoint: EntryPointKey; fn: OptionalFunction }>>
  >();
  readonly functionEntries = new Map<FunctionKey, Map<EntryPointKey | undefined, Mutable<FunctionEntryRow>>>();
  readonly dependencies = new Map<
    DependencyKey,
    Map<OptionalFunction, Timed<{ dependency: DependencyKey; fn: OptionalFunction }>>
  >();
  readonly errors = new Map<string, Mutable<ErrorRow>>();
  readonly entryErrors = new Map<string, Mutable<EntryErrorRow>>();
  readonly dependencyErrors = new Map<string, Mutable<DependencyErrorRow>>();
  readonly drops = new Map<string, Mutable<DropRow>>();

  constructor(readonly minute: Minute) {}
}

/** Gathers what one sender reported at one time, added up by minute. */
export class ReportBuilder {
  private readonly covered: Interval[] = [];
  private readonly minutes = new Map<Minute, MinuteRows>();
  private latest = new MinuteRows(-1);

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
    const { functions } = this.at(minute);
    let row = functions.get(fn);
    if (!row) functions.set(fn, (row = { minute, fn, calls: 0, sum: new HistogramSum() }));
    return row;
  }

  /** The calls through an entry point within a minute, to add to. */
  entryCalls(minute: Minute, entryPoint: EntryPointKey, fn: OptionalFunction): TimedCalls {
    const rows = at(this.at(minute).entries, entryPoint);
    return rowOf(rows, fn, () => ({ minute, entryPoint, fn, calls: 0, sum: new HistogramSum() }));
  }

  /** A function's calls to a dependency within a minute, to add to. */
  dependencyCalls(minute: Minute, fn: OptionalFunction, dependency: DependencyKey): TimedCalls {
    const rows = at(this.at(minute).dependencies, dependency);
    return rowOf(rows, fn, () => ({ minute, fn, dependency, calls: 0, sum: new HistogramSum() }));
  }

  addErrors(minute: Minute, fn: FunctionKey, type: string, origin: ErrorOrigin, count: number): void {
    const key = `${functionKeyText(fn)}\0${type}\0${origin}`;
    rowOf(this.at(minute).errors, key, () => ({ minute, fn, type, origin, count: 0 })).count += count;
  }

  /** The calls of a function by another within a minute, to add to. @param caller undefined: nothing of own code */
  edge(minute: Minute, callee: FunctionKey, caller: OptionalFunction, service: string): EdgeCalls {
    const rows = at(at(this.at(minute).edges, callee), caller);
    let row = rows.get(caller ? service : '');
    if (!row) {
      row = { minute, callee, caller: caller ? { service, fn: caller } : 'entry', calls: 0, sampledCalls: 0 };
      rows.set(caller ? service : '', row);
    }
    return row;
  }

  addEntryErrors(minute: Minute, entryPoint: EntryPointKey, fn: OptionalFunction, type: string, count: number): void {
    const key = `${entryPointKeyText(entryPoint)}\0${optionalText(fn)}\0${type}`;
    rowOf(this.at(minute).entryErrors, key, () => ({ minute, entryPoint, fn, type, count: 0 })).count += count;
  }

  addFunctionEntries(minute: Minute, fn: FunctionKey, entryPoint: EntryPointKey | undefined, calls: number): void {
    const rows = at(this.at(minute).functionEntries, fn);
    let row = rows.get(entryPoint);
    if (!row) rows.set(entryPoint, (row = { minute, fn, entryPoint, calls: 0 }));
    row.calls += calls;
  }

  addDependencyErrors(
    minute: Minute,
    fn: OptionalFunction,
    dependency: DependencyKey,
    type: string,
    count: number,
  ): void {
    const key = `${dependencyKeyText(dependency)}\0${optionalText(fn)}\0${type}`;
    rowOf(this.at(minute).dependencyErrors, key, () => ({ minute, fn, dependency, type, count: 0 })).count += count;
  }

  addDrops(minute: Minute, reason: string, count: number): void {
    rowOf(this.at(minute).drops, reason, () => ({ minute, reason, count: 0 })).count += count;
  }

  report(): Report {
    const all = <Row>(of: (rows: MinuteRows) => Iterable<Row>): Row[] =>
      [...this.minutes.values()].flatMap((rows) => [...of(rows)]);
    return {
      ...this.sender,
      onceKey: this.onceKey,
      covered: this.covered,
      declarations: [],
      functions: all(({ functions }) => functions.values()).map(timedRow),
      errors: all(({ errors }) => errors.values()),
      edges: all(({ edges }) => innerValues(edges)).flatMap((rows) => [...rows.values()]),
      entries: all(({ entries }) => innerValues(entries)).map(timedRow),
      entryErrors: all(({ entryErrors }) => entryErrors.values()),
      functionEntries: all(({ functionEntries }) => innerValues(functionEntries)),
      dependencies: all(({ dependencies }) => innerValues(dependencies)).map(timedRow),
      dependencyErrors: all(({ dependencyErrors }) => dependencyErrors.values()),
      exemplars: [],
      paths: [],
      pathOwners: [],
      drops: all(({ drops }) => drops.values()),
    };
  }

  private at(minute: Minute): MinuteRows {
    if (this.latest.minute !== minute) this.latest = rowOf(this.minutes, minute, () => new MinuteRows(minute));
    return this.latest;
  }
}

/** One call of which the duration is known. @param index its bucket; undefined is that of zero */
export function addTimedCall(to: TimedCalls, index: number | undefined, seconds: number): void {
  to.calls++;
  to.sum.addDuration(index, seconds);
}

function rowOf<Key, Row>(rows: Map<Key, Row>, key: Key, make: () => Row): Row {
  let row = rows.get(key);
  if (row === undefined) rows.set(key, (row = make()));
  return row;
}

function at<Key, InnerKey, Row>(rows: Map<Key, Map<InnerKey, Row>>, key: Key): Map<InnerKey, Row> {
  let inner = rows.get(key);
  if (!inner) rows.set(key, (inner = new Map<InnerKey, Row>()));
  return inner;
}

function* innerValues<Row>(rows: ReadonlyMap<unknown, ReadonlyMap<unknown, Row>>): Generator<Row> {
  for (const inner of rows.values()) yield* inner.values();
}

function timedRow<Row extends TimedCalls>({ sum, ...row }: Row): Omit<Row, 'sum'> & { readonly durations: Histogram } {
  return { ...row, durations: sum.value() };
}

function optionalText(fn: OptionalFunction): string {
  return fn ? functionKeyText(fn) : '';
}
