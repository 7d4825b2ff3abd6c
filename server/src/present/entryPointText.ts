import type { EntryPointId } from '../collector/facts.js';

/** Kinds whose names say what they are. */
const PLAIN_KINDS: ReadonlySet<string> = new Set(['', 'http', 'rpc']);

/** `POST /checkout`, `queue orders`, `timer setInterval`. From production: escape it for where it goes. */
export function entryPointText({ kind, name }: EntryPointId): string {
  return PLAIN_KINDS.has(kind) ? name : `${kind} ${name}`;
}

/** How often a function calls a dependency each time it is called itself: `2 per call`, `0.5 per call`, `<0.1 per call`. */
export function perCallText(dependencyCalls: number, calls: number): string {
  if (calls <= 0) return `${dependencyCalls} in all`;
  const ratio = dependencyCalls / calls;
  const text = ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1);
  return `${text === '0.0' && ratio > 0 ? '<0.1' : text} per call`;
}
