import { extname } from 'node:path';
import type { GitRepository } from './gitRepository.js';

/** Files that are compared; more went away in one go than one of them is likely to be this one. */
const MAX_CANDIDATES = 200;
/** Of the lines of both texts, those that both have: as git asks of a rename, and clearly more than any other. */
const MIN_SHARE = 0.5;
const MIN_MARGIN = 0.1;

/**
 * The path in a commit of a file that git does not keep yet: of those that went away since, the one with most of its text.
 * Undefined when none, or several, could be it.
 */
export async function movedFrom(
  repository: GitRepository,
  commit: string,
  path: string,
  text: string,
): Promise<string | undefined> {
  const extension = extname(path);
  const missing = (await repository.missingFiles(commit)).filter((own) => extname(own) === extension);
  if (missing.length === 0 || missing.length > MAX_CANDIDATES) return undefined;
  const blobs = new Map<string, string>();
  for (const own of missing) {
    const blob = await repository.blobAt(commit, own);
    if (blob !== undefined) blobs.set(own, blob);
  }
  const texts = await repository.blobs([...new Set(blobs.values())]);
  const [best, next] = [...blobs]
    .map(([own, blob]) => ({ own, share: sharedLines(texts.get(blob) ?? '', text) }))
    .sort((a, b) => b.share - a.share);
  if (!best || best.share < MIN_SHARE || best.share - (next?.share ?? 0) < MIN_MARGIN) return undefined;
  return best.own;
}

/** Lines that both texts have, over the lines of the longer one; empty ones do not count. 0..1 */
export function sharedLines(a: string, b: string): number {
  const lines = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  const [ours, theirs] = [lines(a), lines(b)];
  const left = new Map<string, number>();
  for (const line of ours) left.set(line, (left.get(line) ?? 0) + 1);
  let shared = 0;
  for (const line of theirs) {
    const count = left.get(line) ?? 0;
    if (count > 0) shared++;
    left.set(line, count - 1);
  }
  return shared / Math.max(1, ours.length, theirs.length);
}
