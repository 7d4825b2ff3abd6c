import type { CallerKey, DependencyKey, EntryPointKey, FunctionKey, Minute } from '../store/model.js';
import type { Sender } from './sender.js';

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

/**
 * Finds callers from spans' parents, across requests and services: parents usually end, and so arrive, after their children.
 * What it remembers is bounded in number and time: two generations, the older of which is forgotten when the younger is full
 * or old. It lives in memory: callers, and callers of dependencies, that were not yet known when the process dies are not
 * known later.
 */
export class SpanLinker {
  private known: Generations<LinkSpan>;
  private waiting: Generations<LinkSpan[]>;
  private startedMs = 0;

  constructor(private readonly limits: LinkerLimits = defaultLinkerLimits) {
    this.known = { young: new Map(), old: new Map() };
    this.waiting = { young: new Map(), old: new Map() };
  }

  /** Whether this deployment's span has been committed a short while ago. */
  isDuplicate(span: LinkSpan): boolean {
    const before = find(this.known, keyOf(span.traceId, span.spanId));
    return before !== undefined && isSameDeployment(before.sender, span.sender);
  }

  link(spans: readonly LinkSpan[], nowMs: number): LinkResult {
    const unattributed = this.expire(nowMs);
    const links: Link[] = [];
    const waiting: LinkSpan[] = [];
    const here = new Map(spans.map((span) => [keyOf(span.traceId, span.spanId), span]));
    for (const span of spans) {
      if (span.parentSpanId === '') links.push({ callee: span, caller: 'entry', ...this.lineageOf(span, here) });
      else {
        const key = keyOf(span.traceId, span.parentSpanId);
        const parent = here.get(key) ?? find(this.known, key);
        if (parent) links.push({ callee: span, caller: callerOf(parent), ...this.lineageOf(span, here) });
        else waiting.push(span);
      }
    }
    for (const [key, span] of here) {
      for (const child of find(this.waiting, key) ?? []) {
        links.push({ callee: child, caller: callerOf(span), ...this.lineageOf(child, here) });
      }
    }
    return { links, unattributed, commit: () => this.commit(here, waiting) };
  }

  /** As far up as spans have come, and no further than the service. */
  private lineageOf(span: LinkSpan, here: ReadonlyMap<string, LinkSpan>, depth = 0): Lineage {
    if (span.lineage) return span.lineage;
    const own: Lineage = { entryPoint: span.entryPoint, code: span.isCode ? span.fn : undefined };
    if (span.entryPoint || span.parentSpanId === '') return (span.lineage = own);
    const key = keyOf(span.traceId, span.parentSpanId);
    const parent = here.get(key) ?? find(this.known, key);
    if (!parent || depth >= MAX_DEPTH) return own;
    if (parent.sender.deployment.service !== span.sender.deployment.service) return (span.lineage = own);
    const above = this.lineageOf(parent, here, depth + 1);
    const lineage = { entryPoint: above.entryPoint, code: own.code ?? above.code };
    if (parent.lineage) span.lineage = lineage;
    return lineage;
  }

  private commit(here: ReadonlyMap<string, LinkSpan>, waiting: readonly LinkSpan[]): void {
    for (const [key, span] of here) {
      this.known.young.set(key, span);
      this.waiting.young.delete(key);
      this.waiting.old.delete(key);
    }
    for (const span of waiting) {
      const key = keyOf(span.traceId, span.parentSpanId);
      const siblings = this.waiting.young.get(key);
      if (siblings) siblings.push(span);
      else this.waiting.young.set(key, [span]);
    }
  }

  private expire(nowMs: number): LinkSpan[] {
    const isFull = this.known.young.size >= this.limits.spans;
    if (nowMs - this.startedMs < this.limits.holdMs && !isFull) return [];
    const unattributed = [...this.waiting.old.values()].flat();
    this.known = { young: new Map(), old: this.known.young };
    this.waiting = { young: new Map(), old: this.waiting.young };
    this.startedMs = nowMs;
    return unattributed;
  }
}

interface Generations<T> {
  readonly young: Map<string, T>;
  readonly old: Map<string, T>;
}

function find<T>({ young, old }: Generations<T>, key: string): T | undefined {
  return young.get(key) ?? old.get(key);
}

function keyOf(traceId: string, spanId: string): string {
  return traceId + spanId;
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
