import type { EntryPointKey, FunctionKey } from '../store/model.js';
import type { Sender } from './sender.js';
import { SpanIndex, idHashOf, traceHashOf } from './spanIndex.js';
import { IS_CODE, NEXT, PARENT, SPAN, SpanRows } from './spanRows.js';

/** What links tell; all rows are told by where they are. */
export interface LinkVisitor {
  /**
   * Who called a span's function, and on behalf of what.
   * @param caller undefined: nobody in any service, the work began here
   * @param callerRow of `caller`
   */
  link(callee: SpanRows, row: number, caller: SpanRows | undefined, callerRow: number, lineage: Lineage): void;
  /** A span whose parent did not come in time: nobody knows who called. */
  unattributed(spans: SpanRows, row: number): void;
}

/** What a span and those above it in its service say. One object is used for all: read it at once. */
export interface Lineage {
  /** Through which the work came into the service; undefined when it was not seen. */
  readonly entryPoint: EntryPointKey | undefined;
  /** The nearest function of code. */
  readonly code: FunctionKey | undefined;
}

export interface LinkerLimits {
  /** How long a span is remembered, and how long one waits for its parent, at least; at most twice as long. */
  readonly holdMs: number;
  /** At most twice as many spans are remembered, and as many wait. */
  readonly spans: number;
}

const MAX_DEPTH = 64;
/** Instances that may give spans of one trace the same id: each look at such a span passes all of them. */
const MAX_SAME_IDS = 32;
const TRACE_WORDS = 1 << 15;
/** Flags of rows beside those of SpanRows: its parent has not come; it has, in what is not committed yet. */
const WAITS = 1 << 16;
const IS_FOUND = 1 << 17;
/** All of its lineage is known, and stands with it. */
const HAS_LINEAGE = 1 << 18;

export const defaultLinkerLimits: LinkerLimits = { holdMs: 30_000, spans: 100_000 };

/**
 * Finds callers from spans' parents, across requests and services: parents usually end, and so arrive, after their children.
 * What it remembers is bounded in number and time: two generations, the older of which is forgotten when the younger is full
 * or old. It lives in memory: callers, and callers of dependencies, that were not yet known when the process dies are not
 * known later.
 *
 * Spans are taken in batches: `begin`, `take` of each span, `link`, and `commit` once what the links tell is stored. A batch that
 * is not committed is forgotten when the next one begins.
 */
export class SpanLinker {
  private young = new Generation();
  private old = new Generation();
  /** Rows of the young generation that were there before this batch. */
  private committed = 0;
  private found: { readonly of: Generation; readonly row: number }[] = [];
  private startedMs: number | undefined;
  private nowMs = 0;
  /** This batch ends the younger generation, which is full or old. */
  private isLast = false;
  private readonly lineage: { entryPoint: EntryPointKey | undefined; code: FunctionKey | undefined } = {
    entryPoint: undefined,
    code: undefined,
  };

  constructor(private readonly limits: LinkerLimits = defaultLinkerLimits) {}

  begin(): void {
    for (const { of, row } of this.found) of.rows.unflag(row, IS_FOUND);
    this.found = [];
    this.young.truncate(this.committed);
  }

  /** Takes a span over; false when this instance's span came before, in this batch or a short while ago. */
  take(spans: SpanRows, row: number): boolean {
    const trace = traceHashOf(spans, row);
    const hash = idHashOf(trace, spans, row, SPAN);
    if (this.young.mayHold(trace) && this.young.hasFrom(spans, row, hash)) return false;
    if (this.old.mayHold(trace) && this.old.hasFrom(spans, row, hash)) return false;
    this.young.add(spans, row, trace, hash);
    return true;
  }

  /** Tells of the links that became known with this batch. */
  link(nowMs: number, visitor: LinkVisitor): void {
    this.nowMs = nowMs;
    this.isLast =
      this.startedMs === undefined ||
      nowMs - this.startedMs >= this.limits.holdMs ||
      this.committed >= this.limits.spans;
    const { rows } = this.young;
    for (let row = this.committed; row < rows.length; row++) {
      if (!rows.hasId(row, PARENT)) this.tell(this.young, row, undefined, 0, visitor);
      else {
        const parents = this.generationOfParent(this.young, row);
        if (parents) this.tell(this.young, row, parents, this.parentRow, visitor);
        else rows.flag(row, WAITS);
      }
      for (const generation of [this.young, this.old]) {
        if (generation.hasWaiting) this.linkWaiting(generation, row, visitor);
      }
    }
    if (!this.isLast) return;
    const { rows: old } = this.old;
    for (let row = 0; row < old.length; row++) {
      if (old.has(row, WAITS) && !old.has(row, IS_FOUND)) visitor.unattributed(old, row);
    }
  }

  /** Remembers the batch's spans. @param each is told of each of them */
  commit(each: (spans: SpanRows, row: number) => void): void {
    const { young, old } = this;
    for (const { of, row } of this.found) of.rows.unflag(row, WAITS | IS_FOUND);
    this.found = [];
    for (let row = this.committed; row < young.rows.length; row++) {
      if (young.rows.has(row, WAITS)) young.addWaiting(row);
      each(young.rows, row);
    }
    this.committed = young.rows.length;
    if (!this.isLast) return;
    // The first spans of all begin a generation.
    if (this.startedMs !== undefined) {
      old.truncate(0);
      [this.young, this.old] = [old, young];
      this.committed = 0;
    }
    this.startedMs = this.nowMs;
  }

