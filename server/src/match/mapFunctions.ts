import { DriftPairing, nameIn, type DriftPair } from './driftPairing.js';
import { FeatureTable } from './featureTable.js';
import type { FunctionText } from './functionText.js';
import { joinRenamedWithCalls } from './renamedNames.js';
import { Similarity } from './similarity.js';

/** Every function of both texts, each exactly once. */
export interface FunctionMap {
  readonly pairs: readonly DriftPair[];
  readonly gone: readonly FunctionText[];
  readonly added: readonly FunctionText[];
}

/** Shorter texts are found again under another name only with other signs: `return false` is in many functions. */
const MIN_TELLING_TOKENS = 10;
/** What has as many tokens and is there once on both sides is surely the same. */
const MIN_SURE_TOKENS = 24;
const MAX_ROUNDS = 4;

/**
 * Which function of an older text is which of a newer. Rules, most certain first, each takes what the ones before left over;
 * they are explained in docs/drift.md. Deterministic, and never two to one.
 * @param renamedFiles older to newer path, as git followed them
 */
export function mapFunctions(
  from: readonly FunctionText[],
  to: readonly FunctionText[],
  renamedFiles: ReadonlyMap<string, string> = new Map(),
): FunctionMap {
  const pairing = new DriftPairing(from, to, renamedFiles);
  joinUntouched(pairing, from, to);
  const features = new FeatureTable();
  // Renamed containers are known only after some of their functions were found: what is left then has another try.
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = pairing.from.length;
    joinSameNameAndText(pairing);
    joinSameTextElsewhere(pairing);
    if (pairing.from.length > 0 && pairing.to.length > 0) {
      const similarity = new Similarity(pairing.from, pairing.to, features);
      joinSameName(pairing, similarity);
      joinSimilar(pairing, similarity);
      joinRenamedWithCalls(pairing);
    }
    if (pairing.from.length === before || pairing.from.length === 0) break;
  }
  return { pairs: pairing.pairs, gone: pairing.from, added: pairing.to };
}

/** The most of most texts: the same name and body, once on both sides. A shortcut, for this runs with every key that is pressed. */
function joinUntouched(pairing: DriftPairing, from: readonly FunctionText[], to: readonly FunctionText[]): void {
  const key = (own: FunctionText) => `${nameIn(own)}\u0002${own.source.bodyHash}`;
  const once = (side: readonly FunctionText[]) => {
    const found = new Map<string, FunctionText | undefined>();
    for (const own of side) found.set(key(own), found.has(key(own)) ? undefined : own);
    return found;
  };
  const newer = once(to);
  for (const [text, own] of once(from)) {
    const other = newer.get(text);
    if (own && other) pairing.join(own, other, 'high', sameReason('the same body', own, other));
  }
}

function sameReason(what: string, from: FunctionText, to: FunctionText): string {
  return `The same name and ${what} as in the deployed version${place(from, to)}.`;
}

interface Group {
  readonly from: readonly FunctionText[];
  readonly to: readonly FunctionText[];
}

/** What is left on both sides, by a key. In the order of the texts. */
function groups(
  pairing: DriftPairing,
  fromKey: (own: FunctionText) => string,
  toKey: (own: FunctionText) => string = fromKey,
): Group[] {
  const found = new Map<string, { from: FunctionText[]; to: FunctionText[] }>();
  for (const own of pairing.from) {
    const key = fromKey(own);
    const group = found.get(key);
    if (group) group.from.push(own);
    else found.set(key, { from: [own], to: [] });
  }
  for (const own of pairing.to) found.get(toKey(own))?.to.push(own);
  return [...found.values()].filter(({ to }) => to.length > 0);
}

function place(from: FunctionText, to: FunctionText): string {
  if (from.file !== to.file) return `, there in ${from.file} on line ${from.source.line}`;
  return from.source.line === to.source.line ? '' : `, there on line ${from.source.line}`;
}

function joinSameNameAndText(pairing: DriftPairing): void {
  const texts: [(own: FunctionText) => string, string][] = [
    [({ source }) => source.bodyHash, 'the same body'],
    [({ key }) => key, 'the same text, laid out otherwise,'],
  ];
  for (const [text, what] of texts) {
    // Comparing layouts costs more: only where the names agree.
    const names = new Set(pairing.to.map(({ qualifiedName }) => qualifiedName));
    const keyOf = (name: string, own: FunctionText) => (names.has(name) ? `${name}\u0002${text(own)}` : '\u0002');
    for (const group of groups(
      pairing,
      (own) => keyOf(pairing.mappedName(own), own),
      (own) => keyOf(own.qualifiedName, own),
    )) {
      const [from] = group.from;
      const [to] = group.to;
      if (!from || !to || pairing.mappedName(from) !== to.qualifiedName) continue;
      if (group.from.length === 1 && group.to.length === 1) {
        pairing.join(from, to, 'high', sameReason(what, from, to));
      } else if (group.from.length === group.to.length) {
        joinInOrder(pairing, group, 'One of several with this name and this text, in their order.');
      }
    }
  }
}

