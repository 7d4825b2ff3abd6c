import type { Logger } from '@hindcast/core/logger';
import type { OtlpResourceLogs, OtlpResourceMetrics } from './otlp/model.js';
import { CumulativeSeries, type CumulativeBatch } from './processors/cumulativeSeries.js';
import { reportsOfLogs } from './processors/sensorEvents.js';
import type { RejectReason, Rejections } from './processors/limits.js';
import { reportsOfMetrics } from './processors/sensorMetrics.js';
import type { SpanBatch, SpanFunctions } from './processors/spanFunctions.js';
import type { SpanRows } from './processors/spanRows.js';
import { inPieces } from './reportPieces.js';
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
  | { readonly signal: 'traces'; readonly spans: SpanRows }
  | { readonly signal: 'logs'; readonly groups: readonly OtlpResourceLogs[] };

const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** A group is written once it holds so much, however short a while ago the last one was. */
const GROUP_BYTES = 16 * 1024 * 1024;
/** Writing takes at most about a sixth of the time, as long as nobody waits longer than this for it. */
const PAUSE_PER_WRITE = 5;
const MAX_PAUSE_MS = 200;

/**
 * From decoded requests to stored reports. Requests that come while others are being stored, or shortly after, are stored together: of
 * a function that all of them call there is one row to write. Each is answered when the group's write has succeeded, and none when
 * it has not. A store sees one write at a time.
 */
export class Ingest {
  private group: Group | undefined;
  /** Came while a write was under way; they are looked at after it, so that they see what it has stored. */
  private queue: Waiting[] = [];
  private isBusy = false;
  private exclusive: (() => Promise<void>)[] = [];
  private timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  private waitingBytes = 0;
  private readonly series: CumulativeSeries;
  private notBefore = 0;
  private idle: (() => void)[] = [];

  constructor(
    private readonly store: Store,
    private readonly spanFunctions: SpanFunctions,
    private readonly onStored: (services: ReadonlySet<string>) => void,
    private readonly logger: Logger,
    private readonly nowMs: () => number = Date.now,
  ) {
    this.series = new CumulativeSeries(nowMs());
  }

  /**
   * Resolves when the request's data is stored and every query sees it.
   * @param bytes the size of the request, for the bound on what waits
   * @throws OverloadedError, StoreUnavailableError; then nothing of the request is stored
   */
  accept(decoded: Decoded, bytes: number): Promise<Accepted> {
    if (this.waitingBytes > 0 && this.waitingBytes + bytes > MAX_WAITING_BYTES) {
      return Promise.reject(new OverloadedError('The collector is busy storing what came before.'));
    }
    this.waitingBytes += bytes;
    return new Promise((resolve, reject) => {
      const waiting = { decoded, bytes, resolve, reject };
      if (this.isBusy) this.queue.push(waiting);
      else this.take(waiting);
    });
  }

