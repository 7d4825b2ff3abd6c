import type { FileLoaded, FileNotObserved } from '../declarations.js';
import type { Exemplar } from '../context/exemplars.js';
import { log } from '../log.js';
import { Control, countDrop, ReporterState, type SharedState } from '../runtime/sharedState.js';
import { type GrpcClient, GrpcError } from './grpcClient.js';
import type { IntervalReader } from './intervalReader.js';
import type { OtlpEncoder } from './otlp.js';
import { readPartialSuccess } from './partialSuccess.js';

const METRICS_PATH = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';
const LOGS_PATH = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';

export interface DeliveryParts {
  readonly state: SharedState;
  readonly reader: IntervalReader;
  readonly encoder: OtlpEncoder;
  readonly client: Pick<GrpcClient, 'connect' | 'call'>;
  /** For one request. */
  readonly timeoutMs: number;
  /** Wall clock, milliseconds since 1970. */
  readonly now: () => number;
}

/** So many functions are declared in one go, so that a report that is cut short has got somewhere. */
const FUNCTIONS_AT_ONCE = 10_000;
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
  #connections = 0;
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
    this.#connections++;
  }

  /**
   * Sends what is new; rejects with GrpcError when that has to be tried again later. Every request has its own deadline; with
   * `totalMs`, all of them together have that one.
   */
  async deliver(totalMs?: number): Promise<void> {
    const deadline = performance.now() + (totalMs ?? Infinity);
    const left = (): number => Math.max(1, Math.min(this.#parts.timeoutMs, deadline - performance.now()));
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
    while (this.#declared < upTo) {
      const some = firstOf(this.#declarations, this.#declared, upTo);
      const connection = this.#connections;
      for (const request of this.#parts.encoder.declarations(some, nanos(this.#parts.now())))
        await this.#send(LOGS_PATH, request, left());
      // Over a new connection everything is told again.
      if (connection === this.#connections) this.#declared += some.length;
    }
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

  /** What the collector refuses for good is dropped and counted; other failures are thrown. */
  async #send(path: string, request: Buffer, timeoutMs: number): Promise<void> {
    try {
      const { rejected, message } = readPartialSuccess(await this.#parts.client.call(path, request, timeoutMs));
      if (rejected === 0) return;
      countDrop(this.#parts.state, 'rejected_by_collector', rejected);
      log('warn', `the collector refused ${rejected} items: ${message}`);
    } catch (error) {
      if (!(error instanceof GrpcError) || error.isRetryable) throw error;
      countDrop(this.#parts.state, 'rejected_by_collector');
      log('warn', `the collector refused a report: status ${error.status}, ${error.message}`);
    }
  }
}

/** The next declarations, at least one. */
function firstOf<D extends FileLoaded | FileNotObserved>(declarations: readonly D[], from: number, upTo: number): D[] {
  let to = from;
  for (let functions = 0; to < upTo && functions < FUNCTIONS_AT_ONCE; to++) {
    const declaration = declarations[to];
    functions += declaration?.kind === 'loaded' ? declaration.functions.length : 1;
  }
  return declarations.slice(from, to);
}

function nanos(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds)) * 1_000_000n;
}
