import type { Accepted } from '../ingest.js';

/** What one receiver has done since it started. */
export class ReceiverCounters {
  acceptedRequests = 0;
  acceptedPoints = 0;
  acceptedSpans = 0;
  acceptedEvents = 0;
  /** Requests answered with an error and items not taken, by reason. */
  readonly refused = new Map<string, number>();

  constructor(
    /** `query` counts refusals only; `otel-traces` reads a table and does not listen. */
    readonly name: 'otlp-grpc' | 'otlp-http' | 'otel-traces' | 'query',
    /** `HOST:PORT` it listens on; empty until it does. */
    public address = '',
  ) {}

  accept({ points, spans, events, rejected }: Accepted): void {
    this.acceptedRequests++;
    this.acceptedPoints += points;
    this.acceptedSpans += spans;
    this.acceptedEvents += events;
    for (const [reason, count] of rejected) this.refuse(reason, count);
  }

  refuse(reason: string, count = 1): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + count);
  }
}
