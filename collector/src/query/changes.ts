/** What changed since a subscriber was last told. */
export interface Change {
  readonly generation: number;
  readonly changedAtMs: number;
  /** service.name of what changed. */
  readonly services: ReadonlySet<string>;
}

/** Counts changes of the stored numbers and tells those who want to know. */
export class Changes {
  private readonly listeners = new Set<(change: Change) => void>();
  private lastGeneration: number;
  private lastChangedAtMs: number;

  /** @param startedMs generations begin here, so that they also grow from one run of the collector to the next */
  constructor(
    startedMs: number,
    private readonly nowMs: () => number = Date.now,
  ) {
    this.lastGeneration = startedMs;
    this.lastChangedAtMs = startedMs;
  }

  get generation(): number {
    return this.lastGeneration;
  }

  get changedAtMs(): number {
    return this.lastChangedAtMs;
  }

  changed(services: ReadonlySet<string>): void {
    this.lastGeneration++;
    this.lastChangedAtMs = this.nowMs();
    const change = { generation: this.lastGeneration, changedAtMs: this.lastChangedAtMs, services };
    for (const listener of this.listeners) listener(change);
  }

  /** Returns how to unsubscribe. */
  subscribe(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}
