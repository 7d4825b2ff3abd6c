// An OTLP/gRPC receiver that only remembers what a sensor said: which functions there are, and how often each was called.
import http2 from 'node:http2';
import otlp from '@hindcast/proto/generated/otlp.js';
import * as semconv from '@hindcast/proto/semconv';

const collector = otlp.opentelemetry.proto.collector;
const requests = {
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export': collector.metrics.v1.ExportMetricsServiceRequest,
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export': collector.logs.v1.ExportLogsServiceRequest,
};
/** Of one gRPC message, in bytes; a sensor keeps far below it. */
const MAX_MESSAGE_BYTES = 64 << 20;

/**
 * Starts the receiver on a free loopback port.
 * Returns `endpoint` for OTEL_EXPORTER_OTLP_ENDPOINT, `take()`, which returns what was heard since the last call and forgets it,
 * and `close()`. What was heard: `declared` and `calls` are maps from `file:line:column name`, `notObserved` a map from file to
 * reason, `drops` the number of items the sensor says it gave up, `requests` the number of well-formed messages.
 */
export async function startSensorSink() {
  let heard = nothing();
  const sessions = new Set();
  const server = http2.createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    const type = requests[headers[':path']];
    const chunks = [];
    let bytes = 0;
    stream.on('error', () => {});
    stream.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes <= MAX_MESSAGE_BYTES) chunks.push(chunk);
    });
    stream.on('end', () => {
      let status = '0';
      try {
        if (!type) throw new Error('unimplemented');
        if (bytes > MAX_MESSAGE_BYTES) throw new Error('too long');
        remember(heard, type.decode(Buffer.concat(chunks).subarray(5)));
        heard.requests++;
      } catch {
        status = type ? '3' : '12';
      }
      if (stream.destroyed) return;
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }));
      stream.end(status === '0' ? Buffer.alloc(5) : undefined);
    });
  });
  await new Promise((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  return {
    endpoint: `http://127.0.0.1:${server.address().port}`,
    take() {
      const taken = heard;
      heard = nothing();
      return taken;
    },
    async close() {
      for (const session of sessions) session.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

function nothing() {
  return { declared: new Map(), calls: new Map(), notObserved: new Map(), drops: 0, requests: 0 };
}

function remember(heard, { resourceMetrics = [], resourceLogs = [] }) {
  for (const record of resourceLogs.flatMap((r) => r.scopeLogs ?? []).flatMap((s) => s.logRecords ?? [])) {
    const attributes = plainAttributes(record.attributes);
    const file = attributes[semconv.CODE_FILE_PATH];
    // The generated decoder is of an edition without event_name: the attributes tell the two events apart.
    if (attributes[semconv.NOT_OBSERVED_REASON] !== undefined) {
      heard.notObserved.set(file, attributes[semconv.NOT_OBSERVED_REASON]);
      continue;
    }
    for (const { name, line, column } of plainValue(record.body) || []) {
      heard.declared.set(`${file}:${line}:${column} ${name}`, file);
    }
  }
  for (const metric of resourceMetrics.flatMap((r) => r.scopeMetrics ?? []).flatMap((s) => s.metrics ?? [])) {
    for (const point of metric.sum?.dataPoints ?? []) {
      const value = point.asInt ?? point.asDouble ?? 0;
      if (metric.name === semconv.METRIC_SENSOR_DROPS) heard.drops += value;
      if (metric.name !== semconv.METRIC_FUNCTION_CALLS) continue;
      const a = plainAttributes(point.attributes);
      const where = `${a[semconv.CODE_FILE_PATH]}:${a[semconv.CODE_LINE_NUMBER]}:${a[semconv.CODE_COLUMN_NUMBER]}`;
      const key = `${where} ${a[semconv.CODE_FUNCTION_NAME]}`;
      heard.calls.set(key, (heard.calls.get(key) ?? 0) + value);
    }
  }
}

function plainAttributes(attributes = []) {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value) {
  if (value?.arrayValue) return (value.arrayValue.values ?? []).map(plainValue);
  if (value?.kvlistValue) return plainAttributes(value.kvlistValue.values);
  return value?.stringValue || value?.intValue || value?.doubleValue || value?.boolValue || 0;
}