function joinInOrder(pairing: DriftPairing, { from, to }: Group, reason: string): void {
  for (const [index, own] of from.entries()) {
    const other = to[index];
    if (other) pairing.join(own, other, 'low', reason);
  }
}

/** The whole text again, once on both sides, under another name or in another container. */
function joinSameTextElsewhere(pairing: DriftPairing): void {
  joinOnlyOfText(pairing, ({ source }) => source.bodyHash);
  joinOnlyOfText(pairing, ({ key }) => key);
}

function joinOnlyOfText(pairing: DriftPairing, text: (own: FunctionText) => string): void {
  const namesFrom = new Map(pairing.from.map((own) => [pairing.mappedName(own), own]));
  const namesTo = new Map(pairing.to.map((own) => [own.qualifiedName, own]));
  for (const group of groups(pairing, text)) {
    const [from, another] = group.from;
    const [to, anotherTo] = group.to;
    if (!from || !to || another || anotherTo) continue;
    const isSameLast = from.lastSegment === to.lastSegment && from.isNamed;
    const tokens = from.tokens.length;
    if (tokens < MIN_TELLING_TOKENS && !isSameLast) continue;
    // Its own name is still there, or the other one was there before: copied, swapped, or wrapped.
    const namesake = namesTo.get(pairing.mappedName(from));
    const before = namesFrom.get(to.qualifiedName);
    if ((namesake && pairing.hasTo(namesake)) || (before && pairing.has(before))) continue;
    const isSure = tokens >= MIN_SURE_TOKENS;
    pairing.join(
      from,
      to,
      isSure ? 'high' : 'low',
      `The same text as ${from.source.name} in the deployed version, and the only one${place(from, to)}.`,
    );
  }
}

/** The same name, another text. */
function joinSameName(pairing: DriftPairing, similarity: Similarity): void {
  const rivals = rivalsOf(pairing, similarity);
  for (const group of groups(
    pairing,
    (own) => pairing.mappedName(own),
    ({ qualifiedName }) => qualifiedName,
  )) {
    const [from] = group.from;
    const [to] = group.to;
    if (group.from.length === 1 && group.to.length === 1 && from && to) {
      joinNamesakes(pairing, similarity, rivals(from, to), from, to);
    } else {
      joinAmongNamesakes(pairing, similarity, group);
    }
  }
}

/** The greatest similarity that one of the two has to something else. */
function rivalsOf(pairing: DriftPairing, similarity: Similarity): (from: FunctionText, to: FunctionText) => number {
  const best = new Map<FunctionText, { from: FunctionText; similarity: number }[]>();
  for (const from of pairing.from) {
    for (const candidate of similarity.candidates(from)) {
      const known = best.get(candidate.to) ?? [];
      known.push({ from, similarity: candidate.similarity });
      best.set(candidate.to, known);
    }
  }
  return (from, to) =>
    Math.max(
      0,
      ...similarity.candidates(from).map((candidate) => (candidate.to === to ? 0 : candidate.similarity)),
      ...(best.get(to) ?? []).map((candidate) => (candidate.from === from ? 0 : candidate.similarity)),
    );
}

function joinNamesakes(
  pairing: DriftPairing,
  similarity: Similarity,
  rival: number,
  from: FunctionText,
  to: FunctionText,
): void {
  const alike = similarity.of(from, to);
  const isOnly = pairing.isOnlyOfName(from, to);
  const percent = `${Math.floor(alike * 100)} % alike`;
  if (from.isNamed) {
    const isWrapped = similarity
      .candidates(from)
      .some((candidate) => candidate.similarity >= 0.4 && isNestedIn(candidate.to, to));
    // Another function is much more like it: it was probably renamed, and something new took its name.
    if (!isWrapped && rival >= 0.5 && rival > alike + 0.2) return;
    // When something else is more like it, such as a copy or a function that was put around its body, names decide, unsurely.
    const isSure = isOnly && !isWrapped && rival <= alike && (alike >= 0.4 || rival < 0.3);
    pairing.join(
      from,
      to,
      isSure ? 'high' : 'low',
      `The only function of this name; its text has changed since (${percent})${place(from, to)}.`,
    );
    return;
  }
  // A callback's name says where it is passed, not what it is.
  if (alike < 0.3 || rival > alike - 0.05) return;
  const isSure = isOnly && alike >= 0.6 && rival < alike - 0.2;
  pairing.join(
    from,
    to,
    isSure ? 'high' : 'low',
    `The only function in this place; its text has changed since (${percent})${place(from, to)}.`,
  );
}

