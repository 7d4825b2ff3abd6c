import { bucketIndex } from '@hindcast/proto/durationBuckets';
import type { OtlpResourceSpans } from '../otlp/model.js';
import { deploymentKeyText } from '../store/keys.js';
import type { FunctionKey, Report } from '../store/model.js';
import { minuteOf } from '../store/storeTime.js';
import { isPlausibleTime, reject, type RejectReason, type Rejections } from './limits.js';
import { ReportBuilder, addTimedCall } from './reportBuilder.js';
import type { Sender } from './sender.js';
import type { Lineage, LinkVisitor, SpanLinker } from './spanLinker.js';
import { HAS_ERROR_STATUS, IS_CODE, SPAN, type SpanRows } from './spanRows.js';
import { readSpans } from './readSpans.js';
import { TraceAssembler, type DueTraces } from './traceAssembler.js';

/** A pause between spans of one instance that still counts as observed: its SDK was there and had nothing to say. */
const BRIDGED_GAP_MS = 5 * 60_000;

export interface SpanReports extends FinishedSpans {
  readonly acceptedSpans: number;
}

export interface FinishedSpans {
  readonly reports: Report[];
  /** Remembers the spans for linking and coverage; call it once the reports are stored. */
  readonly commit: () => void;
}

/** Spans that are gathered to be stored at once. Nothing of them is remembered before `commit`. */
export interface SpanBatch {
  /** Returns how many spans were taken; the others are in `rejections`. */
  add(spans: SpanRows, nowMs: number, rejections: Rejections): number;
  /** Ends the batch. */
  finish(nowMs: number): FinishedSpans;
}

/** Turns spans of any OpenTelemetry SDK into reports: every span is one timed call of one function. */
export class SpanFunctions {
  /** When the last span of an instance ended, milliseconds; bounded by dropping the oldest. */
  private readonly lastEndMs = new Map<string, number>();

  constructor(
    private readonly linker: SpanLinker,
    private readonly assembler = new TraceAssembler(),
  ) {}

  /** What has become of traces of which nothing more comes; of all when nothing more can. */
  dueTraces(nowMs: number, isClosing: boolean): DueTraces {
    return this.assembler.due(nowMs, isClosing);
  }

  /** The spans of one request as reports. */
  reportsOf(groups: readonly OtlpResourceSpans[], nowMs: number, rejections: Rejections): SpanReports {
    const batch = this.begin();
    const acceptedSpans = batch.add(readSpans(groups), nowMs, rejections);
    return { acceptedSpans, ...batch.finish(nowMs) };
  }

  /** Several requests that are stored together: what they have in common is put together. What was begun before and not committed is forgotten. */
  begin(): SpanBatch {
    const senders = new Senders();
    this.linker.begin();
    return {
      add: (spans, nowMs, rejections) => {
        let accepted = 0;
        for (let row = 0; row < spans.length; row++) {
          const reason = implausible(spans, row, nowMs) ?? (this.linker.take(spans, row) ? undefined : 'duplicate');
          if (reason) reject(rejections, reason);
          else {
            addSpan(senders.of(spans.senderOf(row)), spans, row);
            accepted++;
          }
        }
        return accepted;
      },
      finish: (nowMs) => {
        this.linker.link(nowMs, new LinkedCalls(senders));
        for (const mine of senders.all()) this.cover(mine);
        return {
          reports: senders
            .all()
            .map((mine) => mine.builder.report())
            .filter(hasRows),
          commit: () => {
            this.linker.commit((spans, row) => this.assembler.add(spans, row, nowMs));
            this.assembler.giveUp();
            for (const { sender, endMs } of senders.all()) this.rememberEnd(sender, endMs);
          },
        };
      },
    };
  }

  /** What the instance is known to have observed: from its first span's start, or its last end a short while ago. */
  private cover({ sender, builder, startMs, endMs }: SenderSpans): void {
    if (endMs <= 0) return;
    const before = this.lastEndMs.get(instanceText(sender)) ?? -Infinity;
    const from = startMs - before <= BRIDGED_GAP_MS ? Math.min(startMs, before) : startMs;
    builder.cover({ startMs: from, endMs });
  }

  private rememberEnd(sender: Sender, endMs: number): void {
    if (endMs <= 0) return;
    const text = instanceText(sender);
    const before = this.lastEndMs.get(text) ?? 0;
    this.lastEndMs.delete(text);
    this.lastEndMs.set(text, Math.max(before, endMs));
    if (this.lastEndMs.size > 10_000) {
      const [oldest] = this.lastEndMs.keys();
      if (oldest !== undefined) this.lastEndMs.delete(oldest);
    }
  }
}

