import { createHash } from 'node:crypto';

/** Git blob id of a text (40 hex digits): SHA-1 of `blob <bytes>\0<text>`, the text in UTF-8. */
export function contentHash(text: string | Uint8Array): string {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
  return createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
}

/** First 16 hex digits of the SHA-1 of a function body's text (docs/naming.md). */
export function bodyHash(text: string): string {
  return createHash('sha1').update(text, 'utf8').digest('hex').slice(0, 16);
}
