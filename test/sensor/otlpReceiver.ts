import {
  type sendUnaryData,
  type status,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { opentelemetry } from '@hindcast/proto/generated/otlp.js';
import * as semconv from '@hindcast/proto/semconv';

const { ExportMetricsServiceRequest } = opentelemetry.proto.collector.metrics.v1;
const { ExportLogsServiceRequest } = opentelemetry.proto.collector.logs.v1;

type MetricsRequest = ReturnType<typeof ExportMetricsServiceRequest.decode>;
type LogsRequest = ReturnType<typeof ExportLogsServiceRequest.decode>;
type Attributes = Record<string, string | number>;

/** Where a function stands and how it is called, as text: `path:line:column name`. */
export type FunctionKey = string;

export interface DeclaredFunction {
  path: string;
  name: string;
  line: number;
  column: number;
  endLine: number;
  hash: string;
}

export interface SensorReport {
  /** Of the latest request. */
  resource: Attributes;
  declared: Map<FunctionKey, DeclaredFunction>;
  fileHashes: Map<string, string>;
  notObserved: Map<string, string>;
  calls: Map<FunctionKey, number>;
  /** Key, error type, origin → calls. */
  errors: Map<string, number>;
  /** Key → timed calls. */
  timed: Map<FunctionKey, number>;
  durationSeconds: Map<FunctionKey, number>;
  /** `caller -> callee` (caller `(entry)` when there is none) → calls. */
  edges: Map<string, number>;
  edgeSamples: Map<string, number>;
  drops: Map<string, number>;
}

/** A tiny OTLP/gRPC receiver: keeps what it is sent, and adds it up as a collector would. */
export class OtlpReceiver {
  readonly metrics: MetricsRequest[] = [];
  readonly logs: LogsRequest[] = [];
  /** Raw metrics requests, to compare what is sent again. */
  readonly raw: Buffer[] = [];
  readonly instances = new Set<string>();
  #server = new Server({ 'grpc.max_receive_message_length': 4 * 1024 * 1024 });
  #fail: { code: status; times: number } | undefined;
  port = 0;

  #onReport: () => void = () => undefined;
  /** Resolves when metrics have arrived for the first time. */
  readonly firstReport = new Promise<void>((resolve) => (this.#onReport = resolve));

  /** With `tls`, the PEM texts of a server, it takes `https://` only. */
  static async start(port = 0, tls?: { cert: Buffer; key: Buffer }): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    await receiver.#listen(
      port,
      tls
        ? ServerCredentials.createSsl(null, [{ cert_chain: tls.cert, private_key: tls.key }])
        : ServerCredentials.createInsecure(),
    );
    return receiver;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** From now on, metrics exports are answered with this message, as in OTLP's partial success. */
  answer: Buffer = Buffer.alloc(0);

  /** The next so many metrics exports are answered with this gRPC status, after they were noted in `raw`. */
  failNext(times: number, code: status): void {
    this.#fail = { times, code };
  }

  async stop(): Promise<void> {
    this.#server.forceShutdown();
    return Promise.resolve();
  }

  report(): SensorReport {
    return summarize(this.metrics, this.logs);
  }

  async #listen(port: number, credentials: ServerCredentials): Promise<void> {
    this.#server.addService(service('opentelemetry.proto.collector.metrics.v1.MetricsService'), {
      Export: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
        this.raw.push(call.request);
        if (this.#fail && this.#fail.times-- > 0) {
          done({ code: this.#fail.code, details: 'asked to fail' });
          return;
        }
        const request = ExportMetricsServiceRequest.decode(call.request);
        this.metrics.push(request);
        this.#onReport();
        done(null, this.answer);
      },
    });
    this.#server.addService(service('opentelemetry.proto.collector.logs.v1.LogsService'), {
      Export: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
        this.logs.push(ExportLogsServiceRequest.decode(call.request));
        done(null, Buffer.alloc(0));
      },
    });
    this.port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
  }
}

