import type { Logger } from '@hindcast/core/logger';
import type { OtlpResourceLogs, OtlpResourceMetrics, OtlpResourceSpans } from './otlp/model.js';
import { reportsOfLogs } from './processors/sensorEvents.js';
import type { RejectReason, Rejections } from './processors/limits.js';
import { reportsOfMetrics } from './processors/sensorMetrics.js';
import type { SpanFunctions } from './processors/spanFunctions.js';
import type { Report } from './store/model.js';
import type { Store, WriteResult } from './store/store.js';

/** More is waiting to be stored than is held in memory: the sender should try again. */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';
}

/** What became of a request that was stored. */
export interface Accepted {
  readonly points: number;
  readonly spans: number;
  readonly events: number;
  /** Items that were not taken, by reason. */
  readonly rejected: ReadonlyMap<RejectReason | 'duplicate_request' | 'over_limit', number>;
}

/** What a receiver has decoded. */
export type Decoded =
  | { readonly signal: 'metrics'; readonly groups: readonly OtlpResourceMetrics[] }
  | { readonly signal: 'traces'; readonly groups: readonly OtlpResourceSpans[] }
  | { readonly signal: 'logs'; readonly groups: readonly OtlpResourceLogs[] };

const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** From decoded requests to stored reports: one request after the other, so that a store sees one write at a time. */
export class Ingest {
  private last: Promise<unknown> = Promise.resolve();
  private waitingBytes = 0;

  constructor(
    private readonly store: Store,
    private readonly spanFunctions: SpanFunctions,
    private readonly onStored: (services: ReadonlySet<string>) => void,
    private readonly logger: Logger,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /**
   * Resolves when the request's data is stored and every query sees it.
   * @param bytes the size of the request, for the bound on what waits
   * @throws OverloadedError, StoreUnavailableError; then nothing of the request is stored
   */
  async accept(decoded: Decoded, bytes: number): Promise<Accepted> {
    if (this.waitingBytes > 0 && this.waitingBytes + bytes > MAX_WAITING_BYTES) {
      throw new OverloadedError('The collector is busy storing what came before.');
    }
    this.waitingBytes += bytes;
    const turn = this.last.then(() => this.process(decoded));
    this.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.waitingBytes -= bytes;
    }
  }

  /** Does the store's maintenance between two writes; true when there is more to do. */
  maintain(): Promise<boolean> {
    const turn = this.last.then(() => this.store.maintain(this.nowMs()));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when everything that was accepted is stored. */
  async drain(): Promise<void> {
    await this.last;
  }

  private async process(decoded: Decoded): Promise<Accepted> {
    const rejected: Rejections = new Map();
    const nowMs = this.nowMs();
    switch (decoded.signal) {
      case 'metrics': {
        const { reports, acceptedPoints } = reportsOfMetrics(decoded.groups, nowMs, rejected);
        return accepted({ points: acceptedPoints }, rejected, await this.write(reports, nowMs));
      }
      case 'logs': {
        const { reports, acceptedEvents } = reportsOfLogs(decoded.groups, nowMs, rejected);
        return accepted({ events: acceptedEvents }, rejected, await this.write(reports, nowMs));
      }
      case 'traces': {
        const { reports, acceptedSpans, commit } = this.spanFunctions.reportsOf(decoded.groups, nowMs, rejected);
        const result = await this.write(reports, nowMs);
        commit();
        return accepted({ spans: acceptedSpans }, rejected, result);
      }
    }
  }

  private async write(reports: readonly Report[], nowMs: number): Promise<WriteResult> {
    if (reports.length === 0) return { duplicates: 0, overLimit: 0 };
    const result = await this.store.write(reports, nowMs);
    if (result.duplicates > 0) this.logger.debug(`${result.duplicates} reports were stored before`);
    if (result.duplicates < reports.length) this.onStored(new Set(reports.map((it) => it.deployment.service)));
    return result;
  }
}

function accepted(
  counts: Partial<Pick<Accepted, 'points' | 'spans' | 'events'>>,
  rejections: Rejections,
  { duplicates, overLimit }: WriteResult,
): Accepted {
  const rejected: Map<RejectReason | 'duplicate_request' | 'over_limit', number> = new Map(rejections);
  if (duplicates > 0) rejected.set('duplicate_request', duplicates);
  if (overLimit > 0) rejected.set('over_limit', overLimit);
  return { points: 0, spans: 0, events: 0, ...counts, rejected };
}
