import {
  CellKind,
  Control,
  countDrop,
  type DropReason,
  MAX_CELLS,
  MAX_EDGES,
  type SharedState,
} from './sharedState.js';

// Kept from before the program ran: programs replace what they like.
const { store } = Atomics;

const LIMIT_REASON: readonly DropReason[] = ['edge_limit', 'error_limit', 'duration_limit'];

/** Gives each (function, kind, detail) its cell in shared memory. Only the program's thread allocates. */
export class Cells {
  readonly #state: SharedState;
  readonly #index = new Map<number, number>();
  #used = 0;
  #edges = 0;

  constructor(state: SharedState) {
    this.#state = state;
  }

  /** Adds `count` calls seen in one sample. What finds no room is counted as dropped; edges then count as entry. */
  add(fn: number, kind: CellKind, detail: number, count: number): void {
    let cell = this.#find(fn, kind, detail);
    if (cell === undefined) {
      countDrop(this.#state, LIMIT_REASON[kind] ?? 'error_limit');
      if (kind !== CellKind.edge || detail === 0) return;
      cell = this.#index.get(key(fn, kind, 0));
      if (cell === undefined) return;
    }
    const { cellCount, cellSamples } = this.#state;
    cellCount[cell] = (cellCount[cell] ?? 0) + count;
    cellSamples[cell] = (cellSamples[cell] ?? 0) + 1;
  }

  #find(fn: number, kind: CellKind, detail: number): number | undefined {
    const wanted = key(fn, kind, detail);
    const known = this.#index.get(wanted);
    if (known !== undefined) return known;
    if (this.#used >= MAX_CELLS || (kind === CellKind.edge && this.#edges >= MAX_EDGES)) return undefined;
    const cell = this.#used++;
    if (kind === CellKind.edge) this.#edges++;
    this.#index.set(wanted, cell);
    this.#state.cellOwner[cell] = fn * 4 + kind;
    this.#state.cellDetail[cell] = detail;
    store(this.#state.control, Control.cells, this.#used);
    return cell;
  }
}

/** Unique while fn < 2^18, kind < 4 and detail < 2^20. */
function key(fn: number, kind: CellKind, detail: number): number {
  return (detail * 4 + kind) * 0x40000 + fn;
}
