import { credentials, makeGenericClientConstructor, type Client, type ServiceDefinition } from '@grpc/grpc-js';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { opentelemetry } from '@hindcast/proto/generated/otlp.js';
import { queryServiceDefinition } from '@hindcast/proto/queryService';
import * as semconv from '@hindcast/proto/semconv';

import v1 = hindcast.v1;
import otlp = opentelemetry.proto;

export type Signal = 'metrics' | 'traces' | 'logs';

const SERVICE_OF: Record<Signal, string> = {
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
};

const DELTA = otlp.metrics.v1.AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
const DEADLINE_MS = 20_000;

/** A plain gRPC client that sends and receives bytes. */
export class OtlpClient {
  private readonly client: Client;

  constructor(address: string) {
    const Constructor = makeGenericClientConstructor({} satisfies ServiceDefinition, 'Otlp');
    this.client = new Constructor(address, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  }

  export(signal: Signal, bytes: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest<Uint8Array, Buffer>(
        `/${SERVICE_OF[signal]}/Export`,
        (value) => Buffer.from(value),
        (value) => value,
        bytes,
        { deadline: Date.now() + DEADLINE_MS },
        (error, response) => (error || !response ? reject(error ?? new Error('no response')) : resolve(response)),
      );
    });
  }

  close(): void {
    this.client.close();
  }
}

/** A client of the query service. */
export class QueryClient {
  private readonly client: Client;

  constructor(address: string) {
    const Constructor = makeGenericClientConstructor(queryServiceDefinition, 'Query');
    this.client = new Constructor(address, credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });
  }

  overlay(request: v1.GetOverlayRequest.$Properties): Promise<v1.GetOverlayResponse> {
    return this.unary('getOverlay', v1.GetOverlayRequest.create(request));
  }

  services(request: v1.ListServicesRequest.$Properties = {}): Promise<v1.ListServicesResponse> {
    return this.unary('listServices', v1.ListServicesRequest.create(request));
  }

  entryPoints(request: v1.ListEntryPointsRequest.$Properties = {}): Promise<v1.ListEntryPointsResponse> {
    return this.unary('listEntryPoints', v1.ListEntryPointsRequest.create(request));
  }

  status(): Promise<v1.GetStatusResponse> {
    return this.unary('getStatus', v1.GetStatusRequest.create());
  }

  fn(request: v1.GetFunctionRequest.$Properties): Promise<v1.GetFunctionResponse> {
    return this.unary('getFunction', v1.GetFunctionRequest.create(request));
  }

  search(request: v1.SearchFunctionsRequest.$Properties = {}): Promise<v1.SearchFunctionsResponse> {
    return this.unary('searchFunctions', v1.SearchFunctionsRequest.create(request));
  }

  callGraph(request: v1.GetCallGraphRequest.$Properties = {}): Promise<v1.GetCallGraphResponse> {
    return this.unary('getCallGraph', v1.GetCallGraphRequest.create(request));
  }

  criticalPath(request: v1.GetCriticalPathRequest.$Properties): Promise<v1.GetCriticalPathResponse> {
    return this.unary('getCriticalPath', v1.GetCriticalPathRequest.create(request));
  }

  exemplars(request: v1.ListExemplarsRequest.$Properties = {}): Promise<v1.ListExemplarsResponse> {
    return this.unary('listExemplars', v1.ListExemplarsRequest.create(request));
  }

  versions(request: v1.ListVersionsRequest.$Properties = {}): Promise<v1.ListVersionsResponse> {
    return this.unary('listVersions', v1.ListVersionsRequest.create(request));
  }

  coverage(request: v1.GetCoverageRequest.$Properties = {}): Promise<v1.GetCoverageResponse> {
    return this.unary('getCoverage', v1.GetCoverageRequest.create(request));
  }

  serviceMap(request: v1.GetServiceMapRequest.$Properties = {}): Promise<v1.GetServiceMapResponse> {
    return this.unary('getServiceMap', v1.GetServiceMapRequest.create(request));
  }

  watch(scope: v1.Scope.$Properties = {}) {
    const { path, requestSerialize, responseDeserialize } = queryServiceDefinition.watch;
    return this.client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      v1.WatchRequest.create({ scope }),
    );
  }

  close(): void {
    this.client.close();
  }

  private unary<Response>(
    name: Exclude<keyof typeof queryServiceDefinition, 'watch'>,
    request: object,
  ): Promise<Response> {
    const method = queryServiceDefinition[name];
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize as unknown as (bytes: Buffer) => Response,
        request,
        { deadline: Date.now() + DEADLINE_MS },
        (error, response) => (error || !response ? reject(error ?? new Error('no response')) : resolve(response)),
      );
    });
  }
}