function isNestedIn(inner: FunctionText, outer: FunctionText): boolean {
  return (
    inner !== outer &&
    inner.file === outer.file &&
    inner.source.start >= outer.source.start &&
    inner.source.end <= outer.source.end
  );
}

/** Several of one name, such as the callbacks of one call or the overloads of one method. */
function joinAmongNamesakes(pairing: DriftPairing, similarity: Similarity, group: Group): void {
  const row = (others: readonly FunctionText[], of: (other: FunctionText) => number) =>
    others.map((other) => ({ other, alike: of(other) })).sort((a, b) => b.alike - a.alike);
  const accepted = group.from.flatMap((from) => {
    const [best, next] = row(group.to, (to) => similarity.of(from, to));
    if (!best) return [];
    const [back, nextBack] = row(group.from, (other) => similarity.of(other, best.other));
    const margin = best.alike - Math.max(next?.alike ?? 0, nextBack?.alike ?? 0);
    return back?.other === from && best.alike >= 0.5 && margin >= 0.1
      ? [{ from, to: best.other, ...best, margin }]
      : [];
  });
  for (const { from, to, alike, margin } of accepted) {
    const isSure = alike >= 0.85 && margin >= 0.3 && from.ownTokens.length >= MIN_SURE_TOKENS;
    pairing.join(
      from,
      to,
      isSure ? 'high' : 'low',
      `Of several of this name the one that is most alike (${Math.floor(alike * 100)} %)${place(from, to)}.`,
    );
  }
  const left = {
    from: group.from.filter((own) => pairing.has(own)),
    to: group.to.filter((own) => pairing.hasTo(own)),
  };
  const areAlike = left.from.every((own, index) => {
    const other = left.to[index];
    return other !== undefined && similarity.of(own, other) >= 0.4;
  });
  if (left.from.length === left.to.length && areAlike && group.from.length === group.to.length) {
    joinInOrder(pairing, left, 'One of several of this name, in their order; its text has changed since.');
  }
}

/** Other name, other text: what is by far most alike, seen from both sides. */
function joinSimilar(pairing: DriftPairing, similarity: Similarity): void {
  const back = new Map<FunctionText, { from: FunctionText; similarity: number }[]>();
  const forth = new Map<FunctionText, { to: FunctionText; similarity: number }[]>();
  for (const from of pairing.from) {
    const candidates = similarity.candidates(from).filter(({ to }) => pairing.hasTo(to));
    forth.set(from, candidates);
    for (const candidate of candidates) {
      const known = back.get(candidate.to) ?? [];
      known.push({ from, similarity: candidate.similarity });
      back.set(candidate.to, known);
    }
  }
  const names = new Set(pairing.to.map(({ qualifiedName }) => qualifiedName));
  for (const [from, [best, next]] of forth) {
    if (!best) continue;
    const { to, similarity: alike } = best;
    const others = (back.get(to) ?? []).filter((candidate) => candidate.from !== from);
    const rival = Math.max(next?.similarity ?? 0, ...others.map((candidate) => candidate.similarity));
    const margin = alike - rival;
    const tokens = Math.min(from.tokens.length, to.tokens.length);
    const isSameLast = from.lastSegment === to.lastSegment && from.isNamed;
    const isSameContainer = pairing.mappedContainer(from) === to.container;
    const floor =
      isSameLast && from.file === to.file ? 0.45 : isSameContainer && from.isNamed === to.isNamed ? 0.55 : 0.65;
    if (alike < floor || margin < 0.1 || tokens < MIN_TELLING_TOKENS) continue;
    if (tokens < MIN_SURE_TOKENS && alike < floor + 0.15 && !isSameLast) continue;
    // Its own name is taken by another: one of the two is it, and names are the stronger sign.
    const isContested = alike < 1 && names.has(pairing.mappedName(from));
    const isSure =
      !isContested && alike >= 0.85 && margin >= 0.35 && tokens >= 2 * MIN_SURE_TOKENS && from.isNamed === to.isNamed;
    pairing.join(
      from,
      to,
      isSure ? 'high' : 'low',
      `${Math.floor(alike * 100)} % of its text is that of ${from.source.name}, and nothing else is as much alike${place(from, to)}.`,
    );
  }
}
