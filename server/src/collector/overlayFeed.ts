import type { Logger } from '@hindcast/core/logger';
import { MAX_FILES_PER_REQUEST, type CollectorClient, type FileReference } from './collectorClient.js';
import { CollectorClientError } from './collectorClientError.js';
import { isSameTarget, type CollectorTarget } from './collectorTarget.js';
import type { CollectorStatus, DeployedFile, ServiceSummary } from './facts.js';
import type { Finding } from './findings.js';
import { isSameScope, type Scope } from './scope.js';
import { SnapshotShelf } from './snapshotShelf.js';

/** Pauses, milliseconds. */
export interface FeedTiming {
  /** Between two readings, at least. */
  readonly readEveryMs: number;
  /** Between two readings, at most: windows move on also when nothing is reported. */
  readonly readAtLeastEveryMs: number;
  /** Before the first attempt to reconnect; doubles up to the last. */
  readonly firstBackOffMs: number;
  readonly lastBackOffMs: number;
  /** After a file was looked at, before its details are read. */
  readonly restMs: number;
}

export const defaultFeedTiming: FeedTiming = {
  readEveryMs: 2000,
  readAtLeastEveryMs: 60_000,
  firstBackOffMs: 500,
  lastBackOffMs: 10_000,
  restMs: 300,
};

/** Findings are about versions, which come and go more slowly than numbers. */
const FINDINGS_WINDOW_SECONDS = 86_400;

/** What was read last. Stays when the collector goes away, so that numbers do not vanish while it restarts. */
export interface FeedState {
  readonly connection: 'connecting' | 'no-collector' | 'wrong-token' | 'wrong-tls' | 'refused' | 'connected';
  readonly address: string;
  /** Why it is not connected: one sentence; empty when it is, or is not tried yet. */
  readonly problem: string;
  readonly collector: CollectorStatus | undefined;
  /** Of all environments and versions. */
  readonly services: readonly ServiceSummary[];
  /** Undefined when the collector does not know of findings. */
  readonly findings: readonly Finding[] | undefined;
  /** The collector's clock minus ours, milliseconds; 0 as long as it is unknown. */
  readonly clockSkewMs: number;
  /** Milliseconds since 1970; undefined before the first reading. */
  readonly readAtMs: number | undefined;
}

/** A committed snapshot that is shown while no collector has anything to say. */
export interface ShownSnapshot {
  /** `2026-11-20`, UTC */
  readonly takenOn: string;
  /** ISO-8601: what its numbers are about, whatever is asked. */
  readonly window: string;
}

const connectionOf: Readonly<Record<CollectorClientError['kind'], FeedState['connection']>> = {
  unreachable: 'no-collector',
  token: 'wrong-token',
  tls: 'wrong-tls',
  unsupported: 'refused',
  cancelled: 'no-collector',
  refused: 'refused',
};

/**
 * Keeps the numbers of some files in memory, as fresh as the collector's: reads when it says that they changed, reconnects
 * with growing pauses when it is away. As long as no collector has told anything, the committed snapshots of the files' repositories
 * answer. Readers never wait.
 */
export class OverlayFeed {
  readonly #connect: (target: CollectorTarget) => CollectorClient;
  readonly #onChange: () => void;
  readonly #logger: Logger;
  readonly #timing: FeedTiming;
  readonly #files = new Map<string, { contentHash: string; deployments: readonly DeployedFile[] | undefined }>();
  readonly #snapshots = new SnapshotShelf();
  #state: FeedState;
  #target: CollectorTarget;
  #scope: Scope;
  #client: CollectorClient | undefined;
  #stopWatching: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isReading = false;
  #isReadingNew = false;
  #isStale = false;
  #failures = 0;
  #lastProblem = '';

