// The servers that the collector is measured beside: OTLP over gRPC, decoded as most Node programs would, and then only counted.
// `protobufjs`: reflection over the .proto files, on grpc-js. `mockotlpserver`: Elastic's own receiver from npm.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import './probe.mjs';

const require = createRequire(import.meta.url);
const package_ = dirname(require.resolve('@elastic/mockotlpserver/package.json'));
const kind = process.argv[2];
let spans = 0;
let points = 0;

function countSpans({ resourceSpans }) {
  for (const group of resourceSpans ?? []) for (const scope of group.scopeSpans ?? []) spans += scope.spans.length;
}
function countPoints({ resourceMetrics }) {
  for (const group of resourceMetrics ?? [])
    for (const scope of group.scopeMetrics ?? [])
      for (const { sum, exponentialHistogram } of scope.metrics)
        points += (sum ?? exponentialHistogram)?.dataPoints?.length ?? 0;
}

if (kind === 'protobufjs') {
  const grpc = require('@grpc/grpc-js');
  const protobuf = require('protobufjs');
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(package_, target);
  root.loadSync(['trace', 'metrics'].map((it) => `opentelemetry/proto/collector/${it}/v1/${it}_service.proto`));
  const server = new grpc.Server({ 'grpc.max_receive_message_length': 16 * 1024 * 1024 });
  const service = (signal, name, type, count) => {
    const message = root.lookupType(`opentelemetry.proto.collector.${signal}.v1.${type}`);
    server.addService(
      {
        export: {
          path: `/opentelemetry.proto.collector.${signal}.v1.${name}/Export`,
          requestStream: false,
          responseStream: false,
          requestDeserialize: (bytes) => message.decode(bytes),
          requestSerialize: (bytes) => bytes,
          responseSerialize: (bytes) => bytes,
          responseDeserialize: (bytes) => bytes,
        },
      },
      {
        export: ({ request }, callback) => {
          count(request);
          callback(null, Buffer.alloc(0));
        },
      },
    );
  };
  service('trace', 'TraceService', 'ExportTraceServiceRequest', countSpans);
  service('metrics', 'MetricsService', 'ExportMetricsServiceRequest', countPoints);
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.send({ otlpGrpc: `127.0.0.1:${port}` });
  });
} else {
  const { MockOtlpServer } = require('@elastic/mockotlpserver');
  const server = new MockOtlpServer({
    logLevel: 'error',
    services: ['grpc', 'http'],
    grpcHostname: '127.0.0.1',
    httpHostname: '127.0.0.1',
    grpcPort: 0,
    httpPort: 0,
    onTrace: countSpans,
    onMetrics: countPoints,
  });
  await server.start();
  process.send({ otlpGrpc: server.grpcUrl.host, otlpHttp: server.httpUrl.host });
}
process.on('disconnect', () => process.exit());
