import type {
  AttributeValue,
  OtlpBuckets,
  OtlpMetric,
  OtlpMetricKind,
  OtlpPoint,
  OtlpResourceMetrics,
} from './model.js';
import { emptyPoint, noAttributes } from './model.js';
import { readKeyValue, readResource, type Wanted } from './attributes.js';
import { decodedText } from './decodedText.js';
import { FIXED64, VARINT, WireReader } from './wireReader.js';

/** Which metrics are read, by name; the points of others are stepped over. */
export type WantedMetric = (name: string) => boolean;

/**
 * Decodes an ExportMetricsServiceRequest: sums and both kinds of histogram. Other kinds and unwanted metrics keep their name
 * and have no points.
 * Source: opentelemetry/proto/collector/metrics/v1/metrics_service.proto
 * @throws OtlpDecodeError
 */
export function decodeMetrics(bytes: Buffer, wantedMetric: WantedMetric, wanted: Wanted): OtlpResourceMetrics[] {
  const reader = new WireReader(bytes, decodedText);
  const groups: OtlpResourceMetrics[] = [];
  while (reader.next()) {
    if (reader.field === 1) groups.push(readResourceMetrics(reader, wantedMetric, wanted));
    else reader.skip();
  }
  return groups;
}

function readResourceMetrics(reader: WireReader, wantedMetric: WantedMetric, wanted: Wanted): OtlpResourceMetrics {
  reader.countItem();
  const outer = reader.enter();
  const group: OtlpResourceMetrics = { resource: noAttributes, metrics: [] };
  while (reader.next()) {
    if (reader.field === 1) group.resource = readResource(reader);
    else if (reader.field === 2) readScopeMetrics(reader, wantedMetric, wanted, group.metrics);
    else reader.skip();
  }
  reader.leave(outer);
  return group;
}

function readScopeMetrics(reader: WireReader, wantedMetric: WantedMetric, wanted: Wanted, into: OtlpMetric[]): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 2) into.push(readMetric(reader, wantedMetric, wanted));
    else reader.skip();
  }
  reader.leave(outer);
}

const KIND_OF_FIELD: Partial<Record<number, OtlpMetricKind>> = { 7: 'sum', 9: 'histogram', 10: 'exponentialHistogram' };
const METRIC_DATA_FIELDS = { first: 5, last: 11 };

function readMetric(reader: WireReader, wantedMetric: WantedMetric, wanted: Wanted): OtlpMetric {
  reader.countItem();
  const outer = reader.enter();
  const metric: OtlpMetric = { name: '', kind: 'other', temporality: 0, monotonic: false, points: [] };
  while (reader.next()) {
    const kind = KIND_OF_FIELD[reader.field];
    if (reader.field === 1) metric.name = reader.string();
    else if (kind) {
      metric.kind = kind;
      // A metric whose name comes after its data is read in full; nobody is known to write that.
      if (metric.name !== '' && !wantedMetric(metric.name)) reader.skip();
      else readData(reader, metric, wanted);
    } else if (reader.field >= METRIC_DATA_FIELDS.first && reader.field <= METRIC_DATA_FIELDS.last) {
      metric.kind = 'other';
      reader.skip();
    } else reader.skip();
  }
  reader.leave(outer);
  return metric;
}

function readData(reader: WireReader, metric: OtlpMetric, wanted: Wanted): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) metric.points.push(readPoint(reader, metric.kind, wanted));
    else if (reader.field === 2) metric.temporality = reader.int32();
    else if (reader.field === 3 && metric.kind === 'sum') metric.monotonic = reader.bool();
    else reader.skip();
  }
  reader.leave(outer);
}

function readPoint(reader: WireReader, kind: OtlpMetricKind, wanted: Wanted): OtlpPoint {
  reader.countItem();
  const outer = reader.enter();
  const point = emptyPoint();
  const attributes = new Map<string, AttributeValue>();
  const readField =
    kind === 'sum' ? readNumberField : kind === 'histogram' ? readHistogramField : readExponentialHistogramField;
  while (reader.next()) {
    if (reader.field === 2) {
      point.startLow = reader.fixed64();
      point.startHigh = reader.high;
    } else if (reader.field === 3) {
      point.timeLow = reader.fixed64();
      point.timeHigh = reader.high;
    } else readField(reader, point, attributes, wanted);
  }
  reader.leave(outer);
  if (attributes.size > 0) point.attributes = attributes;
  return point;
}

type ReadField = (
  reader: WireReader,
  point: OtlpPoint,
  attributes: Map<string, AttributeValue>,
  wanted: Wanted,
) => void;

const readNumberField: ReadField = (reader, point, attributes, wanted) => {
  if (reader.field === 7) readKeyValue(reader, attributes, wanted);
  else if (reader.field === 4) point.value = reader.double();
  else if (reader.field === 6) point.value = reader.sfixed64Number();
  else if (reader.field === 8) point.flags = reader.int32();
  else reader.skip();
};

const readHistogramField: ReadField = (reader, point, attributes, wanted) => {
  if (reader.field === 9) readKeyValue(reader, attributes, wanted);
  else if (reader.field === 4) point.count = reader.fixed64Number();
  else if (reader.field === 5) point.sum = reader.double();
  else if (reader.field === 6) {
    if (point.bucketCounts.length === 0) point.bucketCounts = [];
    reader.repeated(FIXED64, point.bucketCounts, () => reader.fixed64Number());
  } else if (reader.field === 7) {
    if (point.explicitBounds.length === 0) point.explicitBounds = [];
    reader.repeated(FIXED64, point.explicitBounds, () => reader.double());
  } else if (reader.field === 10) point.flags = reader.int32();
  else reader.skip();
};

const readExponentialHistogramField: ReadField = (reader, point, attributes, wanted) => {
  if (reader.field === 1) readKeyValue(reader, attributes, wanted);
  else if (reader.field === 4) point.count = reader.fixed64Number();
  else if (reader.field === 5) point.sum = reader.double();
  else if (reader.field === 6) point.scale = reader.sint32();
  else if (reader.field === 7) point.zeroCount = reader.fixed64Number();
  else if (reader.field === 8) point.positive = readBuckets(reader);
  else if (reader.field === 9) point.negative = readBuckets(reader);
  else if (reader.field === 10) point.flags = reader.int32();
  else reader.skip();
};

function readBuckets(reader: WireReader): OtlpBuckets {
  const outer = reader.enter();
  const buckets: OtlpBuckets = { offset: 0, counts: [] };
  while (reader.next()) {
    if (reader.field === 1) buckets.offset = reader.sint32();
    else if (reader.field === 2) reader.repeated(VARINT, buckets.counts, reader.varintNumber);
    else reader.skip();
  }
  reader.leave(outer);
  return buckets;
}
