import type { DriftPairing } from './driftPairing.js';
import type { FunctionText } from './functionText.js';

/** Fewer say too little about a function of few tokens. */
const MIN_VOTES = 2;
const MIN_TELLING_TOKENS = 10;
/** So much of the text must be the same when names are put aside. */
const MIN_ALIKE = 0.5;

const IDENTIFIER = /^[\p{L}_$#][\p{L}\p{N}_$]*$/u;

/** Functions whose new names are in the functions that call them: whoever renames a function renames its calls. */
export function joinRenamedWithCalls(pairing: DriftPairing): void {
  const votes = votesOf(pairing);
  if (votes.size === 0) return;
  const targets = new Map<string, FunctionText[]>();
  for (const to of pairing.to) targets.set(to.qualifiedName, [...(targets.get(to.qualifiedName) ?? []), to]);
  const sources = new Map<string, FunctionText[]>();
  for (const from of pairing.from) {
    const name = votes.get(from.lastSegment)?.name;
    if (name === undefined || !from.isNamed) continue;
    const container = pairing.mappedContainer(from);
    const key = container === '' ? name : `${container}.${name}`;
    sources.set(key, [...(sources.get(key) ?? []), from]);
  }
  for (const [key, [from, another]] of sources) {
    const [to, anotherTo] = targets.get(key) ?? [];
    if (!from || !to || another || anotherTo) continue;
    const renamed = from.ownTokens.map((token) => votes.get(token)?.name ?? token);
    const alike = likeness(renamed, to.ownTokens);
    if (alike < MIN_ALIKE) continue;
    const count = votes.get(from.lastSegment)?.count ?? 0;
    const isSure = alike === 1 && count >= MIN_VOTES && from.ownTokens.length >= MIN_TELLING_TOKENS;
    pairing.join(
      from,
      to,
      isSure ? 'high' : 'low',
      `Where ${from.lastSegment} was called in the deployed version, ${to.lastSegment} is called now (${Math.floor(alike * 100)} % alike).`,
    );
  }
}

/** What names became, in functions that are found again and differ in nothing but names: only what is one to one. */
function votesOf(pairing: DriftPairing): ReadonlyMap<string, { readonly name: string; readonly count: number }> {
  const counts = new Map<string, Map<string, number>>();
  const origins = new Map<string, Set<string>>();
  const vote = (from: string, to: string) => {
    const targets = counts.get(from) ?? new Map<string, number>();
    targets.set(to, (targets.get(to) ?? 0) + 1);
    counts.set(from, targets);
    origins.set(to, (origins.get(to) ?? new Set()).add(from));
  };
  for (const { from, to } of pairing.pairs) {
    if (from.source.bodyHash === to.source.bodyHash) continue;
    const [older, newer] = [from.ownTokens, to.ownTokens];
    if (older.length !== newer.length) continue;
    const differing = older.flatMap((token, index) => (token === newer[index] ? [] : [[token, newer[index] ?? '']]));
    if (differing.some((pair) => pair.some((token) => !IDENTIFIER.test(token)))) continue;
    for (const [older1 = '', newer1 = ''] of differing) vote(older1, newer1);
  }
  const result = new Map<string, { name: string; count: number }>();
  for (const [from, targets] of counts) {
    const [[name, count] = ['', 0], another] = [...targets];
    if (!another && origins.get(name)?.size === 1) result.set(from, { name, count });
  }
  return result;
}

/** Of two lists of tokens, how much is in both: 0..1; 1 only for equal ones. */
function likeness(a: readonly string[], b: readonly string[]): number {
  if (a.length === b.length && a.every((token, index) => token === b[index])) return 1;
  const left = new Map<string, number>();
  for (const token of b) left.set(token, (left.get(token) ?? 0) + 1);
  let common = 0;
  for (const token of a) {
    const count = left.get(token) ?? 0;
    if (count === 0) continue;
    left.set(token, count - 1);
    common++;
  }
  return Math.min(0.99, (2 * common) / (a.length + b.length));
}
