// A process that takes OTLP over gRPC and over HTTP, says yes and throws it away. The sensor's metrics it keeps (bounded) until it is
// asked, to count the function calls in them: a sensor that reports nothing would look fast.
import { createServer } from 'node:http';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { opentelemetry } from '../../proto/src/generated/otlp.js';

const KEPT_BYTES = 256 << 20;
const { ExportMetricsServiceRequest } = opentelemetry.proto.collector.metrics.v1;

let kept = [];
let keptBytes = 0;
const arrived = { httpRequests: 0, grpcRequests: 0, grpcBytes: 0, functionCalls: 0, notCounted: 0 };

function keep(bytes) {
  if (keptBytes + bytes.length > KEPT_BYTES) {
    arrived.notCounted++;
    return;
  }
  keptBytes += bytes.length;
  kept.push(bytes);
}

function callsIn(bytes) {
  let calls = 0;
  for (const resource of ExportMetricsServiceRequest.decode(bytes).resourceMetrics) {
    for (const { metrics } of resource.scopeMetrics) {
      for (const { name, sum } of metrics) {
        if (name !== 'hindcast.function.calls') continue;
        for (const point of sum.dataPoints) calls += Number(point.asInt ?? point.asDouble);
      }
    }
  }
  return calls;
}

/** Counts what has been kept, and gives what has arrived since the last time. */
function takeArrived() {
  for (const bytes of kept) arrived.functionCalls += callsIn(bytes);
  kept = [];
  keptBytes = 0;
  const taken = { ...arrived };
  for (const name of Object.keys(arrived)) arrived[name] = 0;
  return taken;
}

/** An OTLP export method of one signal, as bytes in and bytes out. */
function exportService(signal) {
  const name = `${signal[0].toUpperCase()}${signal.slice(1)}Service`;
  const raw = (bytes) => bytes;
  return {
    Export: {
      path: `/opentelemetry.proto.collector.${signal}.v1.${name}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: raw,
      requestDeserialize: raw,
      responseSerialize: raw,
      responseDeserialize: raw,
    },
  };
}

const grpc = new Server({ 'grpc.max_receive_message_length': 64 << 20 });
for (const signal of ['metrics', 'logs', 'trace']) {
  grpc.addService(exportService(signal), {
    Export: (call, respond) => {
      arrived.grpcRequests++;
      arrived.grpcBytes += call.request.length;
      if (signal === 'metrics') keep(call.request);
      respond(null, Buffer.alloc(0));
    },
  });
}

const http = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    arrived.httpRequests++;
    response.writeHead(200, { 'content-type': request.headers['content-type'] ?? 'application/json' });
    response.end(request.headers['content-type'] === 'application/json' ? '{}' : '');
  });
});

process.on('message', ({ id }) => process.send({ id, ...takeArrived() }));
process.on('disconnect', () => process.exit(0));
http.listen(0, '127.0.0.1', () => {
  grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, grpcPort) => {
    if (error) throw error;
    process.send({ ready: true, httpPort: http.address().port, grpcPort });
  });
});
