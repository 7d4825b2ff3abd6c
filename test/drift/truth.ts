import type { MappedFunction } from '@hindcast/server/git/mapRevisions';

/** `file:line:column` of a function. */
export type Place = string;

/** What is known, by other means than the mapper, about two commits. Functions that are in neither are not judged. */
export interface Truth {
  /** Older place → newer place. */
  readonly pairs: ReadonlyMap<Place, Place>;
  /** Older functions that are no more. */
  readonly gone: ReadonlySet<Place>;
  /** Newer functions that were not there before. */
  readonly added: ReadonlySet<Place>;
}

export interface Wrong {
  readonly from: string;
  readonly to: string;
  readonly expected: string;
  readonly confidence: string;
  readonly reason: string;
}

export interface Score {
  /** Labelled pairs. */
  pairs: number;
  found: number;
  /** Joins that the truth can judge. */
  judged: number;
  wrong: Wrong[];
  missed: string[];
}

/** Holds a mapping against the truth. */
export function score(mapping: readonly MappedFunction[], truth: Truth): Score {
  const owners = new Map([...truth.pairs].map(([from, to]) => [to, from]));
  const result: Score = { pairs: truth.pairs.size, found: 0, judged: 0, wrong: [], missed: [] };
  for (const { from, to, confidence, reason } of mapping) {
    const place = placeOf(from);
    const target = to ? placeOf(to) : undefined;
    const expected = truth.pairs.get(place);
    if (target === undefined) {
      if (expected !== undefined) result.missed.push(`${from.name} ${place} -> ${expected}`);
      continue;
    }
    const owner = owners.get(target);
    const isKnown = expected !== undefined || owner !== undefined || truth.gone.has(place) || truth.added.has(target);
    if (!isKnown) continue;
    result.judged++;
    if (expected === target) {
      result.found++;
      continue;
    }
    const wrongly = { from: `${from.name} ${place}`, to: `${to?.name ?? ''} ${target}`, confidence, reason };
    result.wrong.push({
      ...wrongly,
      expected: expected ?? (truth.gone.has(place) ? 'gone' : `not ${owner ?? 'that'}`),
    });
  }
  return result;
}

/** The sum of many scores. */
export function total(scores: readonly Score[]): {
  pairs: number;
  precision: number;
  recall: number;
  wrongAtHighConfidence: number;
} {
  const sum = (of: (one: Score) => number) => scores.reduce((all, one) => all + of(one), 0);
  const [pairs, found, judged] = [sum((one) => one.pairs), sum((one) => one.found), sum((one) => one.judged)];
  return {
    pairs,
    precision: judged === 0 ? 1 : found / judged,
    recall: pairs === 0 ? 1 : found / pairs,
    wrongAtHighConfidence: sum(({ wrong }) => wrong.filter(({ confidence }) => confidence === 'high').length),
  };
}

export function placeOf({ file, line, column }: { file: string; line: number; column: number }): Place {
  return `${file}:${line}:${column}`;
}
