import type { FileLoaded, FileNotObserved } from '../declarations.js';
import type { Exemplar } from '../context/exemplars.js';
import { log } from '../log.js';
import { Control, countDrop, ReporterState, type SharedState } from '../runtime/sharedState.js';
import { type GrpcClient, GrpcError } from './grpcClient.js';
import type { IntervalReader } from './intervalReader.js';
import type { OtlpEncoder } from './otlp.js';

const METRICS_PATH = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';
const LOGS_PATH = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';

export interface DeliveryParts {
  readonly state: SharedState;
  readonly reader: IntervalReader;
  readonly encoder: OtlpEncoder;
  readonly client: Pick<GrpcClient, 'connect' | 'call'>;
  readonly timeoutMs: number;
  /** Wall clock, milliseconds since 1970. */
  readonly now: () => number;
}

/** Exemplars that wait for the next report. */
const MAX_EXEMPLARS = 50;

/**
 * Brings intervals to the collector, each once. Requests that were not acknowledged wait and are sent again byte for byte;
 * meanwhile the counters go on, and the next interval is longer.
 */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #declarations: (FileLoaded | FileNotObserved)[] = [];
  readonly #exemplars: Exemplar[] = [];
  #declared = 0;
  #waiting: Buffer[] = [];
  #startNanos: bigint;
  #lastTime = 0n;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#startNanos = nanos(parts.now());
  }

  declare(declaration: FileLoaded | FileNotObserved): void {
    this.#declarations.push(declaration);
  }

  /** For the next report. Of the slow ones an entry point has, only the slowest waits; when all places are taken, it is dropped. */
  keepExemplar(exemplar: Exemplar): void {
    const at = this.#exemplars.findIndex(
      ({ entryKind, entryName, errorType, durationSeconds }) =>
        entryKind === exemplar.entryKind &&
        entryName === exemplar.entryName &&
        errorType === undefined &&
        exemplar.errorType === undefined &&
        durationSeconds <= exemplar.durationSeconds,
    );
    if (at >= 0) this.#exemplars[at] = exemplar;
    else if (this.#exemplars.length < MAX_EXEMPLARS) this.#exemplars.push(exemplar);
    else countDrop(this.#parts.state, 'context_limit');
  }

  /** A new connection may lead to another collector, which has to hear everything again. */
  declareAgain(): void {
    this.#declared = 0;
  }

  /** Sends what is new; rejects with GrpcError when that has to be tried again later. */
  async deliver(timeoutMs = this.#parts.timeoutMs): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    const left = (): number => Math.max(1, deadline - performance.now());
    try {
      await this.#parts.client.connect(left());
      if (this.#waiting.length > 0) await this.#sendWaiting(left);
      this.#readInterval();
      await this.#sendWaiting(left);
      Atomics.store(this.#parts.state.control, Control.reporter, ReporterState.ready);
    } catch (error) {
      Atomics.store(this.#parts.state.control, Control.reporter, ReporterState.hopeless);
      throw error;
    }
  }

  async #sendWaiting(left: () => number): Promise<void> {
    await this.#sendDeclarations(left);
    for (let request = this.#waiting[0]; request; request = this.#waiting[0]) {
      await this.#send(METRICS_PATH, request, left());
      this.#waiting.shift();
    }
  }

  async #sendDeclarations(left: () => number): Promise<void> {
    const upTo = this.#declarations.length;
    const requests = this.#parts.encoder.declarations(
      this.#declarations.slice(this.#declared, upTo),
      nanos(this.#parts.now()),
    );
    for (const request of requests) await this.#send(LOGS_PATH, request, left());
    this.#declared = upTo;
    const { encoder, reader } = this.#parts;
    const sent = this.#exemplars.length;
    for (const request of encoder.exemplars(this.#exemplars, (id) => reader.functionOf(id)))
      await this.#send(LOGS_PATH, request, left());
    this.#exemplars.splice(0, sent);
  }

  #readInterval(): void {
    const { reader, encoder, now } = this.#parts;
    let endNanos = nanos(now());
    // Clocks are set back; times of requests must not repeat.
    if (endNanos <= this.#lastTime) endNanos = this.#lastTime + 1n;
    this.#waiting = encoder.metrics(reader.read(), { startNanos: this.#startNanos, endNanos }, (id) =>
      reader.functionOf(id),
    );
    this.#lastTime = endNanos + BigInt(this.#waiting.length);
    this.#startNanos = endNanos;
  }

  /** A request that the collector refuses for good is dropped and counted; other failures are thrown. */
  async #send(path: string, request: Buffer, timeoutMs: number): Promise<void> {
    try {
      await this.#parts.client.call(path, request, timeoutMs);
    } catch (error) {
      if (!(error instanceof GrpcError) || error.isRetryable) throw error;
      countDrop(this.#parts.state, 'rejected_by_collector');
      log('warn', `the collector refused a report: status ${error.status}, ${error.message}`);
    }
  }
}

function nanos(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds)) * 1_000_000n;
}
