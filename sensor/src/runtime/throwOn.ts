import { isErrorObject } from './errorTypes.js';
import type { FatalErrors } from './fatalErrors.js';

let places: Pick<FatalErrors, 'throwFromPlace'> | undefined;

/** Says who knows where values were thrown. */
export function knowPlacesFrom(fatalErrors: Pick<FatalErrors, 'throwFromPlace'>): void {
  places = fatalErrors;
}

/**
 * Throws on what a wrapper around the program's code has caught. Node names the place of the last `throw` when it ends the process: for
 * an error object that is mended later, for any other value it must be thrown from its own place again.
 */
export function throwOn(value: unknown): never {
  if (!isErrorObject(value)) places?.throwFromPlace(value);
  throw value;
}
