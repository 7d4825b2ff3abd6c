import type { Logger } from '@hindcast/core/logger';
import { MAX_FILES_PER_REQUEST, type CollectorClient, type FileReference } from './collectorClient.js';
import { isSameScope, type Scope } from './scope.js';
import type { DeployedFile, ServiceSummary } from './facts.js';

/** Pauses, milliseconds. */
export interface FeedTiming {
  /** Between two readings, at least. */
  readonly readEveryMs: number;
  /** Between two readings, at most: windows move on also when nothing is reported. */
  readonly readAtLeastEveryMs: number;
  /** Before the first attempt to reconnect; doubles up to the last. */
  readonly firstBackOffMs: number;
  readonly lastBackOffMs: number;
}

export const defaultFeedTiming: FeedTiming = {
  readEveryMs: 2000,
  readAtLeastEveryMs: 60_000,
  firstBackOffMs: 500,
  lastBackOffMs: 10_000,
};

/** What was read last. Stays when the collector goes away, so that numbers do not vanish while it restarts. */
export interface FeedState {
  readonly connection: 'connecting' | 'no-collector' | 'connected';
  readonly address: string;
  readonly collectorVersion: string | undefined;
  readonly services: readonly ServiceSummary[];
  /** Milliseconds since 1970; undefined before the first reading. */
  readonly readAtMs: number | undefined;
}

/**
 * Keeps the numbers of some files in memory, as fresh as the collector's: reads when it says that they changed, reconnects
 * with growing pauses when it is away. Readers never wait.
 */
export class OverlayFeed {
  readonly #connect: (address: string) => CollectorClient;
  readonly #onChange: () => void;
  readonly #logger: Logger;
  readonly #timing: FeedTiming;
  readonly #files = new Map<string, { contentHash: string; deployments: readonly DeployedFile[] | undefined }>();
  #state: FeedState;
  #scope: Scope;
  #client: CollectorClient | undefined;
  #stopWatching: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isReading = false;
  #isStale = false;
  #failures = 0;

  /** @param onChange called after every change of what `state` and `deployments` answer */
  constructor(
    connect: (address: string) => CollectorClient,
    address: string,
    scope: Scope,
    onChange: () => void,
    logger: Logger,
    timing: FeedTiming = defaultFeedTiming,
  ) {
    this.#connect = connect;
    this.#scope = scope;
    this.#onChange = onChange;
    this.#logger = logger;
    this.#timing = timing;
    this.#state = {
      connection: 'connecting',
      address,
      collectorVersion: undefined,
      services: [],
      readAtMs: undefined,
    };
  }

  get state(): FeedState {
    return this.#state;
  }

  /** The deployments that reported a file at this path; undefined until they were read. */
  deployments(path: string): readonly DeployedFile[] | undefined {
    return this.#files.get(path)?.deployments;
  }

  /** Starts, or starts over: with another address or scope everything read so far is forgotten. */
  start(address: string, scope: Scope): void {
    this.#disconnect();
    if (this.isOther(address, scope)) {
      for (const file of this.#files.values()) file.deployments = undefined;
      this.#state = { ...this.#state, connection: 'connecting', address, services: [], readAtMs: undefined };
    }
    this.#scope = scope;
    this.#failures = 0;
    this.#onChange();
    void this.#read();
  }

  /** Whether starting with these would change anything. */
  isOther(address: string, scope: Scope): boolean {
    return address !== this.#state.address || !isSameScope(scope, this.#scope);
  }

  /** Keeps this file's numbers from now on, and reads them at once. */
  open(file: FileReference): void {
    this.#files.set(file.path, { contentHash: file.contentHash, deployments: undefined });
    if (this.#state.connection !== 'connected') return;
    if (this.#isReading) this.#isStale = true;
    else this.#schedule(0);
  }

  close(path: string): void {
    this.#files.delete(path);
  }

  /** Tries now instead of at the end of the pause. */
  reconnect(): void {
    if (this.#state.connection !== 'connected') this.start(this.#state.address, this.#scope);
  }

  stop(): void {
    this.#disconnect();
    this.#files.clear();
  }

  #disconnect(): void {
    clearTimeout(this.#timer);
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    this.#client?.close();
    this.#client = undefined;
    this.#isReading = false;
  }

  #schedule(afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), afterMs);
    this.#timer.unref();
  }

  async #read(): Promise<void> {
    if (this.#isReading) {
      this.#isStale = true;
      return;
    }
    const client = (this.#client ??= this.#connect(this.#state.address));
    this.#isReading = true;
    this.#markFresh();
    try {
      const asked = [...this.#files].map(([path, { contentHash }]) => ({ path, contentHash }));
      const [status, services, overlays] = await Promise.all([
        client.getStatus(),
        client.listServices(this.#scope),
        this.#readOverlays(client, asked),
      ]);
      // Meanwhile someone may have chosen another collector.
      if (client !== this.#client) return;
      for (const [index, { path }] of asked.entries()) {
        const file = this.#files.get(path);
        if (file) file.deployments = overlays[index] ?? [];
      }
      if (this.#state.connection !== 'connected') this.#logger.info(`connected to the collector at ${client.address}`);
      this.#failures = 0;
      this.#state = {
        ...this.#state,
        connection: 'connected',
        collectorVersion: status.version,
        services,
        readAtMs: Date.now(),
      };
      this.#isReading = false;
      this.#watch(client);
      const hasUnread = [...this.#files.values()].some(({ deployments }) => deployments === undefined);
      if (hasUnread) this.#schedule(0);
      else this.#schedule(this.#isStale ? this.#timing.readEveryMs : this.#timing.readAtLeastEveryMs);
      this.#onChange();
    } catch (error) {
      if (client === this.#client) this.#fail(error);
    }
  }

  /** What changes from here on calls for another reading. */
  #markFresh(): void {
    this.#isStale = false;
  }

  async #readOverlays(client: CollectorClient, files: readonly FileReference[]): Promise<(readonly DeployedFile[])[]> {
    const overlays: (readonly DeployedFile[])[] = [];
    for (let start = 0; start < files.length; start += MAX_FILES_PER_REQUEST) {
      overlays.push(...(await client.getOverlay(files.slice(start, start + MAX_FILES_PER_REQUEST), this.#scope)));
    }
    return overlays;
  }

  #watch(client: CollectorClient): void {
    if (this.#stopWatching) return;
    let isFirst = true;
    this.#stopWatching = client.watch(
      this.#scope,
      () => {
        // The first message only says that the watch stands; what it would announce has just been read.
        if (isFirst) isFirst = false;
        else if (this.#isReading) this.#isStale = true;
        else if (!this.#isStale) {
          this.#isStale = true;
          const sinceReadMs = Date.now() - (this.#state.readAtMs ?? 0);
          this.#schedule(Math.max(0, this.#timing.readEveryMs - sinceReadMs));
        }
      },
      (error) => {
        if (client === this.#client) this.#fail(error);
      },
    );
  }

  #fail(error: unknown): void {
    this.#disconnect();
    if (this.#failures === 0)
      this.#logger.warn(error instanceof Error ? error.message : 'The collector ended the watch.');
    const backOffMs = Math.min(this.#timing.lastBackOffMs, this.#timing.firstBackOffMs * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 30);
    this.#schedule(backOffMs);
    if (this.#state.connection === 'no-collector') return;
    this.#state = { ...this.#state, connection: 'no-collector' };
    this.#onChange();
  }
}
