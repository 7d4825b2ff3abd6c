import {
  Metadata,
  status,
  type ServiceDefinition,
  type sendUnaryData,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Logger } from '@hindcast/core/logger';
import { listenGrpc } from '../grpcServer.js';
import type { Ingest } from '../ingest.js';
import { decodeProtobuf, type Signal } from './decode.js';
import { MAX_MESSAGE_BYTES, encodeExportResponse, encodeStatus, failureOf } from './exportStatus.js';
import type { Receiver } from './receiver.js';
import { ReceiverCounters } from './receiverCounters.js';
import { countRefusals } from './refusalInterceptor.js';

const SERVICE_OF: Record<Signal, string> = {
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
};

/** OTLP over gRPC: the Export methods of metrics, traces and logs. @throws CollectorError */
export async function startGrpcReceiver(address: string, ingest: Ingest, logger: Logger): Promise<Receiver> {
  const counters = new ReceiverCounters('otlp-grpc');
  const refuse = (reason: string): void => counters.refuse(reason);
  const options = {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    interceptors: [countRefusals(refuse)],
  };
  const listening = await listenGrpc(address, '--otlp-grpc', options, (server) => {
    for (const signal of ['metrics', 'traces', 'logs'] as const) {
      server.addService(definitionOf(signal), {
        export: (call: ServerUnaryCall<Buffer, Uint8Array>, callback: sendUnaryData<Uint8Array>) => {
          void handle(call.request, signal).then(
            (response) => callback(null, response),
            (error: unknown) => {
              const failure = failureOf(error);
              refuse(failure.reason);
              if (failure.grpcCode === status.INTERNAL) logger.error('an export over gRPC failed', error);
              const metadata = new Metadata();
              metadata.set('grpc-status-details-bin', encodeStatus(failure));
              callback({ code: failure.grpcCode, details: failure.message, metadata });
            },
          );
        },
      } satisfies UntypedServiceImplementation);
    }
  });
  const handle = async (body: Buffer, signal: Signal): Promise<Uint8Array> => {
    const accepted = await ingest.accept(decodeProtobuf(signal, body), body.length);
    counters.accept(accepted);
    return encodeExportResponse(accepted, signal);
  };
  counters.address = listening.address;
  return { counters, close: (graceMs) => listening.close(graceMs) };
}

/** Bytes in, bytes out: decoding is ours. */
function definitionOf(signal: Signal): ServiceDefinition {
  return {
    export: {
      path: `/${SERVICE_OF[signal]}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes: Buffer) => bytes,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  };
}
