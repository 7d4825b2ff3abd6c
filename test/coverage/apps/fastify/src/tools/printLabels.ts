import type { Parcel } from '../domain/parcel.js';

/** For the clerks' shell; the service does not load it. */
export function printLabels(parcels: Iterable<Parcel>, print: (line: string) => void): void {
  for (const parcel of parcels) print(label(parcel));
}

const label = ({ id, to }: Parcel): string => `${id.padStart(8)}  ${to}`;
