/** What can give up its syntax tree and make it again. */
export interface TreeOwner {
  readonly text: string;
  dropTree(): void;
}

/** Syntax trees that are kept: about 100 kB each for a hundred lines, in memory that no garbage collector sees and that never shrinks. */
const MAX_TREES = 8;

/** Keeps the trees of the texts that were read last, and has the others dropped: only what is edited needs its tree. */
export class TreePool {
  readonly #maxCharacters: number;
  /** How long the text of each tree is. The latest comes last. */
  readonly #owners = new Map<TreeOwner, number>();
  #characters = 0;

  /** @param maxCharacters texts that may have more than the usual number of trees, together, in UTF-16 code units: 25 bytes of memory for each */
  constructor(maxCharacters = 0) {
    this.#maxCharacters = maxCharacters;
  }

  /** Says that this one's tree was just made or used. */
  use(owner: TreeOwner): void {
    this.forget(owner);
    const { length } = owner.text;
    this.#owners.set(owner, length);
    this.#characters += length;
    while (this.#owners.size > MAX_TREES && this.#characters > this.#maxCharacters) {
      const [oldest] = this.#owners.keys();
      if (!oldest) return;
      this.forget(oldest);
      oldest.dropTree();
    }
  }

  /** Says that this one has no tree any more. */
  forget(owner: TreeOwner): void {
    this.#characters -= this.#owners.get(owner) ?? 0;
    this.#owners.delete(owner);
  }
}