type Value = string | number;

export function attributes(values: Record<string, Value>): otlp.common.v1.KeyValue.$Properties[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: value },
  }));
}

export interface TestService {
  name: string;
  version?: string;
  instance?: string;
}

export function resource({ name, version = '1.0.0', instance = `${name}-1` }: TestService) {
  return {
    attributes: attributes({
      [semconv.SERVICE_NAME]: name,
      [semconv.SERVICE_VERSION]: version,
      [semconv.SERVICE_INSTANCE_ID]: instance,
    }),
  };
}

export interface TestFunction {
  name: string;
  line: number;
  column?: number;
}

export function codeAttributes(path: string, { name, line, column = 1 }: TestFunction): Record<string, Value> {
  return {
    [semconv.CODE_FUNCTION_NAME]: name,
    [semconv.CODE_FILE_PATH]: path,
    [semconv.CODE_LINE_NUMBER]: line,
    [semconv.CODE_COLUMN_NUMBER]: column,
  };
}

/** A metrics request of the sensor: calls (and errors of type `Boom`) of functions of one file, from outside own code. */
export function metricsRequest(
  service: TestService,
  path: string,
  startMs: number,
  endMs: number,
  calls: readonly (TestFunction & { calls: number; errors?: number })[],
): Uint8Array {
  const times = { startTimeUnixNano: startMs * 1e6, timeUnixNano: endMs * 1e6 };
  const sum = (name: string, dataPoints: otlp.metrics.v1.NumberDataPoint.$Properties[]) => ({
    name,
    sum: { dataPoints, aggregationTemporality: DELTA, isMonotonic: true },
  });
  const points = (value: (fn: (typeof calls)[number]) => number, more: Record<string, Value> = {}) =>
    calls
      .filter((fn) => value(fn) > 0)
      .map((fn) => ({ ...times, attributes: attributes({ ...codeAttributes(path, fn), ...more }), asInt: value(fn) }));
  return otlp.collector.metrics.v1.ExportMetricsServiceRequest.encode({
    resourceMetrics: [
      {
        resource: resource(service),
        scopeMetrics: [
          {
            metrics: [
              sum(
                semconv.METRIC_FUNCTION_CALLS,
                points((fn) => fn.calls),
              ),
              sum(
                semconv.METRIC_FUNCTION_ERRORS,
                points((fn) => fn.errors ?? 0, { [semconv.ERROR_TYPE]: 'Boom', [semconv.ERROR_ORIGIN]: 'thrown' }),
              ),
              {
                name: semconv.METRIC_FUNCTION_DURATION,
                exponentialHistogram: {
                  aggregationTemporality: DELTA,
                  dataPoints: calls.map((fn) => ({
                    ...times,
                    attributes: attributes(codeAttributes(path, fn)),
                    scale: 4,
                    count: fn.calls,
                    sum: fn.calls * 0.01,
                    positive: { offset: -107, bucketCounts: [fn.calls] },
                  })),
                },
              },
              sum(
                semconv.METRIC_EDGE_CALLS,
                points((fn) => fn.calls),
              ),
              sum(
                semconv.METRIC_EDGE_SAMPLES,
                points((fn) => fn.calls),
              ),
              sum(semconv.METRIC_SENSOR_DROPS, [
                { ...times, asInt: 0, attributes: attributes({ [semconv.DROP_REASON]: 'edge_limit' }) },
              ]),
            ],
          },
        ],
      },
    ],
  }).finish();
}

