import type { CallerKey, DependencyKey, EntryPointKey, FunctionKey, Minute } from '../store/model.js';
import type { Sender } from './sender.js';
import type { TraceSpans } from './traceSpans.js';

/** A span as the linker sees it. */
export interface LinkSpan {
  readonly sender: Sender;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly fn: FunctionKey;
  /** Whether the function was told by `code.*`, and not by the span's name alone. */
  readonly isCode: boolean;
  /** The minute in which it ended. */
  readonly minute: Minute;
  /** Of a server's or consumer's span. */
  readonly entryPoint: EntryPointKey | undefined;
  /** Of a client's or producer's span. */
  readonly dependency: DependencyKey | undefined;
  readonly seconds: number;
  /** OTLP's span kind. */
  readonly kind: number;
  /** When it began: nanoseconds since the epoch in two halves (model.ts of otlp). */
  readonly startHigh: number;
  readonly startLow: number;
  /** Undefined when it did not fail. */
  readonly errorType: string | undefined;
  /** The linker's: once all of it is known. */
  lineage: Lineage | undefined;
}

/** What a span and those above it in its service say. */
export interface Lineage {
  /** Through which the work came into the service; undefined when it was not seen. */
  readonly entryPoint: EntryPointKey | undefined;
  /** The nearest function of code. */
  readonly code: FunctionKey | undefined;
}

/** Who called a span's function, and on behalf of what. */
export interface Link extends Lineage {
  readonly callee: LinkSpan;
  readonly caller: CallerKey;
}

export interface LinkResult {
  readonly links: Link[];
  /** Spans whose parent did not come in time: nobody knows who called. */
  readonly unattributed: LinkSpan[];
  /** Remembers these spans; call it once they are stored. */
  readonly commit: () => void;
}

export interface LinkerLimits {
  /** How long a span is remembered, and how long one waits for its parent, at least; at most twice as long. */
  readonly holdMs: number;
  /** At most twice as many spans are remembered, and as many wait. */
  readonly spans: number;
}

const MAX_DEPTH = 64;

export const defaultLinkerLimits: LinkerLimits = { holdMs: 30_000, spans: 100_000 };

/** Spans that are being taken, before they are stored: by trace. */
export type NewSpans = Map<string, TraceSpans>;

/**
 * Finds callers from spans' parents, across requests and services: parents usually end, and so arrive, after their children.
 * What it remembers is bounded in number and time: two generations, the older of which is forgotten when the younger is full
 * or old. It lives in memory: callers, and callers of dependencies, that were not yet known when the process dies are not
 * known later.
 */
export class SpanLinker {
  private known: Generations<TraceSpans>;
  private waiting: Generations<LinkSpan[]>;
  private knownSpans = 0;
  private startedMs = 0;

  constructor(private readonly limits: LinkerLimits = defaultLinkerLimits) {
    this.known = { young: new Map(), old: new Map() };
    this.waiting = { young: new Map(), old: new Map() };
  }

  /** Whether anything of the trace has been committed a short while ago. */
  knows(traceId: string): boolean {
    return this.known.young.has(traceId) || this.known.old.has(traceId);
  }

  /** Whether this deployment's span has been committed a short while ago. */
  isDuplicate(span: LinkSpan): boolean {
    const before = this.findKnown(span.traceId, span.spanId);
    return before !== undefined && isSameDeployment(before.sender, span.sender);
  }

  link(here: NewSpans, nowMs: number): LinkResult {
    const unattributed = this.expire(nowMs);
    const links: Link[] = [];
    const waiting: LinkSpan[] = [];
    for (const [traceId, spans] of here) {
      const trace = { spans, before: [this.known.young.get(traceId), this.known.old.get(traceId)] };
      for (const span of spans.spans) {
        const parent = span.parentSpanId === '' ? undefined : findParent(span, trace);
        if (parent) links.push(linkOf(span, callerOf(parent), this.lineageOf(span, trace)));
        else if (span.parentSpanId === '') links.push(linkOf(span, 'entry', this.lineageOf(span, trace)));
        else waiting.push(span);
      }
      for (const generation of [this.waiting.young, this.waiting.old]) {
        for (const child of generation.get(traceId) ?? []) {
          const parent = spans.find(child.parentSpanId);
          if (parent) links.push(linkOf(child, callerOf(parent), this.lineageOf(child, trace)));
        }
      }
    }
    return { links, unattributed, commit: () => this.commit(here, waiting) };
  }

