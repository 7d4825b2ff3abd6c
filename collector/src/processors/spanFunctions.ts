import { bucketIndex } from '@hindcast/proto/durationBuckets';
import * as semconv from '@hindcast/proto/semconv';
import type { AttributeMap, OtlpResourceSpans, OtlpSpan } from '../otlp/model.js';
import { nanosBetween, nanosToMs } from '../otlp/model.js';
import { deploymentKeyText } from '../store/keys.js';
import type { FunctionKey, Report } from '../store/model.js';
import { minuteOf } from '../store/storeTime.js';
import { codeFunction, textAttribute } from './attributeReaders.js';
import { MAX_ERROR_TYPE_LENGTH, MAX_NAME_LENGTH, capText, isPlausibleTime, reject, type Rejections } from './limits.js';
import { normaliseNames } from './normaliseNames.js';
import { ReportBuilder } from './reportBuilder.js';
import { senderOf, type Sender } from './sender.js';
import type { LinkResult, LinkSpan, SpanLinker } from './spanLinker.js';

const STATUS_ERROR = 2;
/** A pause between spans of one instance that still counts as observed: its SDK was there and had nothing to say. */
const BRIDGED_GAP_MS = 5 * 60_000;

export interface SpanReports {
  readonly reports: Report[];
  readonly acceptedSpans: number;
  /** Remembers the spans for linking and coverage; call it once the reports are stored. */
  readonly commit: () => void;
}

/** Turns spans of any OpenTelemetry SDK into reports: every span is one timed call of one function. */
export class SpanFunctions {
  /** When the last span of an instance ended, milliseconds; bounded by dropping the oldest. */
  private readonly lastEndMs = new Map<string, number>();

  constructor(private readonly linker: SpanLinker) {}

  reportsOf(groups: readonly OtlpResourceSpans[], nowMs: number, rejections: Rejections): SpanReports {
    const builders = new Map<Sender, SenderSpans>();
    const spans: LinkSpan[] = [];
    const seen = new Set<string>();
    for (const group of groups) {
      const sender = senderOf(group.resource, 'spans');
      const mine = spansOf(builders, sender);
      for (const span of group.spans) {
        const link = this.check(span, sender, nowMs, seen, rejections);
        if (!link) continue;
        spans.push(link);
        addSpan(mine, span, link);
      }
    }
    const linked = this.linker.link(spans, nowMs);
    addLinks(builders, linked);
    for (const mine of builders.values()) this.cover(mine);
    return {
      reports: [...builders.values()].map((mine) => mine.builder.report()).filter(hasRows),
      acceptedSpans: spans.length,
      commit: () => {
        linked.commit();
        for (const { sender, endMs } of builders.values()) this.rememberEnd(sender, endMs);
      },
    };
  }

  private check(
    span: OtlpSpan,
    sender: Sender,
    nowMs: number,
    seen: Set<string>,
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
    const fn = functionOf(span);
    if (!fn) {
      reject(rejections, 'no_name');
      return undefined;
    }
    const { traceId, spanId, parentSpanId } = span;
    const link: LinkSpan = { sender, traceId, spanId, parentSpanId, fn, minute: minuteOf(endMs) };
    if (seen.has(traceId + spanId) || this.linker.isDuplicate(link)) {
      reject(rejections, 'duplicate');
      return undefined;
    }
    seen.add(traceId + spanId);
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

function addSpan(mine: SenderSpans, span: OtlpSpan, { fn, minute }: LinkSpan): void {
  const nanoseconds = nanosBetween(span.startHigh, span.startLow, span.endHigh, span.endLow);
  const endMs = nanosToMs(span.endHigh, span.endLow);
  const seconds = nanoseconds / 1e9;
  mine.builder.addTimedCall(minute, fn, bucketIndex(seconds), seconds);
  if (span.statusCode === STATUS_ERROR) mine.builder.addErrors(minute, fn, errorTypeOf(span), 'unknown', 1);
  mine.startMs = Math.min(mine.startMs, endMs - nanoseconds / 1e6);
  mine.endMs = Math.max(mine.endMs, endMs);
}

/** A link may belong to an earlier request's sender: then that gets a report of its edges only. */
function addLinks(builders: Map<Sender, SenderSpans>, { links, unattributed }: LinkResult): void {
  for (const { callee, caller } of links) {
    spansOf(builders, callee.sender).builder.addEdge(callee.minute, callee.fn, caller, 1, 1);
  }
  for (const span of unattributed) spansOf(builders, span.sender).builder.addDrops(span.minute, 'caller_unknown', 1);
}

function functionOf(span: OtlpSpan): FunctionKey | undefined {
  const fn = codeFunction(normaliseNames(span.attributes));
  if (fn) return fn;
  if (span.name === '') return undefined;
  return { path: '', name: capText(span.name, MAX_NAME_LENGTH), line: 0, column: 0 };
}

function errorTypeOf(span: OtlpSpan): string {
  const ofSpan = textAttribute(span.attributes, semconv.ERROR_TYPE);
  const event = span.events.find(({ attributes }) => exceptionType(attributes) !== '');
  return capText(ofSpan || (event ? exceptionType(event.attributes) : '') || 'Error', MAX_ERROR_TYPE_LENGTH);
}

function exceptionType(attributes: AttributeMap): string {
  return textAttribute(attributes, semconv.EXCEPTION_TYPE);
}

function instanceText({ deployment, instanceId }: Sender): string {
  return `${deploymentKeyText(deployment)}\0${instanceId}`;
}

function hasRows({ functions, edges, drops }: Report): boolean {
  return functions.length + edges.length + drops.length > 0;
}
