/** What can give up its syntax tree and make it again. */
export interface TreeOwner {
  dropTree(): void;
}

/** Syntax trees that are kept: about 100 kB each for a hundred lines, in memory that no garbage collector sees and that never shrinks. */
const MAX_TREES = 8;

/** Keeps the trees of the texts that were read last, and has the others dropped: only what is edited needs its tree. */
export class TreePool {
  /** The latest comes last. */
  readonly #owners = new Set<TreeOwner>();

  /** Says that this one's tree was just made or used. */
  use(owner: TreeOwner): void {
    this.#owners.delete(owner);
    this.#owners.add(owner);
    const [oldest] = this.#owners;
    if (this.#owners.size <= MAX_TREES || !oldest) return;
    this.#owners.delete(oldest);
    oldest.dropTree();
  }

  /** Says that this one has no tree any more. */
  forget(owner: TreeOwner): void {
    this.#owners.delete(owner);
  }
}
