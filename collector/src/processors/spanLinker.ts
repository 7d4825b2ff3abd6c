import type { CallerKey, FunctionKey, Minute } from '../store/model.js';
import type { Sender } from './sender.js';

/** A span as the linker sees it. */
export interface LinkSpan {
  readonly sender: Sender;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly fn: FunctionKey;
  /** The minute in which it ended. */
  readonly minute: Minute;
}

/** Who called a span's function. */
export interface Link {
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

export const defaultLinkerLimits: LinkerLimits = { holdMs: 30_000, spans: 100_000 };

/**
 * Finds callers from spans' parents, across requests and services: parents usually end, and so arrive, after their children.
 * What it remembers is bounded in number and time: two generations, the older of which is forgotten when the younger is full
 * or old. It lives in memory: callers that were not yet known when the process dies are not known later.
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
      if (span.parentSpanId === '') links.push({ callee: span, caller: 'entry' });
      else {
        const key = keyOf(span.traceId, span.parentSpanId);
        const parent = here.get(key) ?? find(this.known, key);
        if (parent) links.push({ callee: span, caller: callerOf(parent) });
        else waiting.push(span);
      }
    }
    for (const [key, span] of here) {
      for (const child of find(this.waiting, key) ?? []) links.push({ callee: child, caller: callerOf(span) });
    }
    return { links, unattributed, commit: () => this.commit(here, waiting) };
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
