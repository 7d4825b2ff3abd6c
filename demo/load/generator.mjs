import { performance } from 'node:perf_hooks';
import { Expectations } from './expectations.mjs';
import { expectedStatus, operations } from './operations.mjs';
import { Samples, summarise } from './samples.mjs';

const DEADLINE_MS = 10_000;
const MAX_IN_FLIGHT = 200;
const MAX_REPLAYABLE = 100;

/**
 * Open-loop traffic: request i is due at start + i / rate, however long the others take. Its counts say what was sent;
 * requests that would have been more than 200 at a time are not sent and counted as skipped.
 */
export class LoadGenerator {
  #baseUrl;
  #ratePerSecond;
  #operations;
  #expectations = new Expectations();
  #paid = [];
  #byKind = new Map(
    Object.keys(expectedStatus).map((kind) => [kind, { sent: 0, samples: new Samples(), handlers: new Samples() }]),
  );
  #inFlight = new Set();
  #counts = { sent: 0, skipped: 0, unexpected: 0 };
  #lastProblem = null;
  #lateness = new Samples();
  #startedAt = null;
  #finishedAt = null;

  constructor({ baseUrl, ratePerSecond, seed }) {
    this.#baseUrl = baseUrl;
    this.#ratePerSecond = ratePerSecond;
    this.#operations = operations(seed, () => this.#paid.shift());
  }

  /** Sends until `seconds` have passed or `signal` is aborted, and resolves when the last answer is there. */
  async run(seconds, signal) {
    await this.#warmUp();
    const start = performance.now();
    this.#startedAt = new Date().toISOString();
    const total = Math.round(seconds * this.#ratePerSecond);
    for (let i = 0; i < total && !signal.aborted; i++) {
      const due = start + (i * 1000) / this.#ratePerSecond;
      await sleepUntil(due, signal);
      if (signal.aborted) break;
      if (this.#inFlight.size >= MAX_IN_FLIGHT) this.#counts.skipped++;
      else this.#launch(due);
    }
    await Promise.all(this.#inFlight);
    this.#finishedAt = new Date().toISOString();
  }

  /** The first requests of a process pay for loading its HTTP client; they would be measured as the shop's. */
  async #warmUp() {
    for (let i = 0; i < 5; i++) await (await fetch(`${this.#baseUrl}/health`)).text();
  }

  #launch(due) {
    const operation = this.#operations.next().value;
    this.#lateness.add(performance.now() - due);
    this.#counts.sent++;
    this.#byKind.get(operation.kind).sent++;
    this.#expectations.add(operation);
    const pending = this.#send(operation).finally(() => this.#inFlight.delete(pending));
    this.#inFlight.add(pending);
  }

  async #send(operation) {
    const sentAt = performance.now();
    try {
      const response = await fetch(this.#baseUrl + operation.path, {
        method: operation.method,
        headers: operation.body ? { 'content-type': 'application/json', 'idempotency-key': operation.key } : {},
        ...(operation.body ? { body: JSON.stringify(operation.body) } : {}),
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      const text = await response.text();
      const kind = this.#byKind.get(operation.kind);
      kind.samples.add(performance.now() - sentAt);
      const handlerMs = handlerDuration(response.headers.get('server-timing'));
      if (handlerMs !== undefined) kind.handlers.add(handlerMs);
      if (response.status !== expectedStatus[operation.kind]) this.#unexpected(`${response.status} ${text}`, operation);
      else if (operation.kind === 'checkout' && this.#paid.length < MAX_REPLAYABLE) this.#paid.push(operation);
    } catch (error) {
      this.#unexpected(error.cause?.message ?? error.message, operation);
    }
  }

  #unexpected(what, operation) {
    this.#counts.unexpected++;
    this.#lastProblem = `${operation.method} ${operation.path}: ${what}`.slice(0, 200);
  }

  /** What was sent and measured so far; exact for the services once `finished` is true. */
  report() {
    const handlersOf = (kinds) => kinds.flatMap((kind) => this.#byKind.get(kind).handlers.values);
    return {
      finished: this.#finishedAt !== null,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
      ratePerSecond: this.#ratePerSecond,
      ...this.#counts,
      inFlight: this.#inFlight.size,
      lastProblem: this.#lastProblem,
      startLate: summarise(this.#lateness.values),
      operations: [...this.#byKind].map(([kind, { sent, samples }]) => ({
        operation: kind,
        sent,
        forgottenSamples: samples.forgotten,
        ...summarise(samples.values),
      })),
      functions: this.#expectations.list().map(({ latencyOf, ...entry }) => ({
        ...entry,
        // What the shop's own clock said of the handler, in each answer's Server-Timing header.
        ...(latencyOf ? { latency: summarise(handlersOf(latencyOf)) } : {}),
      })),
    };
  }
}

/** Milliseconds in a Server-Timing header such as `handler;dur=12.5`. */
function handlerDuration(header) {
  const match = /(?:^|,)\s*handler;dur=(\d+(?:\.\d+)?)/.exec(header ?? '');
  return match ? Number(match[1]) : undefined;
}

function sleepUntil(due, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, Math.max(0, due - performance.now()));
    signal.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
