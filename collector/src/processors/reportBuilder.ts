import type { Histogram } from '@hindcast/core/histogram';
import { HistogramSum } from '../store/histogramSum.js';
import { callerKeyText, functionKeyText } from '../store/keys.js';
import type {
  CallerKey,
  DropRow,
  EdgeRow,
  ErrorOrigin,
  ErrorRow,
  FunctionKey,
  Interval,
  Minute,
  Report,
} from '../store/model.js';
import type { Sender } from './sender.js';

/** Gathers what one sender reported at one time, added up by minute. */
export class ReportBuilder {
  private readonly covered: Interval[] = [];
  private readonly functions = new Map<string, { minute: Minute; fn: FunctionKey; calls: number; sum: HistogramSum }>();
  private readonly errors = new Map<string, { -readonly [K in keyof ErrorRow]: ErrorRow[K] }>();
  private readonly edges = new Map<string, { -readonly [K in keyof EdgeRow]: EdgeRow[K] }>();
  private readonly drops = new Map<string, { -readonly [K in keyof DropRow]: DropRow[K] }>();

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

  addCalls(minute: Minute, fn: FunctionKey, calls: number): void {
    this.row(minute, fn).calls += calls;
  }

  addDurations(minute: Minute, fn: FunctionKey, durations: Histogram): void {
    this.row(minute, fn).sum.add(durations);
  }

  /** One call of which the duration is known; `index` is its bucket, undefined that of zero. */
  addTimedCall(minute: Minute, fn: FunctionKey, index: number | undefined, seconds: number): void {
    const row = this.row(minute, fn);
    row.calls++;
    row.sum.addDuration(index, seconds);
  }

  addErrors(minute: Minute, fn: FunctionKey, type: string, origin: ErrorOrigin, count: number): void {
    const key = `${minute}\0${functionKeyText(fn)}\0${type}\0${origin}`;
    const row = this.errors.get(key);
    if (row) row.count += count;
    else this.errors.set(key, { minute, fn, type, origin, count });
  }

  addEdge(minute: Minute, callee: FunctionKey, caller: CallerKey, calls: number, sampledCalls: number): void {
    const key = `${minute}\0${functionKeyText(callee)}\0${callerKeyText(caller)}`;
    const row = this.edges.get(key);
    if (row) {
      row.calls += calls;
      row.sampledCalls += sampledCalls;
    } else this.edges.set(key, { minute, callee, caller, calls, sampledCalls });
  }

  addDrops(minute: Minute, reason: string, count: number): void {
    const key = `${minute}\0${reason}`;
    const row = this.drops.get(key);
    if (row) row.count += count;
    else this.drops.set(key, { minute, reason, count });
  }

  report(): Report {
    return {
      ...this.sender,
      onceKey: this.onceKey,
      covered: this.covered,
      declarations: [],
      functions: [...this.functions.values()].map(({ minute, fn, calls, sum }) => ({
        minute,
        fn,
        calls,
        durations: sum.value(),
      })),
      errors: [...this.errors.values()],
      edges: [...this.edges.values()],
      drops: [...this.drops.values()],
    };
  }

  private row(minute: Minute, fn: FunctionKey): { calls: number; sum: HistogramSum } {
    const key = `${minute}\0${functionKeyText(fn)}`;
    let row = this.functions.get(key);
    if (!row) {
      row = { minute, fn, calls: 0, sum: new HistogramSum() };
      this.functions.set(key, row);
    }
    return row;
  }
}