  /** Spans that came before, and were waiting for this one. */
  private linkWaiting(of: Generation, parent: number, visitor: LinkVisitor): void {
    for (let row = of.firstWaiting(this.young.rows, parent); row >= 0; row = of.rows.get(row, NEXT) - 1) {
      if (!of.rows.has(row, WAITS) || of.rows.has(row, IS_FOUND)) continue;
      of.rows.flag(row, IS_FOUND);
      this.found.push({ of, row });
      this.tell(of, row, this.young, parent, visitor);
    }
  }

  private tell(
    of: Generation,
    row: number,
    callers: Generation | undefined,
    callerRow: number,
    visitor: LinkVisitor,
  ): void {
    this.readLineage(of, row, 0);
    visitor.link(of.rows, row, callers?.rows, callerRow, this.lineage);
  }

  /** Where `generationOfParent` found the parent. */
  private parentRow = -1;

  private generationOfParent({ rows }: Generation, row: number): Generation | undefined {
    for (const generation of [this.young, this.old]) {
      this.parentRow = generation.bySpan.find(rows, row, PARENT);
      if (this.parentRow >= 0) return generation;
    }
    return undefined;
  }

  /** As far up as spans have come, and no further than the service; true when it is all there will be. */
  private readLineage(of: Generation, row: number, depth: number): boolean {
    const { rows, lineages } = of;
    const { lineage } = this;
    if (rows.has(row, HAS_LINEAGE)) {
      lineage.entryPoint = lineages.entryPoints[row];
      lineage.code = lineages.codes[row];
      return true;
    }
    const own = rows.has(row, IS_CODE) ? rows.fns[row] : undefined;
    lineage.entryPoint = rows.entryPoints[row];
    lineage.code = own;
    let isWhole = true;
    if (!lineage.entryPoint && rows.hasId(row, PARENT)) {
      const parents = depth < MAX_DEPTH ? this.generationOfParent(of, row) : undefined;
      const { parentRow } = this;
      if (!parents) return false;
      if (parents.rows.serviceOf(parentRow) === rows.serviceOf(row)) {
        isWhole = this.readLineage(parents, parentRow, depth + 1);
        lineage.code = own ?? lineage.code;
      }
    }
    if (isWhole) {
      rows.flag(row, HAS_LINEAGE);
      lineages.entryPoints[row] = lineage.entryPoint;
      lineages.codes[row] = lineage.code;
    }
    return isWhole;
  }
}

/** Spans that are remembered, found by their ids. */
class Generation {
  readonly rows = new SpanRows();
  readonly bySpan = new SpanIndex(this.rows, SPAN);
  /** Of rows with HAS_LINEAGE. */
  readonly lineages = {
    entryPoints: [] as (EntryPointKey | undefined)[],
    codes: [] as (FunctionKey | undefined)[],
  };
  /** A bit for each hash of a trace. Looking that up is cheaper than looking for a span that is not there, as nearly none is. */
  private readonly traces = new Int32Array(TRACE_WORDS);
  /** The first that waits for each parent; NEXT of a row is another, counted from 1. */
  private readonly byParent = new SpanIndex(this.rows, PARENT);

  /** Whether this span of this instance is here, or of so many others that its id is none. @param hash of its trace and id */
  hasFrom(spans: SpanRows, row: number, hash: number): boolean {
    let known = this.bySpan.find(spans, row, SPAN, hash);
    for (let same = 1; known >= 0; same++) {
      if (same >= MAX_SAME_IDS || isSameInstance(this.rows.senderOf(known), spans.senderOf(row))) return true;
      known = this.bySpan.findNext(known, spans, row, SPAN);
    }
    return false;
  }

  /** @param trace a hash of the trace; `hash` of the trace and the span's id */
  add(spans: SpanRows, at: number, trace: number, hash: number): void {
    const row = this.rows.add();
    this.rows.copy(row, spans, at);
    this.bySpan.add(row, hash);
    const word = (trace >>> 5) & (TRACE_WORDS - 1);
    this.traces[word] = (this.traces[word] ?? 0) | (1 << trace);
  }

  /** False when nothing of the trace is here; true when something may be. */
  mayHold(trace: number): boolean {
    return ((this.traces[(trace >>> 5) & (TRACE_WORDS - 1)] ?? 0) & (1 << trace)) !== 0;
  }

  get hasWaiting(): boolean {
    return this.byParent.size > 0;
  }

  addWaiting(row: number): void {
    const first = this.byParent.find(this.rows, row, PARENT);
    if (first < 0) {
      this.byParent.add(row);
      return;
    }
    // Behind the first, which is the one that is found.
    this.rows.set(row, NEXT, this.rows.get(first, NEXT));
    this.rows.set(first, NEXT, row + 1);
  }

  /** The first that waits for a parent; -1 for none. */
  firstWaiting(parents: SpanRows, parent: number): number {
    return this.byParent.find(parents, parent, SPAN);
  }

  /** Forgets the rows from this one on. Of those before none waits for one of them in the index. */
  truncate(length: number): void {
    if (length === this.rows.length) return;
    this.rows.truncate(length);
    this.bySpan.clear();
    for (let row = 0; row < length; row++) this.bySpan.add(row);
    if (length > 0) return;
    this.byParent.clear();
    this.traces.fill(0);
  }
}

function isSameInstance(a: Sender, b: Sender): boolean {
  return (
    a === b ||
    (a.deployment.service === b.deployment.service &&
      a.deployment.version === b.deployment.version &&
      a.deployment.environment === b.deployment.environment &&
      a.instanceId === b.instanceId)
  );
}
