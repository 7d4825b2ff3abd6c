// What the decoders, protobuf and JSON, hand to the processors: only what is used, in plain numbers and strings.
//
// Times are nanoseconds since the epoch in two 32-bit halves: exact, without a bigint per span. `nanosToMs` and `nanosBetween`
// are the only arithmetic anyone needs.

/** An attribute's value. Integers are doubles: exact up to 2^53. Bytes are left out. */
export type AttributeValue = string | number | boolean | readonly AttributeValue[] | AttributeMap;
export type AttributeMap = ReadonlyMap<string, AttributeValue>;

/** Attributes by name, however they are held. */
export interface Attributes {
  get(name: string): AttributeValue | undefined;
  has(name: string): boolean;
}

export interface OtlpEvent {
  readonly name: string;
  readonly attributes: AttributeMap;
}

export interface OtlpSpan {
  /** Both ids in any injective text; empty when missing. */
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  startHigh: number;
  startLow: number;
  endHigh: number;
  endLow: number;
  /** 0 unset, 1 ok, 2 error. */
  statusCode: number;
  attributes: AttributeMap;
  events: OtlpEvent[];
}

export interface OtlpResourceSpans {
  resource: AttributeMap;
  spans: OtlpSpan[];
}

export interface OtlpBuckets {
  offset: number;
  counts: number[];
}

/** One point of any kind of metric; fields that its kind does not have are at their zero. */
export interface OtlpPoint {
  attributes: AttributeMap;
  startHigh: number;
  startLow: number;
  timeHigh: number;
  timeLow: number;
  flags: number;
  /** Of a sum. */
  value: number;
  /** Of a histogram. */
  count: number;
  sum: number;
  scale: number;
  zeroCount: number;
  positive: OtlpBuckets;
  negative: OtlpBuckets;
  explicitBounds: number[];
  bucketCounts: number[];
}

export type OtlpMetricKind = 'sum' | 'histogram' | 'exponentialHistogram' | 'other';

export interface OtlpMetric {
  name: string;
  kind: OtlpMetricKind;
  /** 0 unspecified, 1 delta, 2 cumulative. */
  temporality: number;
  monotonic: boolean;
  points: OtlpPoint[];
}

export interface OtlpResourceMetrics {
  resource: AttributeMap;
  metrics: OtlpMetric[];
}

export interface OtlpLogRecord {
  /** Hex digits; empty when missing. */
  traceId: string;
  timeHigh: number;
  timeLow: number;
  eventName: string;
  body: AttributeValue | undefined;
  attributes: AttributeMap;
}

export interface OtlpResourceLogs {
  resource: AttributeMap;
  records: OtlpLogRecord[];
}

export function emptySpan(): OtlpSpan {
  return {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    kind: 0,
    startHigh: 0,
    startLow: 0,
    endHigh: 0,
    endLow: 0,
    statusCode: 0,
    attributes: noAttributes,
    events: noEvents,
  };
}

export function emptyPoint(): OtlpPoint {
  return {
    attributes: noAttributes,
    startHigh: 0,
    startLow: 0,
    timeHigh: 0,
    timeLow: 0,
    flags: 0,
    value: 0,
    count: 0,
    sum: 0,
    scale: 0,
    zeroCount: 0,
    positive: noBuckets,
    negative: noBuckets,
    explicitBounds: noNumbers,
    bucketCounts: noNumbers,
  };
}

export function emptyLogRecord(): OtlpLogRecord {
  return { traceId: '', timeHigh: 0, timeLow: 0, eventName: '', body: undefined, attributes: noAttributes };
}

/** Shared and never written to: decoders replace it when there is something. */
export const noAttributes: AttributeMap = new Map();
const noEvents: OtlpEvent[] = [];
const noNumbers: number[] = [];
const noBuckets: OtlpBuckets = { offset: 0, counts: noNumbers };

const TWO_32 = 4294967296;

/** Milliseconds since the epoch, to a quarter of a microsecond. */
export function nanosToMs(high: number, low: number): number {
  return (high * TWO_32 + low) / 1e6;
}

/** Nanoseconds from one time to another, exact up to 104 days; negative when the second is earlier. */
export function nanosBetween(fromHigh: number, fromLow: number, toHigh: number, toLow: number): number {
  return (toHigh - fromHigh) * TWO_32 + (toLow - fromLow);
}

/** The time as a decimal number of nanoseconds. */
export function nanosText(high: number, low: number): string {
  return ((BigInt(high) << 32n) | BigInt(low)).toString();
}
