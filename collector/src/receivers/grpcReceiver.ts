import { status } from '@grpc/grpc-js';
import type { Logger } from '@hindcast/core/logger';
import type { Ingest } from '../ingest.js';
import { HEALTH_CHECK, SERVING } from '../operations/health.js';
import { admission } from '../security/admission.js';
import type { Protection } from '../security/protection.js';
import { decodeProtobuf, type Signal } from './decode.js';
import { encodeExportResponse, encodeStatus, failureOf } from './exportStatus.js';
import { startGrpcUnaryServer, type GrpcStatus } from './grpcUnaryServer.js';
import type { Receiver } from './receiver.js';
import { ReceiverCounters } from './receiverCounters.js';

const SIGNAL_OF_PATH: Partial<Record<string, Signal>> = {
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export': 'metrics',
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export': 'traces',
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export': 'logs',
};

/** OTLP over gRPC: the Export methods of metrics, traces and logs, and the standard health check. @throws CollectorError */
export async function startGrpcReceiver(
  address: string,
  ingest: Ingest,
  protection: Protection,
  logger: Logger,
): Promise<Receiver> {
  const counters = new ReceiverCounters('otlp-grpc');
  const refuse = (reason: string): void => counters.refuse(reason);
  const statusOf = (error: unknown): GrpcStatus => {
    const failure = failureOf(error);
    refuse(failure.reason);
    if (failure.grpcCode === status.INTERNAL) logger.error('an export over gRPC failed', error);
    return { code: failure.grpcCode, message: failure.message, details: encodeStatus(failure) };
  };
  const listening = await startGrpcUnaryServer(
    address,
    { flag: '--otlp-grpc', protection, refuse },
    {
      admit: (path, { authorization }, client) => {
        // Whoever watches over processes has no token; that it runs is no secret.
        if (path === HEALTH_CHECK) return undefined;
        const refusal = admission(protection, authorization, 'ingest', client);
        return refusal && statusOf(refusal);
      },
      handle: (path, message, client) => {
        if (path === HEALTH_CHECK) return Promise.resolve(SERVING);
        const signal = SIGNAL_OF_PATH[path];
        return signal && accept(message, signal, client);
      },
      statusOf,
      refuse,
    },
  );
  const accept = async (message: Buffer, signal: Signal, client: string): Promise<Uint8Array> => {
    protection.meter.received(client, message.length);
    const accepted = await ingest.accept(decodeProtobuf(signal, message), message.length);
    counters.accept(accepted);
    return encodeExportResponse(accepted, signal);
  };
  counters.address = listening.address;
  return { counters, close: (graceMs) => listening.close(graceMs) };
}
