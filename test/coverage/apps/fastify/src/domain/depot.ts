import { Parcel, UnknownParcel } from './parcel.js';
import type { Weight } from './weight.js';

export class Depot {
  readonly #parcels = new Map<string, Parcel>();

  async accept(to: string, weight: Weight): Promise<Parcel> {
    const parcel = new Parcel(this.#nextId(), to, weight);
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#parcels.set(parcel.id, parcel);
    return parcel;
  }

  async find(id: string): Promise<Parcel> {
    const parcel = this.#parcels.get(id);
    if (parcel) return parcel;
    throw new UnknownParcel(id);
  }

  #nextId(): string {
    return `p${this.#parcels.size + 1}`;
  }

  *waiting(): Generator<Parcel> {
    for (const parcel of this.#parcels.values()) if (parcel.history.at(-1) !== 'delivered') yield parcel;
  }
}
