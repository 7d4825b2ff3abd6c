import type { FunctionText } from './functionText.js';

/** What became of a function: the same place and text, its text changed, its place, its name. */
export type DriftKind = 'same' | 'edited' | 'moved' | 'renamed';

/** One function of the older text and what it is in the newer. */
export interface DriftPair {
  readonly from: FunctionText;
  readonly to: FunctionText;
  readonly kind: DriftKind;
  /** Whether its text is another; also of one that was moved or renamed. */
  readonly isEdited: boolean;
  readonly confidence: 'high' | 'low';
  /** One sentence. */
  readonly reason: string;
}

/** Votes of a container that is a function, or a file that git followed, which was itself found again. */
const CERTAIN = 1_000_000;

/** Which functions are joined and which are left over; also what that says about the containers they are in. */
export class DriftPairing {
  readonly #from: Set<FunctionText>;
  readonly #to: Set<FunctionText>;
  readonly #pairs: Omit<DriftPair, 'kind' | 'isEdited'>[] = [];
  readonly #allTo: readonly FunctionText[];
  readonly #fromNames: ReadonlyMap<string, number>;
  readonly #toNames: ReadonlyMap<string, number>;
  #toContainers: ReadonlySet<string> | undefined;
  /** Name of an older container → name of a newer one → functions that went there. */
  readonly #moves = new Map<string, Map<string, number>>();

  /** @param renamedFiles older to newer path, as git followed them */
  constructor(from: readonly FunctionText[], to: readonly FunctionText[], renamedFiles: ReadonlyMap<string, string>) {
    for (const [older, newer] of renamedFiles) this.#vote(older, newer, CERTAIN);
    this.#from = new Set(from);
    this.#to = new Set(to);
    this.#fromNames = countNames(from);
    this.#toNames = countNames(to);
    this.#allTo = to;
  }

  get from(): readonly FunctionText[] {
    return [...this.#from];
  }

  get to(): readonly FunctionText[] {
    return [...this.#to];
  }

  /** What was joined, most certain first; says what is known of the containers now. */
  get pairs(): readonly DriftPair[] {
    return this.#pairs.map((pair) => ({ ...pair, ...this.#change(pair.from, pair.to) }));
  }

  has(from: FunctionText): boolean {
    return this.#from.has(from);
  }

  hasTo(to: FunctionText): boolean {
    return this.#to.has(to);
  }

  /** Whether no other function of either text has the name. */
  isOnlyOfName(from: FunctionText, to: FunctionText): boolean {
    return this.#fromNames.get(nameIn(from)) === 1 && this.#toNames.get(nameIn(to)) === 1;
  }

  join(from: FunctionText, to: FunctionText, confidence: 'high' | 'low', reason: string): void {
    if (!this.#from.delete(from) || !this.#to.delete(to)) throw new Error('A function was joined twice.');
    this.#pairs.push({ from, to, confidence, reason });
    if (nameIn(from) === nameIn(to)) return;
    this.#vote(from.qualifiedName, to.qualifiedName, CERTAIN);
    if (from.lastSegment === to.lastSegment && from.isNamed) this.#vote(from.container, to.container, 1);
  }

  /** The name it would have today if only its containers had been renamed or moved. */
  mappedName(from: FunctionText): string {
    const container = this.mappedContainer(from);
    return container === '' ? from.lastSegment : `${container}.${from.lastSegment}`;
  }

  mappedContainer({ segments }: FunctionText): string {
    for (let end = segments.length - 1; end > 0; end--) {
      const target = this.#target(segments.slice(0, end).join('.'));
      if (target !== undefined) return [target, ...segments.slice(end, -1)].filter((part) => part !== '').join('.');
    }
    return segments.slice(0, -1).join('.');
  }

  #change(from: FunctionText, to: FunctionText): { kind: DriftKind; isEdited: boolean } {
    const isTextSame = from.source.bodyHash === to.source.bodyHash;
    if (isTextSame && nameIn(from) === nameIn(to)) return { kind: 'same', isEdited: false };
    const isEdited = !isTextSame && from.key !== to.key;
    const isInPlace = from.file === to.file && from.container === to.container;
    const isContainerRenamed =
      !isInPlace &&
      from.file === to.file &&
      from.segments.length === to.segments.length &&
      this.mappedContainer(from) === to.container;
    const isRenamed = from.lastSegment !== to.lastSegment || isContainerRenamed;
    const kind: DriftKind = isRenamed ? 'renamed' : !isInPlace ? 'moved' : isEdited ? 'edited' : 'same';
    return { kind, isEdited };
  }

  #vote(from: string, to: string, votes: number): void {
    const targets = this.#moves.get(from) ?? new Map<string, number>();
    targets.set(to, (targets.get(to) ?? 0) + votes);
    this.#moves.set(from, targets);
  }

  /** Where the functions of a container went, when it is no longer there itself. */
  #target(container: string): string | undefined {
    const targets = this.#moves.get(container);
    if (!targets) return undefined;
    const [best, another] = [...targets].sort(([, a], [, b]) => b - a);
    if (!best || (another && another[1] === best[1])) return undefined;
    this.#toContainers ??= new Set(
      this.#allTo.flatMap(({ segments }) => segments.map((_, end) => segments.slice(0, end).join('.'))),
    );
    return best[1] >= CERTAIN || !this.#toContainers.has(container) ? best[0] : undefined;
  }
}

function countNames(functions: readonly FunctionText[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const own of functions) counts.set(nameIn(own), (counts.get(nameIn(own)) ?? 0) + 1);
  return counts;
}

/** File and name: cheaper than the qualified name, which is taken apart first. */
export function nameIn({ file, source }: FunctionText): string {
  return file === '' ? source.name : `${file}\u0000${source.name}`;
}