  /** As far up as spans have come, and no further than the service. */
  private lineageOf(span: LinkSpan, trace: KnownTrace, depth = 0): Lineage {
    if (span.lineage) return span.lineage;
    const own: Lineage = { entryPoint: span.entryPoint, code: span.isCode ? span.fn : undefined };
    if (span.entryPoint || span.parentSpanId === '') return (span.lineage = own);
    const parent = findParent(span, trace);
    if (!parent || depth >= MAX_DEPTH) return own;
    if (parent.sender.deployment.service !== span.sender.deployment.service) return (span.lineage = own);
    const above = this.lineageOf(parent, trace, depth + 1);
    const lineage = { entryPoint: above.entryPoint, code: own.code ?? above.code };
    if (parent.lineage) span.lineage = lineage;
    return lineage;
  }

  private findKnown(traceId: string, spanId: string): LinkSpan | undefined {
    return this.known.young.get(traceId)?.find(spanId) ?? this.known.old.get(traceId)?.find(spanId);
  }

  private commit(here: NewSpans, waiting: readonly LinkSpan[]): void {
    for (const [traceId, trace] of here) {
      this.knownSpans += trace.spans.length;
      const before = this.known.young.get(traceId);
      if (before) for (const span of trace.spans) before.add(span);
      else this.known.young.set(traceId, trace);
      for (const generation of [this.waiting.young, this.waiting.old]) {
        const left = generation.get(traceId)?.filter(({ parentSpanId }) => !trace.find(parentSpanId));
        if (left?.length === 0) generation.delete(traceId);
        else if (left) generation.set(traceId, left);
      }
    }
    for (const span of waiting) {
      const siblings = this.waiting.young.get(span.traceId);
      if (siblings) siblings.push(span);
      else this.waiting.young.set(span.traceId, [span]);
    }
  }

  private expire(nowMs: number): LinkSpan[] {
    const isFull = this.knownSpans >= this.limits.spans;
    if (nowMs - this.startedMs < this.limits.holdMs && !isFull) return [];
    const unattributed = [...this.waiting.old.values()].flat();
    this.known = { young: new Map(), old: this.known.young };
    this.waiting = { young: new Map(), old: this.waiting.young };
    this.knownSpans = 0;
    this.startedMs = nowMs;
    return unattributed;
  }
}

interface Generations<T> {
  readonly young: Map<string, T>;
  readonly old: Map<string, T>;
}

/** A trace as far as it has come: what comes now, and what came before. */
interface KnownTrace {
  readonly spans: TraceSpans;
  readonly before: readonly (TraceSpans | undefined)[];
}

function findParent({ parentSpanId }: LinkSpan, { spans, before }: KnownTrace): LinkSpan | undefined {
  return spans.find(parentSpanId) ?? before[0]?.find(parentSpanId) ?? before[1]?.find(parentSpanId);
}

function linkOf(callee: LinkSpan, caller: CallerKey, { entryPoint, code }: Lineage): Link {
  return { callee, caller, entryPoint, code };
}

function callerOf(parent: LinkSpan): CallerKey {
  return { service: parent.sender.deployment.service, fn: parent.fn };
}

function isSameDeployment(a: Sender, b: Sender): boolean {
  return (
    a.deployment.service === b.deployment.service &&
    a.deployment.version === b.deployment.version &&
    a.deployment.environment === b.deployment.environment &&
    a.instanceId === b.instanceId
  );
}
