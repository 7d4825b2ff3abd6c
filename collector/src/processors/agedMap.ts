interface Entry<Key, Value> {
  readonly key: Key;
  readonly value: Value;
  older: Entry<Key, Value> | undefined;
  newer: Entry<Key, Value> | undefined;
}

/**
 * A map that knows which of its keys was touched longest ago. A Map's own order does as well, but to find its first key again it steps
 * over all that were deleted since it was last made anew.
 */
export class AgedMap<Key, Value> {
  private readonly entries = new Map<Key, Entry<Key, Value>>();
  private oldest: Entry<Key, Value> | undefined;
  private newest: Entry<Key, Value> | undefined;

  get size(): number {
    return this.entries.size;
  }

  has(key: Key): boolean {
    return this.entries.has(key);
  }

  get(key: Key): Value | undefined {
    return this.entries.get(key)?.value;
  }

  /** The value of a key that is the newest from now on. */
  touch(key: Key): Value | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (entry !== this.newest) {
      this.unchain(entry);
      this.chain(entry);
    }
    return entry.value;
  }

  /** Sets the value of a key that is the newest from now on. */
  set(key: Key, value: Value): void {
    this.delete(key);
    const entry = { key, value, older: undefined, newer: undefined };
    this.entries.set(key, entry);
    this.chain(entry);
  }

  delete(key: Key): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.unchain(entry);
    this.entries.delete(key);
  }

  /** From the one that was touched longest ago on; the one that is given may be deleted. */
  *fromOldest(): Generator<readonly [Key, Value]> {
    for (let entry = this.oldest; entry;) {
      const { newer } = entry;
      yield [entry.key, entry.value];
      entry = newer;
    }
  }

  private chain(entry: Entry<Key, Value>): void {
    entry.older = this.newest;
    if (this.newest) this.newest.newer = entry;
    else this.oldest = entry;
    this.newest = entry;
  }

  private unchain(entry: Entry<Key, Value>): void {
    if (entry.older) entry.older.newer = entry.newer;
    else this.oldest = entry.newer;
    if (entry.newer) entry.newer.older = entry.older;
    else this.newest = entry.older;
    entry.older = undefined;
    entry.newer = undefined;
  }
}