/** A request of delta sums by name, with these points: attributes and values. */
export function sumsRequest(
  service: TestService,
  startMs: number,
  endMs: number,
  sums: Record<string, readonly (readonly [attributes: Record<string, Value>, value: number])[]>,
): Uint8Array {
  const times = { startTimeUnixNano: startMs * 1e6, timeUnixNano: endMs * 1e6 };
  return otlp.collector.metrics.v1.ExportMetricsServiceRequest.encode({
    resourceMetrics: [
      {
        resource: resource(service),
        scopeMetrics: [
          {
            metrics: Object.entries(sums).map(([name, points]) => ({
              name,
              sum: {
                dataPoints: points.map(([values, asInt]) => ({ ...times, attributes: attributes(values), asInt })),
                aggregationTemporality: DELTA,
                isMonotonic: true,
              },
            })),
          },
        ],
      },
    ],
  }).finish();
}

/** The declaration of a file. */
export function declarationRequest(
  service: TestService,
  path: string,
  hash: string,
  functions: readonly TestFunction[],
): Uint8Array {
  const record = otlp.logs.v1.LogRecord.encode({
    attributes: attributes({ [semconv.CODE_FILE_PATH]: path, [semconv.CODE_FILE_HASH]: hash }),
    body: {
      arrayValue: {
        values: functions.map(({ name, line, column = 1 }) => ({
          kvlistValue: { values: attributes({ name, line, column, endLine: line + 2, hash: '0123456789abcdef' }) },
        })),
      },
    },
  }).finish();
  // The generated code is of a version of OTLP that does not have event_name = 12 yet.
  const named = Buffer.concat([record, field(12, Buffer.from(semconv.EVENT_FILE_LOADED))]);
  const resourceBytes = otlp.resource.v1.Resource.encode(resource(service)).finish();
  const group = Buffer.concat([field(1, resourceBytes), field(2, field(2, named))]);
  return field(1, group);
}

/** A length-delimited field. */
export function field(number: number, bytes: Uint8Array): Buffer {
  const head = [(number << 3) | 2];
  let rest = bytes.length;
  for (; rest >= 128; rest >>>= 7) head.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([...head, rest]), bytes]);
}

export interface TestSpan {
  name: string;
  id: number;
  parent?: number;
  trace?: number;
  startMs: number;
  endMs: number;
  error?: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind?: number;
  attributes?: Record<string, Value>;
}

export function idBytes(id: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(length - 4, id);
  return bytes;
}

export function tracesRequest(service: TestService, spans: readonly TestSpan[]): Uint8Array {
  return otlp.collector.trace.v1.ExportTraceServiceRequest.encode({
    resourceSpans: [
      {
        resource: resource(service),
        scopeSpans: [
          {
            spans: spans.map((span) => ({
              traceId: idBytes(span.trace ?? 1, 16),
              spanId: idBytes(span.id, 8),
              ...(span.parent !== undefined && { parentSpanId: idBytes(span.parent, 8) }),
              name: span.name,
              kind: span.kind ?? 1,
              startTimeUnixNano: span.startMs * 1e6,
              endTimeUnixNano: span.endMs * 1e6,
              attributes: attributes(span.attributes ?? {}),
              ...(span.error !== undefined && {
                status: { code: 2 },
                events: [{ name: 'exception', attributes: attributes({ [semconv.EXCEPTION_TYPE]: span.error }) }],
              }),
            })),
          },
        ],
      },
    ],
  }).finish();
}
