import type { Exemplar } from './model.js';
import { exemplarsOfAKind } from './store.js';

/** Of the exemplars of one entry point, in the order in which they came, those that are kept. */
export function bestExemplars(exemplars: readonly Exemplar[]): Exemplar[] {
  const ranked = exemplars.map((exemplar, order) => ({ exemplar, order }));
  const best = (of: typeof ranked, value: (exemplar: Exemplar) => number): Exemplar[] =>
    of
      .toSorted((a, b) => value(b.exemplar) - value(a.exemplar) || b.order - a.order)
      .slice(0, exemplarsOfAKind)
      .map(({ exemplar }) => exemplar);
  const kept = new Set([
    ...best(ranked, ({ durationSeconds }) => durationSeconds),
    ...best(
      ranked.filter(({ exemplar }) => exemplar.errorType !== ''),
      ({ timeMs }) => timeMs,
    ),
    ...best(ranked, ({ timeMs }) => timeMs),
  ]);
  return exemplars.filter((exemplar) => kept.has(exemplar));
}
