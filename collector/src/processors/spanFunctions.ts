import { bucketIndex } from '@hindcast/proto/durationBuckets';
import * as semconv from '@hindcast/proto/semconv';
import type { AttributeMap, OtlpResourceSpans, OtlpSpan } from '../otlp/model.js';
import { nanosBetween, nanosToMs } from '../otlp/model.js';
import { deploymentKeyText } from '../store/keys.js';
import type { FunctionKey, Minute, Report } from '../store/model.js';
import { minuteOf } from '../store/storeTime.js';
import { codeFunction, functionKey, textAttribute } from './attributeReaders.js';
import { MAX_ERROR_TYPE_LENGTH, capText, isPlausibleTime, reject, type Rejections } from './limits.js';
import { normaliseNames } from './normaliseNames.js';
import { ReportBuilder, addTimedCall } from './reportBuilder.js';
import { senderOf, type Sender } from './sender.js';
import { dependencyOfSpan, entryPointOfSpan } from './spanKinds.js';
import type { LinkResult, LinkSpan, NewSpans, SpanLinker } from './spanLinker.js';
import { TraceAssembler, type DueTraces } from './traceAssembler.js';
import { traceOf, type TraceSpans } from './traceSpans.js';

const STATUS_ERROR = 2;
const KIND_INTERNAL = 1;
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
  add(groups: readonly OtlpResourceSpans[], nowMs: number, rejections: Rejections): number;
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
    const acceptedSpans = batch.add(groups, nowMs, rejections);
    return { acceptedSpans, ...batch.finish(nowMs) };
  }

  /** Several requests that are stored together: what they have in common is put together. */
  begin(): SpanBatch {
    const builders = new Map<Sender, SenderSpans>();
    const spans: NewSpans = new Map();
    return {
      add: (groups, nowMs, rejections) => {
        let accepted = 0;
        for (const group of groups) {
          const sender = senderOf(group.resource, 'spans');
          const mine = spansOf(builders, sender);
          let trace: TraceSpans | undefined;
          let traceId: string | undefined;
          let isKnown = false;
          for (const span of group.spans) {
            // Spans of a trace tend to come together.
            if (traceId !== span.traceId || !trace) {
              trace = traceOf(spans, (traceId = span.traceId));
              isKnown = this.linker.knows(traceId);
            }
            const link = this.check(span, sender, nowMs, trace, isKnown, rejections);
            if (!link) continue;
            trace.add(link);
            addSpan(mine, span, link);
            accepted++;
          }
        }
        return accepted;
      },
      finish: (nowMs) => {
        const linked = this.linker.link(spans, nowMs);
        addLinks(builders, linked);
        for (const mine of builders.values()) this.cover(mine);
        return {
          reports: [...builders.values()].map((mine) => mine.builder.report()).filter(hasRows),
          commit: () => {
            linked.commit();
            this.assembler.add(spans, nowMs);
            for (const { sender, endMs } of builders.values()) this.rememberEnd(sender, endMs);
          },
        };
      },
    };
  }

  private check(
    span: OtlpSpan,
    sender: Sender,
    nowMs: number,
    trace: TraceSpans,
    isKnown: boolean,
    rejections: Rejections,
  ): LinkSpan | undefined {
    const endMs = nanosToMs(span.endHigh, span.endLow);
    const nanoseconds = nanosBetween(span.startHigh, span.startLow, span.endHigh, span.endLow);
    if (!isPlausibleTime(endMs, nowMs) || nanoseconds < 0 || !isPlausibleTime(endMs - nanoseconds / 1e6, nowMs)) {
      reject(rejections, 'timestamp');
      return undefined;
    }
    if (span.traceId === '' || span.spanId === '') {
      reject(rejections, 'no_span_id');
      return undefined;
    }
    const attributes = normaliseNames(span.attributes);
    const fn = functionOf(span, attributes);
    if (!fn) {
      reject(rejections, 'no_name');
      return undefined;
    }
    const link = linkSpan(span, attributes, fn, sender, nanoseconds / 1e9, minuteOf(endMs));
    if (trace.find(span.spanId) || (isKnown && this.linker.isDuplicate(link))) {
      reject(rejections, 'duplicate');
      return undefined;
    }
    return link;
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

function spansOf(builders: Map<Sender, SenderSpans>, sender: Sender): SenderSpans {
  let mine = builders.get(sender);
  if (!mine) {
    mine = { sender, builder: new ReportBuilder(sender, undefined), startMs: Infinity, endMs: 0 };
    builders.set(sender, mine);
  }
  return mine;
}

function linkSpan(
  span: OtlpSpan,
  attributes: AttributeMap,
  fn: FunctionKey,
  sender: Sender,
  seconds: number,
  minute: Minute,
): LinkSpan {
  const { traceId, spanId, parentSpanId, kind, name, startHigh, startLow } = span;
  const entryPoint = kind > KIND_INTERNAL ? entryPointOfSpan(kind, name, attributes) : undefined;
  const dependency = kind > KIND_INTERNAL ? dependencyOfSpan(kind, name, attributes) : undefined;
  const errorType = hasFailed(span, attributes) ? errorTypeOf(span, attributes) : undefined;
  const isCode = fn.path !== '' || attributes.has(semconv.CODE_FUNCTION_NAME);
  return {
    sender,
    traceId,
    spanId,
    parentSpanId,
    fn,
    isCode,
    minute,
    entryPoint,
    dependency,
    seconds,
    kind,
    startHigh,
    startLow,
    errorType,
    lineage: undefined,
  };
}

function addSpan(mine: SenderSpans, span: OtlpSpan, it: LinkSpan): void {
  const { fn, isCode, minute, entryPoint, seconds, errorType } = it;
  const { builder } = mine;
  const index = bucketIndex(seconds);
  addTimedCall(builder.calls(minute, fn), index, seconds);
  if (errorType !== undefined && span.statusCode === STATUS_ERROR)
    builder.addErrors(minute, fn, errorType, 'unknown', 1);
  if (entryPoint) {
    const handler = isCode ? fn : undefined;
    addTimedCall(builder.entryCalls(minute, entryPoint, handler), index, seconds);
    if (errorType !== undefined) builder.addEntryErrors(minute, entryPoint, handler, errorType, 1);
  }
  const endMs = nanosToMs(span.endHigh, span.endLow);
  mine.startMs = Math.min(mine.startMs, endMs - seconds * 1000);
  mine.endMs = Math.max(mine.endMs, endMs);
}

/** A link may belong to an earlier request's sender: then that gets a report of what the link tells only. */
function addLinks(builders: Map<Sender, SenderSpans>, { links, unattributed }: LinkResult): void {
  for (const { callee, caller, entryPoint, code } of links) {
    const { builder } = spansOf(builders, callee.sender);
    builder.addEdge(callee.minute, callee.fn, caller, 1, 1);
    if (entryPoint) builder.addFunctionEntries(callee.minute, callee.fn, entryPoint, 1);
    const parent = caller !== 'entry' && caller.service === builder.service ? caller.fn : undefined;
    addDependency(builder, callee, code ?? parent);
  }
  for (const span of unattributed) {
    const { builder } = spansOf(builders, span.sender);
    builder.addDrops(span.minute, 'caller_unknown', 1);
    addDependency(builder, span, span.isCode ? span.fn : undefined);
  }
}

function addDependency(
  builder: ReportBuilder,
  { dependency, minute, seconds, errorType }: LinkSpan,
  fn: FunctionKey | undefined,
): void {
  if (!dependency) return;
  addTimedCall(builder.dependencyCalls(minute, fn, dependency), bucketIndex(seconds), seconds);
  if (errorType !== undefined) builder.addDependencyErrors(minute, fn, dependency, errorType, 1);
}

function functionOf(span: OtlpSpan, attributes: AttributeMap): FunctionKey | undefined {
  return codeFunction(attributes) ?? functionKey(span.name, '', 0, 0);
}

/** Servers need not mark a span of a 5xx answer as failed. */
function hasFailed({ statusCode }: OtlpSpan, attributes: AttributeMap): boolean {
  const answer = attributes.get(semconv.HTTP_RESPONSE_STATUS_CODE);
  return statusCode === STATUS_ERROR || (typeof answer === 'number' && answer >= 500);
}

function errorTypeOf(span: OtlpSpan, attributes: AttributeMap): string {
  const answer = attributes.get(semconv.HTTP_RESPONSE_STATUS_CODE);
  const ofSpan = textAttribute(attributes, semconv.ERROR_TYPE);
  const event = span.events.find(({ attributes }) => exceptionType(attributes) !== '');
  return capText(
    ofSpan ||
      (event ? exceptionType(event.attributes) : '') ||
      (typeof answer === 'number' && answer >= 500 ? String(answer) : 'Error'),
    MAX_ERROR_TYPE_LENGTH,
  );
}

function exceptionType(attributes: AttributeMap): string {
  return textAttribute(attributes, semconv.EXCEPTION_TYPE);
}

function instanceText({ deployment, instanceId }: Sender): string {
  return `${deploymentKeyText(deployment)}\0${instanceId}`;
}

function hasRows({ functions, edges, dependencies, drops }: Report): boolean {
  return functions.length + edges.length + dependencies.length + drops.length > 0;
}
