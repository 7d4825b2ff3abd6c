import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { opentelemetry } from '@hindcast/proto/generated/otlp.js';
import { OtlpClient, type Signal } from '../integration/collectorClient.js';

import Request = opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;

/** Stands between sensors and a collector and lets time pass faster: each real second of metrics becomes a minute that has passed. */
export interface ShortMinutes {
  /** For sensors: HOST:PORT of OTLP over gRPC. */
  readonly address: string;
  close(): void;
}

const FACTOR = 60;

/** @param passedMinutes how long ago the story began, as the collector sees it */
export async function startShortMinutes(otlpGrpc: string, passedMinutes: number): Promise<ShortMinutes> {
  const client = new OtlpClient(otlpGrpc);
  const startNano = Date.now() * 1e6;
  const shifted = (nano: number): number => startNano - passedMinutes * 60e9 + (nano - startNano) * FACTOR;
  const server = new Server({ 'grpc.max_receive_message_length': -1 });
  for (const [signal, service] of [
    ['metrics', 'opentelemetry.proto.collector.metrics.v1.MetricsService'],
    ['logs', 'opentelemetry.proto.collector.logs.v1.LogsService'],
  ] as const satisfies readonly (readonly [Signal, string])[]) {
    const definition: ServiceDefinition = {
      export: {
        path: `/${service}/Export`,
        ...{ requestStream: false, responseStream: false },
        requestSerialize: (bytes: Buffer) => bytes,
        requestDeserialize: (bytes: Buffer) => bytes,
        responseSerialize: (bytes: Buffer) => bytes,
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    };
    const implementation: UntypedServiceImplementation = {
      export: (call: { request: Buffer }, callback: (error: Error | null, answer?: Buffer) => void) => {
        const bytes = signal === 'metrics' ? inOtherTime(call.request, shifted) : call.request;
        client.export(signal, bytes).then(
          (answer) => callback(null, answer),
          (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
        );
      },
    };
    server.addService(definition, implementation);
  }
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return {
    address: `127.0.0.1:${port}`,
    close: () => {
      server.forceShutdown();
      client.close();
    },
  };
}

function inOtherTime(bytes: Uint8Array, shifted: (nano: number) => number): Uint8Array {
  const request = Request.decode(bytes);
  for (const { metrics } of request.resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics ?? [])) {
    for (const { sum, exponentialHistogram, gauge } of metrics ?? []) {
      for (const point of [
        ...(sum?.dataPoints ?? []),
        ...(exponentialHistogram?.dataPoints ?? []),
        ...(gauge?.dataPoints ?? []),
      ]) {
        point.startTimeUnixNano = Math.round(shifted(point.startTimeUnixNano ?? 0));
        point.timeUnixNano = Math.round(shifted(point.timeUnixNano ?? 0));
      }
    }
  }
  return Request.encode(request).finish();
}
