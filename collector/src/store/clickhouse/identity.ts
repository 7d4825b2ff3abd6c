import { hash } from 'node:crypto';

/**
 * A number for what the text names: the first 53 bits of its SHA-1, never 0. Every collector gives the same text the same
 * number, so that none has to be asked for. Numbers stand in keys beside a path or a kind; two of a million there are equal
 * with a probability of 0.00006.
 */
export function idOf(text: string): number {
  let id = remembered.get(text);
  if (id !== undefined) return id;
  id = hashOf(text);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(text, id);
  return id;
}

const REMEMBERED = 100_000;
/** The same functions come every minute, with several rows each. */
const remembered = new Map<string, number>();

function hashOf(text: string): number {
  const bytes = hash('sha1', text, 'buffer');
  return bytes.readUInt32BE(0) * 2 ** 21 + (bytes.readUInt32BE(4) >>> 11) || 1;
}