interface SenderSpans {
  readonly sender: Sender;
  readonly builder: ReportBuilder;
  startMs: number;
  endMs: number;
}

/** What the senders of a batch have sent. */
class Senders {
  private readonly bySender = new Map<Sender, SenderSpans>();
  private latest: SenderSpans | undefined;

  of(sender: Sender): SenderSpans {
    if (this.latest?.sender === sender) return this.latest;
    let mine = this.bySender.get(sender);
    if (!mine) {
      mine = { sender, builder: new ReportBuilder(sender, undefined), startMs: Infinity, endMs: 0 };
      this.bySender.set(sender, mine);
    }
    return (this.latest = mine);
  }

  all(): SenderSpans[] {
    return [...this.bySender.values()];
  }
}

function implausible(spans: SpanRows, row: number, nowMs: number): RejectReason | undefined {
  const endMs = spans.endMs(row);
  const nanoseconds = spans.nanoseconds(row);
  if (!isPlausibleTime(endMs, nowMs) || nanoseconds < 0 || !isPlausibleTime(endMs - nanoseconds / 1e6, nowMs)) {
    return 'timestamp';
  }
  if (!spans.hasTrace(row) || !spans.hasId(row, SPAN)) return 'no_span_id';
  return spans.fns[row] ? undefined : 'no_name';
}

function addSpan(mine: SenderSpans, spans: SpanRows, row: number): void {
  const { builder } = mine;
  const fn = spans.fns[row];
  if (!fn) return;
  const entryPoint = spans.entryPoints[row];
  const errorType = spans.errorTypes[row];
  const endMs = spans.endMs(row);
  const minute = minuteOf(endMs);
  const seconds = spans.nanoseconds(row) / 1e9;
  const index = bucketIndex(seconds);
  addTimedCall(builder.calls(minute, fn), index, seconds);
  if (errorType !== undefined && spans.has(row, HAS_ERROR_STATUS))
    builder.addErrors(minute, fn, errorType, 'unknown', 1);
  if (entryPoint) {
    const handler = spans.has(row, IS_CODE) ? fn : undefined;
    addTimedCall(builder.entryCalls(minute, entryPoint, handler), index, seconds);
    if (errorType !== undefined) builder.addEntryErrors(minute, entryPoint, handler, errorType, 1);
  }
  mine.startMs = Math.min(mine.startMs, endMs - seconds * 1000);
  mine.endMs = Math.max(mine.endMs, endMs);
}

/** A link may belong to an earlier request's sender: then that gets a report of what the link tells only. */
class LinkedCalls implements LinkVisitor {
  constructor(private readonly senders: Senders) {}

  link(
    callee: SpanRows,
    row: number,
    caller: SpanRows | undefined,
    callerRow: number,
    { entryPoint, code }: Lineage,
  ): void {
    const { builder } = this.senders.of(callee.senderOf(row));
    const fn = callee.fns[row];
    if (!fn) return;
    const minute = callee.minute(row);
    const callerFn = caller?.fns[callerRow];
    const callerService = callerFn ? caller.serviceOf(callerRow) : '';
    const edge = builder.edge(minute, fn, callerFn, callerService);
    edge.calls++;
    edge.sampledCalls++;
    if (entryPoint) builder.addFunctionEntries(minute, fn, entryPoint, 1);
    const parent = callerService === builder.service ? callerFn : undefined;
    addDependency(builder, callee, row, code ?? parent);
  }

  unattributed(spans: SpanRows, row: number): void {
    const { builder } = this.senders.of(spans.senderOf(row));
    builder.addDrops(spans.minute(row), 'caller_unknown', 1);
    addDependency(builder, spans, row, spans.has(row, IS_CODE) ? spans.fns[row] : undefined);
  }
}

function addDependency(builder: ReportBuilder, spans: SpanRows, row: number, fn: FunctionKey | undefined): void {
  const dependency = spans.dependencies[row];
  if (!dependency) return;
  const errorType = spans.errorTypes[row];
  const minute = spans.minute(row);
  const seconds = spans.nanoseconds(row) / 1e9;
  addTimedCall(builder.dependencyCalls(minute, fn, dependency), bucketIndex(seconds), seconds);
  if (errorType !== undefined) builder.addDependencyErrors(minute, fn, dependency, errorType, 1);
}

function instanceText({ deployment, instanceId }: Sender): string {
  return `${deploymentKeyText(deployment)}\0${instanceId}`;
}

function hasRows({ functions, edges, dependencies, drops }: Report): boolean {
  return functions.length + edges.length + dependencies.length + drops.length > 0;
}
