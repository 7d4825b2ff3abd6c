import type { GitHistory } from './gitHistory.js';
import { functionsOf } from './constructedHistory.js';
import { placeOf, type Place, type Truth } from './truth.js';
import type { LocatedFunction } from '@hindcast/server/source/sourceFunction';

/** Fewer lines of its own do not identify a function. */
const MIN_LINES = 3;
const MIN_SHARE = 0.6;

/**
 * Which function is which by git's own line diff, and nothing else: a function is the one in which most of the lines that
 * git left as they were are now, when most of that one's lines came from it. Names play no part. What lines cannot tell is
 * not labelled.
 */
export async function lineTruth(history: GitHistory, from: string, to: string): Promise<Truth> {
  const pairs = new Map<Place, Place>();
  const taken = new Set<Place>();
  for (const [older, newer] of changedFiles(history, from, to)) {
    const [olderText, newerText] = [history.run('show', `${from}:${older}`), history.run('show', `${to}:${newer}`)];
    const olderOwners = ownersOfLines(olderText, await functionsOf(older, olderText));
    const newerOwners = ownersOfLines(newerText, await functionsOf(newer, newerText));
    const shared = new Map<LocatedFunction, Map<LocatedFunction, number>>();
    for (const [line, newLine] of keptLines(history, `${from}:${older}`, `${to}:${newer}`, olderText)) {
      const [own, other] = [olderOwners.get(line), newerOwners.get(newLine)];
      if (!own || !other) continue;
      const counts = shared.get(own) ?? new Map<LocatedFunction, number>();
      counts.set(other, (counts.get(other) ?? 0) + 1);
      shared.set(own, counts);
    }
    const sizes = (owners: ReadonlyMap<number, LocatedFunction>) => {
      const counts = new Map<LocatedFunction, number>();
      for (const own of owners.values()) counts.set(own, (counts.get(own) ?? 0) + 1);
      return counts;
    };
    const [olderSizes, newerSizes] = [sizes(olderOwners), sizes(newerOwners)];
    for (const [own, counts] of shared) {
      const [best] = [...counts].sort(([, a], [, b]) => b - a);
      if (!best) continue;
      const [other, lines] = best;
      const share = Math.min(lines / (olderSizes.get(own) ?? 1), lines / (newerSizes.get(other) ?? 1));
      const target = placeOf({ file: newer, ...other });
      if (lines < MIN_LINES || share < MIN_SHARE || taken.has(target)) continue;
      taken.add(target);
      pairs.set(placeOf({ file: older, ...own }), target);
    }
  }
  return { pairs, gone: new Set(), added: new Set() };
}

/** Older and newer path of files that are not the same in both. */
function changedFiles(history: GitHistory, from: string, to: string): [string, string][] {
  const parts = history.run('diff', '--name-status', '-z', '-M50%', '--diff-filter=MR', from, to).split('\0');
  const files: [string, string][] = [];
  for (let index = 0; index + 1 < parts.length;) {
    const isRename = parts[index]?.startsWith('R') === true;
    const older = parts[index + 1] ?? '';
    files.push([older, isRename ? (parts[index + 2] ?? '') : older]);
    index += isRename ? 3 : 2;
  }
  return files;
}

/** Older line → newer line, of lines with words that git's diff left alone. */
function keptLines(history: GitHistory, from: string, to: string, text: string): Map<number, number> {
  const kept = new Map<number, number>();
  const lines = text.split('\n');
  let [older, newer] = [1, 1];
  const keep = (until: number) => {
    for (; older < until; older++, newer++) if (isTelling(lines[older - 1])) kept.set(older, newer);
  };
  for (const hunk of history
    .run('diff', '--histogram', '-U0', from, to)
    .matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)) {
    const [start, count, newStart, newCount] = [
      Number(hunk[1]),
      Number(hunk[2] ?? 1),
      Number(hunk[3]),
      Number(hunk[4] ?? 1),
    ];
    keep(count === 0 ? start + 1 : start);
    older = count === 0 ? start + 1 : start + count;
    newer = newCount === 0 ? newStart + 1 : newStart + newCount;
  }
  keep(lines.length + 1);
  return kept;
}

/** Line → the innermost function whose body it is in; lines of a head, and lines without words, have none. */
function ownersOfLines(text: string, functions: readonly LocatedFunction[]): Map<number, LocatedFunction> {
  const owners = new Map<number, LocatedFunction>();
  const lines = text.split('\n');
  for (const own of [...functions].sort((a, b) => a.start - b.start)) {
    const first = text.slice(0, own.bodyStart).split('\n').length;
    for (let line = first; line <= own.endLine; line++) if (isTelling(lines[line - 1])) owners.set(line, own);
  }
  return owners;
}

function isTelling(line: string | undefined): boolean {
  return line !== undefined && /\w{3}/.test(line) && !/^\s*(?:\/[/*]|\*)/.test(line);
}