function service(name: string): ServiceDefinition {
  const same = (bytes: Buffer): Buffer => bytes;
  return {
    Export: {
      path: `/${name}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  };
}

interface AnyValue {
  stringValue?: string | null;
  intValue?: number | null;
  kvlistValue?: { values?: readonly { key?: string | null; value?: AnyValue | null }[] | null } | null;
}

function attributesOf(
  list: readonly { key?: string | null; value?: AnyValue | null }[] | null | undefined,
): Attributes {
  return Object.fromEntries(
    (list ?? []).map(({ key, value }) => [key ?? '', value?.stringValue ?? Number(value?.intValue)]),
  );
}

function calleeKey(attributes: Attributes): FunctionKey {
  const at = [semconv.CODE_FILE_PATH, semconv.CODE_LINE_NUMBER, semconv.CODE_COLUMN_NUMBER].map(
    (name) => attributes[name],
  );
  return `${at.join(':')} ${attributes[semconv.CODE_FUNCTION_NAME] ?? ''}`;
}

function edgeKey(attributes: Attributes): string {
  const caller = attributes[semconv.CALLER_FUNCTION_NAME];
  const at = [semconv.CALLER_FILE_PATH, semconv.CALLER_LINE_NUMBER, semconv.CALLER_COLUMN_NUMBER].map(
    (n) => attributes[n],
  );
  return `${caller === undefined ? '(entry)' : `${at.join(':')} ${caller}`} -> ${calleeKey(attributes)}`;
}

function summarize(metrics: readonly MetricsRequest[], logs: readonly LogsRequest[]): SensorReport {
  const report: SensorReport = {
    resource: {},
    declared: new Map(),
    fileHashes: new Map(),
    notObserved: new Map(),
    calls: new Map(),
    errors: new Map(),
    timed: new Map(),
    durationSeconds: new Map(),
    edges: new Map(),
    edgeSamples: new Map(),
    drops: new Map(),
  };
  const add = (map: Map<string, number>, key: string, value: unknown): void => {
    map.set(key, (map.get(key) ?? 0) + Number(value));
  };
  for (const { resource, scopeLogs } of logs.flatMap((request) => request.resourceLogs)) {
    report.resource = attributesOf(resource?.attributes);
    for (const record of (scopeLogs ?? []).flatMap((scope) => scope.logRecords ?? [])) noteEvent(report, record);
  }
  for (const { resource, scopeMetrics } of metrics.flatMap((request) => request.resourceMetrics)) {
    report.resource = attributesOf(resource?.attributes);
    for (const metric of (scopeMetrics ?? []).flatMap((scope) => scope.metrics ?? [])) {
      for (const point of metric.sum?.dataPoints ?? []) {
        const attributes = attributesOf(point.attributes);
        const key = calleeKey(attributes);
        const [type, origin] = [attributes[semconv.ERROR_TYPE], attributes[semconv.ERROR_ORIGIN]];
        if (metric.name === semconv.METRIC_FUNCTION_CALLS) add(report.calls, key, point.asInt);
        if (metric.name === semconv.METRIC_FUNCTION_ERRORS) {
          add(report.errors, `${key} ${type ?? ''} ${origin ?? ''}`, point.asInt);
        }
        if (metric.name === semconv.METRIC_EDGE_CALLS) add(report.edges, edgeKey(attributes), point.asInt);
        if (metric.name === semconv.METRIC_EDGE_SAMPLES) add(report.edgeSamples, edgeKey(attributes), point.asInt);
        const reason = attributes[semconv.DROP_REASON];
        if (metric.name === semconv.METRIC_SENSOR_DROPS && reason !== undefined)
          add(report.drops, String(reason), point.asInt);
      }
      for (const point of metric.exponentialHistogram?.dataPoints ?? []) {
        const key = calleeKey(attributesOf(point.attributes));
        add(report.timed, key, point.count);
        add(report.durationSeconds, key, point.sum);
      }
    }
  }
  return report;
}

interface LogRecord {
  attributes?: readonly { key?: string | null; value?: AnyValue | null }[] | null;
  body?: { arrayValue?: { values?: readonly AnyValue[] | null } | null } | null;
}

function noteEvent(report: SensorReport, record: LogRecord): void {
  const attributes = attributesOf(record.attributes);
  const path = String(attributes[semconv.CODE_FILE_PATH]);
  // The generated decoder is of an edition without event_name, so the attributes tell the two events apart.
  if (attributes[semconv.NOT_OBSERVED_REASON] !== undefined) {
    report.notObserved.set(path, String(attributes[semconv.NOT_OBSERVED_REASON]));
    return;
  }
  report.fileHashes.set(path, String(attributes[semconv.CODE_FILE_HASH] ?? ''));
  for (const item of record.body?.arrayValue?.values ?? []) {
    const { name, line, column, endLine, hash } = attributesOf(item.kvlistValue?.values);
    report.declared.set(`${path}:${line ?? 0}:${column ?? 0} ${name ?? ''}`, {
      path,
      name: String(name),
      line: Number(line),
      column: Number(column),
      endLine: Number(endLine),
      hash: String(hash),
    });
  }
}
