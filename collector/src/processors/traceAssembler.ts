import { deploymentKeyText, entryPointKeyText } from '../store/keys.js';
import type { Report } from '../store/model.js';
import { AgedMap } from './agedMap.js';
import { entryPaths, type EntryPath } from './entryPaths.js';
import { PathReport } from './pathReport.js';
import type { Sender } from './sender.js';
import { traceHashOf } from './spanIndex.js';
import { NEXT, SpanRows } from './spanRows.js';
import { traceSpan, type TracedSpan } from './tracedSpan.js';

export interface AssemblerLimits {
  /** A trace is taken to be whole when nothing of it has come for this long: longer than SDKs hold spans back. */
  readonly quietMs: number;
  /** Spans that are held; of more, the oldest traces are given up. */
  readonly spans: number;
  /** Spans of one trace; what comes beyond is not looked at. */
  readonly spansPerTrace: number;
  /** Spans of traces that are looked at in one go. */
  readonly spansAtATime: number;
  /** The part of one processor's time that may be spent on paths, 0..1. */
  readonly share: number;
}

export const defaultAssemblerLimits: AssemblerLimits = {
  quietMs: 10_000,
  spans: 200_000,
  spansPerTrace: 10_000,
  spansAtATime: 5_000,
  share: 0.05,
};

/** What is waiting counts as pressure from this part of the limit on: then savings are only bounds. */
const PRESSURE = 0.5;
/** From this part on fewer traces are taken, and below that one more again; it is looked at so often. */
const [TAKE_FEWER, TAKE_MORE] = [0.75, 0.3];
const ADAPT_MS = 1_000;
const MIN_TAKEN = 1 / 1024;
/** How far ahead of its share the work may be, milliseconds. */
const MAX_CREDIT_MS = 250;
/** Traces whose paths are known already, or will not be, are remembered, so that what comes late does not count as a trace of its own. */
const MAX_FINISHED = 50_000;
const TWO_32 = 4_294_967_296;

/** A trace's spans: a chain of rows, counted from 1, the latest first. */
interface HeldTrace {
  latest: number;
  spans: number;
  lastMs: number;
}

export interface DueTraces {
  readonly reports: Report[];
  /** Forgets what is in the reports; call it once they are stored. */
  readonly commit: () => void;
  /** Whether more is due. */
  readonly hasMore: boolean;
}

/**
 * Puts the spans of traces together until nothing more comes of them, and then says what was on their critical paths. Bounded in
 * spans, age and time: where more comes than that, a part of the traces is taken, chosen by their ids, and the others are counted. It lives in
 * memory: traces that are not whole when the process dies have no paths.
 */
export class TraceAssembler {
  /** Those that were added to longest ago first. */
  private readonly held = new AgedMap<string, HeldTrace>();
  private readonly finished = new AgedMap<string, true>();
  private readonly rows = new SpanRows();
  /** Rows that nothing is in: a chain, as a trace's is. */
  private free = 0;
  /** Traces that were given up, by the sender of their first span. */
  private dropped = new Map<Sender, { readonly span: TracedSpan; traces: number }>();
  private heldSpans = 0;
  /** The part of traces that is taken, 0..1. */
  private taken = 1;
  private adaptedMs = -Infinity;
  private creditMs = MAX_CREDIT_MS;
  private creditedMs = -Infinity;
  /** The trace of the span that was added last: they tend to come together. */
  private latest: { readonly rows: SpanRows; readonly row: number; readonly trace: HeldTrace | undefined } | undefined;

  constructor(
    private readonly limits: AssemblerLimits = defaultAssemblerLimits,
    private readonly clockMs: () => number = () => performance.now(),
  ) {}

  add(spans: SpanRows, row: number, nowMs: number): void {
    const { latest } = this;
    const isLatest = latest?.rows === spans && latest.row < spans.length && spans.isSameTrace(row, spans, latest.row);
    const trace = isLatest ? latest.trace : this.traceOf(spans, row, nowMs);
    if (!isLatest) this.latest = { rows: spans, row, trace };
    if (!trace || trace.spans >= this.limits.spansPerTrace) return;
    const place = this.place();
    this.rows.copy(place, spans, row);
    this.rows.set(place, NEXT, trace.latest);
    trace.latest = place + 1;
    trace.spans++;
    this.heldSpans++;
  }

  /** After spans were added: gives up what is too much. */
  giveUp(): void {
    this.latest = undefined;
    for (const [traceId, trace] of this.held.fromOldest()) {
      if (this.heldSpans <= this.limits.spans) break;
      this.countDropped(this.rows, trace.latest - 1);
      this.forget(traceId, trace);
    }
  }

  /** The trace to add a span to; undefined when it is finished, or not taken. */
  private traceOf(spans: SpanRows, row: number, nowMs: number): HeldTrace | undefined {
    const traceId = spans.traceText(row);
    if (this.finished.has(traceId)) return undefined;
    let trace = this.held.touch(traceId);
    if (!trace) {
      if ((traceHashOf(spans, row) >>> 0) / TWO_32 >= this.taken) {
        this.countDropped(spans, row);
        this.remember(traceId);
        return undefined;
      }
      trace = { latest: 0, spans: 0, lastMs: nowMs };
      this.held.set(traceId, trace);
    }
    trace.lastMs = nowMs;
    return trace;
  }

  private place(): number {
    if (this.free === 0) return this.rows.add();
    const place = this.free - 1;
    this.free = this.rows.get(place, NEXT);
    return place;
  }

