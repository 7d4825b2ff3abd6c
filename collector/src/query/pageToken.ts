import { createHash } from 'node:crypto';
import { RequestError } from './requestError.js';

/**
 * Where the next page begins. The collector remembers nothing of it: the token holds the place, and a digest of the question
 * so that it is not used with another one.
 */
export interface PageToken {
  readonly offset: number;
}

/** @param questionParts whatever the answer depends on, but not the size of a page */
export function writePageToken(token: PageToken, questionParts: unknown): string {
  return Buffer.from(JSON.stringify([token.offset, digestOf(questionParts)])).toString('base64url');
}

/** The beginning for an empty text. @throws RequestError */
export function readPageToken(text: string, questionParts: unknown): PageToken {
  if (text === '') return { offset: 0 };
  const [offset, digest] = parsed(text);
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0 || digest !== digestOf(questionParts)) {
    throw new RequestError('page_token belongs to another question: ask without it for the first page.');
  }
  return { offset };
}

/** @throws RequestError */
export function readPageSize(asked: number, usual: number, most: number): number {
  if (asked > most) throw new RequestError(`page_size: at most ${most}.`);
  return asked === 0 ? usual : asked;
}

function parsed(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function digestOf(questionParts: unknown): string {
  return createHash('sha1').update(JSON.stringify(questionParts)).digest('base64url').slice(0, 12);
}
