import { deploymentKeyText, entryPointKeyText } from '../store/keys.js';
import type { Report } from '../store/model.js';
import { entryPaths, type EntryPath } from './entryPaths.js';
import { PathReport } from './pathReport.js';
import type { Sender } from './sender.js';
import type { LinkSpan, NewSpans } from './spanLinker.js';

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
  share: 0.1,
};

/** What is waiting counts as pressure from this part of the limit on: then savings are only bounds. */
const PRESSURE = 0.5;
/** How far ahead of its share the work may be, milliseconds. */
const MAX_CREDIT_MS = 1_000;
/** Traces whose paths are known already are remembered, so that what comes late does not count as a trace of its own. */
const MAX_FINISHED = 50_000;

interface HeldTrace {
  readonly spans: LinkSpan[];
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
 * spans, age and time; it lives in memory: traces that are not whole when the process dies have no paths.
 */
export class TraceAssembler {
  /** Those that were added to longest ago first. */
  private readonly held = new Map<string, HeldTrace>();
  private readonly finished = new Set<string>();
  /** Traces that were given up, by the sender of their first span. */
  private dropped = new Map<Sender, { readonly span: LinkSpan; traces: number }>();
  private heldSpans = 0;
  private creditMs = MAX_CREDIT_MS;
  private creditedMs = -Infinity;

  constructor(
    private readonly limits: AssemblerLimits = defaultAssemblerLimits,
    private readonly clockMs: () => number = () => performance.now(),
  ) {}

  add(spans: NewSpans, nowMs: number): void {
    for (const [traceId, { spans: some }] of spans) {
      if (this.finished.has(traceId)) continue;
      const trace = this.held.get(traceId) ?? { spans: [], lastMs: nowMs };
      const room = this.limits.spansPerTrace - trace.spans.length;
      const taken = some.length > room ? some.slice(0, Math.max(0, room)) : some;
      for (const span of taken) trace.spans.push(span);
      trace.lastMs = nowMs;
      this.heldSpans += taken.length;
      this.held.delete(traceId);
      this.held.set(traceId, trace);
    }
    for (const [traceId, { spans: some }] of this.held) {
      if (this.heldSpans <= this.limits.spans) break;
      this.held.delete(traceId);
      this.heldSpans -= some.length;
      this.remember(traceId);
      const [span] = some;
      if (!span) continue;
      const at = this.dropped.get(span.sender) ?? { span, traces: 0 };
      at.traces++;
      this.dropped.set(span.sender, at);
    }
  }

  /**
   * The paths of traces of which nothing has come for a while.
   * @param isClosing all of them, since nothing more will come
   */
  due(nowMs: number, isClosing = false): DueTraces {
    this.credit();
    const builders = new Map<string, PathReport>();
    const done: string[] = [];
    const best = new Map<string, Best>();
    const isPressed = this.heldSpans > this.limits.spans * PRESSURE;
    let spans = 0;
    let hasMore = false;
    const begun = this.clockMs();
    for (const [traceId, trace] of this.held) {
      if (!isClosing && trace.lastMs > nowMs - this.limits.quietMs) break;
      if (!isClosing && (spans >= this.limits.spansAtATime || this.clockMs() - begun > this.creditMs)) {
        hasMore = true;
        break;
      }
      spans += trace.spans.length;
      done.push(traceId);
      for (const path of entryPaths(trace.spans, isPressed ? 0 : undefined)) addPath(builders, best, path);
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
          this.heldSpans -= this.held.get(traceId)?.spans.length ?? 0;
          this.held.delete(traceId);
          this.remember(traceId);
        }
      },
      hasMore,
    };
  }

  /** Work is paid for by time that passes. */
  private credit(): void {
    const now = this.clockMs();
    const passed = Math.max(0, now - this.creditedMs) * this.limits.share;
    this.creditMs = Math.min(MAX_CREDIT_MS, this.creditMs + passed);
    this.creditedMs = now;
  }

  private remember(traceId: string): void {
    this.finished.add(traceId);
    if (this.finished.size <= MAX_FINISHED) return;
    const [oldest] = this.finished;
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

function builderOf(builders: Map<string, PathReport>, { sender }: LinkSpan): PathReport {
  const text = `${deploymentKeyText(sender.deployment)}\0${sender.instanceId}`;
  let builder = builders.get(text);
  if (!builder) builders.set(text, (builder = new PathReport(sender)));
  return builder;
}