  private forget(traceId: string, { latest, spans }: HeldTrace): void {
    let last = latest - 1;
    for (let next = this.rows.get(last, NEXT); next > 0; next = this.rows.get(last, NEXT)) last = next - 1;
    this.rows.set(last, NEXT, this.free);
    this.free = latest;
    this.heldSpans -= spans;
    this.held.delete(traceId);
    this.remember(traceId);
  }

  private countDropped(spans: SpanRows, row: number): void {
    const sender = spans.senderOf(row);
    let at = this.dropped.get(sender);
    if (!at) this.dropped.set(sender, (at = { span: traceSpan(spans, row, ''), traces: 0 }));
    at.traces++;
  }

  /** Takes more or fewer of the traces that begin, as there is room and time for. */
  private adapt(nowMs: number): void {
    if (nowMs - this.adaptedMs < ADAPT_MS) return;
    this.adaptedMs = nowMs;
    const { spans } = this.limits;
    if (this.heldSpans > TAKE_FEWER * spans) this.taken = Math.max(MIN_TAKEN, this.taken / 2);
    else if (this.heldSpans < TAKE_MORE * spans) this.taken = Math.min(1, this.taken * 2);
  }

  /**
   * The paths of traces of which nothing has come for a while.
   * @param isClosing all of them, since nothing more will come
   */
  due(nowMs: number, isClosing = false): DueTraces {
    this.credit();
    this.adapt(nowMs);
    const builders = new Map<string, PathReport>();
    const done: string[] = [];
    const best = new Map<string, Best>();
    const isPressed = this.heldSpans > this.limits.spans * PRESSURE;
    let spans = 0;
    let hasMore = false;
    const begun = this.clockMs();
    for (const [traceId, trace] of this.held.fromOldest()) {
      if (!isClosing && trace.lastMs > nowMs - this.limits.quietMs) break;
      if (!isClosing && (spans >= this.limits.spansAtATime || this.clockMs() - begun > this.creditMs)) {
        hasMore = true;
        break;
      }
      spans += trace.spans;
      done.push(traceId);
      for (const path of entryPaths(this.spansOf(trace), isPressed ? 0 : undefined)) addPath(builders, best, path);
    }
    this.creditMs -= this.clockMs() - begun;
    for (const { slowest, newest, failing } of best.values()) {
      for (const path of new Set([slowest, newest, failing])) {
        if (path) builderOf(builders, path.entry).addExemplar(path.exemplar());
      }
    }
    const { dropped } = this;
    for (const { span, traces } of dropped.values()) builderOf(builders, span).addDrops(span.minute, traces);
    return {
      reports: [...builders.values()].map((builder) => builder.report()),
      commit: () => {
        if (this.dropped === dropped) this.dropped = new Map();
        for (const traceId of done) {
          const trace = this.held.get(traceId);
          if (trace) this.forget(traceId, trace);
        }
      },
      hasMore,
    };
  }

  /** In the order in which they came. */
  private spansOf({ latest }: HeldTrace): TracedSpan[] {
    const { rows } = this;
    const traceId = latest > 0 ? rows.traceIdText(latest - 1) : '';
    const spans: TracedSpan[] = [];
    for (let row = latest - 1; row >= 0; row = rows.get(row, NEXT) - 1) spans.push(traceSpan(rows, row, traceId));
    return spans.reverse();
  }

  /** Work is paid for by time that passes. */
  private credit(): void {
    const now = this.clockMs();
    const passed = Math.max(0, now - this.creditedMs) * this.limits.share;
    this.creditMs = Math.min(MAX_CREDIT_MS, this.creditMs + passed);
    this.creditedMs = now;
  }

  private remember(traceId: string): void {
    this.finished.set(traceId, true);
    if (this.finished.size <= MAX_FINISHED) return;
    const [[oldest] = []] = this.finished.fromOldest();
    if (oldest !== undefined) this.finished.delete(oldest);
  }
}

/** Of the traces through one entry point those that may be worth keeping. */
interface Best {
  slowest: EntryPath;
  newest: EntryPath;
  failing: EntryPath | undefined;
}

function addPath(builders: Map<string, PathReport>, best: Map<string, Best>, path: EntryPath): void {
  const { entry, entryPoint, durationNanos, isPartial, owners } = path;
  const builder = builderOf(builders, entry);
  builder.addPath(entry.minute, entryPoint, isPartial ? undefined : durationNanos);
  for (const owner of owners) builder.addOwner(entry.minute, entryPoint, owner);
  const text = `${deploymentKeyText(entry.sender.deployment)}\0${entryPointKeyText(entryPoint)}`;
  const at = best.get(text);
  const isFailing = entry.errorType !== undefined;
  if (!at) {
    best.set(text, { slowest: path, newest: path, failing: isFailing ? path : undefined });
    return;
  }
  if (durationNanos > at.slowest.durationNanos) at.slowest = path;
  if (isLater(path, at.newest)) at.newest = path;
  if (isFailing && (!at.failing || isLater(path, at.failing))) at.failing = path;
}

function isLater(a: EntryPath, b: EntryPath): boolean {
  return (
    a.entry.startHigh - b.entry.startHigh > 0 ||
    (a.entry.startHigh === b.entry.startHigh && a.entry.startLow > b.entry.startLow)
  );
}

function builderOf(builders: Map<string, PathReport>, { sender }: TracedSpan): PathReport {
  const text = `${deploymentKeyText(sender.deployment)}\0${sender.instanceId}`;
  let builder = builders.get(text);
  if (!builder) builders.set(text, (builder = new PathReport(sender)));
  return builder;
}