  /** Does the store's maintenance between two writes; true when there is more to do. */
  maintain(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.exclusive.push(() => this.store.maintain(this.nowMs()).then(resolve, reject));
      if (!this.isBusy) void this.next();
    });
  }

  /**
   * Stores the critical paths of traces of which nothing more comes; true when there are more.
   * @param isClosing of all traces, since nothing can come any more
   */
  settleTraces(isClosing = false): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.exclusive.push(() => this.storeTraces(isClosing).then(resolve, reject));
      if (!this.isBusy) void this.next();
    });
  }

  private async storeTraces(isClosing: boolean): Promise<boolean> {
    const nowMs = this.nowMs();
    const { reports, commit, hasMore } = this.spanFunctions.dueTraces(nowMs, isClosing);
    if (reports.length > 0) await this.storeAll(reports, nowMs);
    commit();
    return hasMore;
  }

  /** Resolves when everything that was accepted is stored. */
  async drain(): Promise<void> {
    if (!this.isBusy && !this.group && this.exclusive.length === 0) return;
    this.notBefore = 0;
    this.schedule();
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  /** Nothing comes any more: stores what was accepted, and what is known of traces that were not finished. */
  async close(): Promise<void> {
    await this.drain();
    await this.settleTraces(true).catch((error: unknown) =>
      this.logger.warn(
        `critical paths of the last traces were not stored: ${error instanceof Error ? error.message : 'unknown'}`,
      ),
    );
  }

  /** Reads a request into the group that is stored next. */
  private take(waiting: Waiting): void {
    this.group ??= { spans: undefined, series: undefined, reports: [], members: [], bytes: 0 };
    try {
      const accepted = this.read(waiting.decoded, this.group);
      this.group.members.push({ ...waiting, accepted });
      this.group.bytes += waiting.bytes;
    } catch (error) {
      this.waitingBytes -= waiting.bytes;
      waiting.reject(error);
    }
    this.schedule();
  }

  private read(decoded: Decoded, group: Group): Accepted {
    const rejected: Rejections = new Map();
    const nowMs = this.nowMs();
    const counts = { points: 0, spans: 0, events: 0, rejected };
    switch (decoded.signal) {
      case 'metrics': {
        group.series ??= this.series.begin();
        const groups = group.series.delta(decoded.groups, nowMs, rejected);
        const { reports, acceptedPoints } = reportsOfMetrics(groups, nowMs, rejected);
        for (const report of reports) group.reports.push(report);
        return { ...counts, points: acceptedPoints };
      }
      case 'logs': {
        const { reports, acceptedEvents } = reportsOfLogs(decoded.groups, nowMs, rejected);
        for (const report of reports) group.reports.push(report);
        return { ...counts, events: acceptedEvents };
      }
      case 'traces': {
        group.spans ??= this.spanFunctions.begin();
        return { ...counts, spans: group.spans.add(decoded.spans, nowMs, rejected) };
      }
    }
  }

  /** Plans the next write: as soon as nothing more has come, unless the last one was long and short ago. */
  private schedule(): void {
    if (this.isBusy) return;
    const pauseMs = this.notBefore - performance.now();
    const isDue = pauseMs <= 0 || (this.group?.bytes ?? 0) >= GROUP_BYTES;
    if (this.timer && !isDue) return;
    this.cancelTimer();
    this.timer = isDue ? setImmediate(() => void this.next()) : setTimeout(() => void this.next(), pauseMs);
  }

  private cancelTimer(): void {
    clearTimeout(this.timer as NodeJS.Timeout | undefined);
    clearImmediate(this.timer as NodeJS.Immediate | undefined);
    this.timer = undefined;
  }

  private async next(): Promise<void> {
    this.cancelTimer();
    if (this.isBusy) return;
    this.isBusy = true;
    for (let work = this.exclusive.shift(); work; work = this.exclusive.shift()) await work();
    const { group } = this;
    this.group = undefined;
    if (group) await this.write(group);
    this.isBusy = false;
    const { queue } = this;
    this.queue = [];
    for (const waiting of queue) this.take(waiting);
    if (this.exclusive.length > 0) void this.next();
    else this.tellIdle();
  }

  private tellIdle(): void {
    if (this.group) return;
    for (const resolve of this.idle) resolve();
    this.idle = [];
  }

  private async write({ spans, series, reports, members }: Group): Promise<void> {
    const begun = performance.now();
    try {
      const nowMs = this.nowMs();
      const finished = spans?.finish(nowMs);
      const all = finished ? [...reports, ...finished.reports] : reports;
      const result = await this.storeAll(all, nowMs);
      finished?.commit();
      series?.commit();
      members.forEach((member, i) =>
        member.resolve(i === members.length - 1 ? withResult(member.accepted, result) : member.accepted),
      );
    } catch (error) {
      for (const { reject } of members) reject(error);
    } finally {
      for (const { bytes } of members) this.waitingBytes -= bytes;
      const end = performance.now();
      this.notBefore = this.idle.length > 0 ? 0 : end + Math.min(MAX_PAUSE_MS, (end - begun) * PAUSE_PER_WRITE);
    }
  }

  private async storeAll(reports: readonly Report[], nowMs: number): Promise<WriteResult> {
    const total = { duplicates: 0, overLimit: 0 };
    for (const piece of inPieces(reports)) {
      const { duplicates, overLimit } = await this.store.write(piece, nowMs);
      total.duplicates += duplicates;
      total.overLimit += overLimit;
    }
    if (total.duplicates > 0) this.logger.debug(`${total.duplicates} reports were stored before`);
    if (total.duplicates < reports.length) this.onStored(new Set(reports.map((it) => it.deployment.service)));
    return total;
  }
}

interface Waiting {
  readonly decoded: Decoded;
  readonly bytes: number;
  readonly resolve: (accepted: Accepted) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests that are stored in one write. */
interface Group {
  spans: SpanBatch | undefined;
  series: CumulativeBatch | undefined;
  readonly reports: Report[];
  readonly members: (Waiting & { readonly accepted: Accepted })[];
  bytes: number;
}

/** What the store says of a whole group is told to the last of it. */
function withResult(accepted: Accepted, { duplicates, overLimit }: WriteResult): Accepted {
  if (duplicates === 0 && overLimit === 0) return accepted;
  const rejected = new Map(accepted.rejected);
  if (duplicates > 0) rejected.set('duplicate_request', duplicates);
  if (overLimit > 0) rejected.set('over_limit', overLimit);
  return { ...accepted, rejected };
}