  /** @param onChange called after every change of what `state` and `deployments` answer */
  constructor(
    connect: (target: CollectorTarget) => CollectorClient,
    target: CollectorTarget,
    scope: Scope,
    onChange: () => void,
    logger: Logger,
    timing: FeedTiming = defaultFeedTiming,
  ) {
    this.#connect = connect;
    this.#target = target;
    this.#scope = scope;
    this.#onChange = onChange;
    this.#logger = logger;
    this.#timing = timing;
    this.#state = {
      connection: 'connecting',
      address: target.address,
      problem: '',
      collector: undefined,
      services: [],
      findings: undefined,
      clockSkewMs: 0,
      readAtMs: undefined,
    };
  }

  get state(): FeedState {
    return this.#state;
  }

  /** What is asked about. */
  get scope(): Scope {
    return this.#scope;
  }

  /** For further questions to the same collector; undefined while it does not answer. */
  get client(): CollectorClient | undefined {
    return this.#state.connection === 'connected' ? this.#client : undefined;
  }

  /** The deployments that reported a file at this path; undefined until they were read. */
  deployments(path: string): readonly DeployedFile[] | undefined {
    const shown = this.#showsSnapshots ? this.#snapshots.deployments(path, this.#scope) : undefined;
    return shown ?? this.#files.get(path)?.deployments;
  }

  /** The snapshot that a file's numbers are from, or any that is shown when no file is named; undefined when they are a collector's. */
  snapshot(path?: string): ShownSnapshot | undefined {
    if (!this.#showsSnapshots) return undefined;
    return path === undefined ? this.#snapshots.source : this.#snapshots.of(path);
  }

  /** Why a committed snapshot is not shown although one is wanted; empty when there is no trouble. */
  get snapshotProblem(): string {
    return this.#showsSnapshots ? this.#snapshots.problem : '';
  }

  /** Starts, or starts over: with another collector or scope everything read so far is forgotten. */
  start(target: CollectorTarget, scope: Scope): void {
    this.#disconnect();
    if (this.isOther(target, scope)) {
      for (const file of this.#files.values()) file.deployments = undefined;
      const { address } = target;
      const forgotten = { connection: 'connecting', address, problem: '', services: [], readAtMs: undefined } as const;
      this.#state = { ...this.#state, ...forgotten, findings: undefined, clockSkewMs: 0 };
    }
    this.#target = target;
    this.#scope = scope;
    this.#failures = 0;
    this.#lastProblem = '';
    this.#onChange();
    void this.#read();
  }

  /** Whether starting with these would change anything. */
  isOther(target: CollectorTarget, scope: Scope): boolean {
    return !isSameTarget(target, this.#target) || !isSameScope(scope, this.#scope);
  }

  /** Keeps this file's numbers from now on, and reads them at once. */
  open(file: FileReference): void {
    this.#files.set(file.path, { contentHash: file.contentHash, deployments: undefined });
    void this.#readNew();
    this.#readSnapshots();
  }

  close(path: string): void {
    this.#snapshots.close(path);
    this.#files.delete(path);
  }

  /** Tries now instead of at the end of the pause. */
  reconnect(): void {
    if (this.#state.connection !== 'connected') this.start(this.#target, this.#scope);
  }

  stop(): void {
    this.#disconnect();
    this.#files.clear();
  }

  /** What a collector has told stays, and is newer. */
  get #showsSnapshots(): boolean {
    const { connection, readAtMs, services } = this.#state;
    return connection === 'connected' ? services.length === 0 : connection === 'no-collector' && readAtMs === undefined;
  }

  #readSnapshots(): void {
    if (!this.#showsSnapshots) return;
    void this.#snapshots.read([...this.#files.keys()]).then((isOther) => {
      if (isOther) this.#onChange();
    });
  }

  #disconnect(): void {
    clearTimeout(this.#timer);
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    this.#client?.close();
    this.#client = undefined;
    this.#isReading = false;
    this.#isReadingNew = false;
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
    const client = (this.#client ??= this.#open());
    if (!client) return;
    this.#isReading = true;
    this.#markFresh();
    try {
      const { windowSeconds } = this.#scope;
      const [collector, services, clockSkewMs] = await Promise.all([
        client.getStatus(),
        client.listServices({ windowSeconds }),
        this.#readFiles(client, [...this.#files.keys()]),
      ]);
      // Meanwhile someone may have chosen another collector.
      if (client !== this.#client) return;
      if (this.#state.connection !== 'connected') this.#logger.info(`connected to the collector at ${client.address}`);
      this.#failures = 0;
      this.#lastProblem = '';
      const readAtMs = Date.now();
      this.#state = {
        ...this.#state,
        connection: 'connected',
        problem: '',
        collector,
        services,
        clockSkewMs,
        readAtMs,
      };
      this.#watch(client);
      this.#readSnapshots();
      void this.#readNew();
      this.#onChange();
      await this.#readFindings(client);
      if (client !== this.#client) return;
      this.#isReading = false;
      this.#schedule(this.#isStale ? this.#timing.readEveryMs : this.#timing.readAtLeastEveryMs);
      this.#onChange();
    } catch (error) {
      if (client === this.#client) this.#fail(error);
    }
  }

  /** Undefined when there is nothing to try: then the state says why. */
  #open(): CollectorClient | undefined {
    const { problem } = this.#target;
    try {
      if (problem === undefined) return this.#connect(this.#target);
      this.#setProblem('wrong-tls', problem);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#setProblem('wrong-tls', `The certificates named in the settings cannot be used: ${reason}`);
    }
    return undefined;
  }

  /** What changes from here on calls for another reading. */
  #markFresh(): void {
    this.#isStale = false;
  }

  /** They are the most work for the collector: nothing waits for them, and nothing else is wrong when they take too long. */
  async #readFindings(client: CollectorClient): Promise<void> {
    const windowSeconds = Math.max(this.#scope.windowSeconds, FINDINGS_WINDOW_SECONDS);
    try {
      const found = await client.listFindings({}, { ...this.#scope, windowSeconds });
      if (client === this.#client) this.#state = { ...this.#state, findings: found?.findings };
    } catch (error) {
      this.#logger.debug(`findings were not read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Reads the files that were opened since the last reading, alone: somebody is looking at them. */
  async #readNew(): Promise<void> {
    const { client } = this;
    if (!client || this.#isReadingNew) return;
    this.#isReadingNew = true;
    try {
      for (let paths = this.#unread; paths.length > 0; paths = this.#unread) {
        await this.#readFiles(client, paths);
        if (client !== this.#client) return;
        this.#onChange();
      }
      this.#isReadingNew = false;
    } catch (error) {
      if (client === this.#client) this.#fail(error);
    }
  }

  get #unread(): readonly string[] {
    return [...this.#files].filter(([, { deployments }]) => deployments === undefined).map(([path]) => path);
  }

  /** Reads what is known of these files, and the skew of the collector's clock: therefore it asks also about no file. */
  async #readFiles(client: CollectorClient, paths: readonly string[]): Promise<number> {
    const asked = paths.map((path) => ({ path, file: this.#files.get(path) }));
    let clockSkewMs = 0;
    for (let start = 0; start === 0 || start < asked.length; start += MAX_FILES_PER_REQUEST) {
      const part = asked.slice(start, start + MAX_FILES_PER_REQUEST);
      const references = part.map(({ path, file }) => ({ path, contentHash: file?.contentHash ?? '' }));
      const askedAtMs = Date.now();
      const answer = await client.readOverlay(references, this.#scope);
      if (client !== this.#client) break;
      for (const [index, { file }] of part.entries()) if (file) file.deployments = answer.files[index] ?? [];
      clockSkewMs = skew(answer.computedAtMs, askedAtMs, Date.now());
    }
    return clockSkewMs;
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
    const backOffMs = Math.min(this.#timing.lastBackOffMs, this.#timing.firstBackOffMs * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 30);
    this.#schedule(backOffMs);
    const connection = error instanceof CollectorClientError ? connectionOf[error.kind] : 'no-collector';
    this.#setProblem(connection, error instanceof Error ? error.message : 'The collector ended the watch.');
  }

  /** Logs what is new: not every attempt. */
  #setProblem(connection: FeedState['connection'], problem: string): void {
    if (problem !== this.#lastProblem) this.#logger.warn(problem);
    this.#lastProblem = problem;
    if (this.#state.connection !== connection || this.#state.problem !== problem) {
      this.#state = { ...this.#state, connection, problem };
      this.#onChange();
    }
    this.#readSnapshots();
  }
}

/** Zero within the time that the answer was under way. */
function skew(theirMs: number | undefined, askedAtMs: number, answeredAtMs: number): number {
  if (theirMs === undefined) return 0;
  if (theirMs < askedAtMs) return theirMs - askedAtMs;
  return theirMs > answeredAtMs ? theirMs - answeredAtMs : 0;
}
