import type { FunctionFacts } from '../collector/facts.js';
import type { SourceFunction } from '../source/sourceFunction.js';
import { namesInFile } from './namesInFile.js';

export interface FunctionMatch {
  /**
   * `edited`: the numbers were measured on another text than the one that is open, whatever else was changed. `renamed`
   * and `moved`: on the same text under another name, or at another place.
   */
  readonly kind: 'same' | 'moved' | 'renamed' | 'edited';
  /** `exact`: nothing else is possible; `high`: nothing else fits; `low`: the likeliest, and it may be wrong. */
  readonly confidence: 'exact' | 'high' | 'low';
  /** One sentence. */
  readonly reason: string;
}

export interface MatchedFunction {
  readonly source: SourceFunction;
  readonly facts: FunctionFacts;
  readonly match: FunctionMatch;
}

export interface UnmatchedFunction {
  readonly source: SourceFunction;
  /** One sentence: why no deployed function is its. */
  readonly reason: string;
}

/** Every source function and every deployed function, each exactly once. */
export interface FileMatch {
  readonly matched: readonly MatchedFunction[];
  /** Functions of the open text that the deployment does not have, or that cannot be told apart. */
  readonly unmatched: readonly UnmatchedFunction[];
  /** Functions of the deployment that the open text does not have. */
  readonly gone: readonly FunctionFacts[];
}

/**
 * Joins the functions of the open text to those of one deployed file: deterministic, and never two to one. The rules are in
 * docs/adr/005-matching.md.
 * @param sameText whether the open text is the deployed text
 */
export function matchFunctions(
  source: readonly SourceFunction[],
  deployed: readonly FunctionFacts[],
  sameText: boolean,
): FileMatch {
  const pairing = new Pairing(source, deployed);
  if (sameText) matchByPosition(pairing);
  else matchByNameAndBody(pairing);
  return pairing.result(sameText);
}

/** What is not joined yet, and what is. */
class Pairing {
  readonly #all: readonly SourceFunction[];
  readonly #source: Set<SourceFunction>;
  readonly #deployed: Set<FunctionFacts>;
  readonly #matches = new Map<SourceFunction, MatchedFunction>();
  readonly #names: ReadonlyMap<FunctionFacts, string>;

  constructor(source: readonly SourceFunction[], deployed: readonly FunctionFacts[]) {
    this.#all = source;
    this.#source = new Set(source);
    this.#names = namesInFile(source, deployed);
    this.#deployed = new Set([...deployed].sort((a, b) => a.id.line - b.id.line || a.id.column - b.id.column));
  }

  /** The name that a reported function has in its file. */
  nameOf(facts: FunctionFacts): string {
    return this.#names.get(facts) ?? facts.id.name;
  }

  join(source: SourceFunction, facts: FunctionFacts, match: FunctionMatch): void {
    if (!this.#source.delete(source) || !this.#deployed.delete(facts)) throw new Error('A function was joined twice.');
    this.#matches.set(source, { source, facts, match });
  }

  /** What is left on both sides, by a key; functions without a key are left out. In the order of the texts. */
  groups(
    sourceKey: (source: SourceFunction) => string | undefined,
    deployedKey: (facts: FunctionFacts) => string | undefined,
  ): { source: SourceFunction[]; deployed: FunctionFacts[] }[] {
    const groups = new Map<string, { source: SourceFunction[]; deployed: FunctionFacts[] }>();
    const group = (key: string) => {
      const existing = groups.get(key) ?? { source: [], deployed: [] };
      groups.set(key, existing);
      return existing;
    };
    for (const source of this.#source) {
      const key = sourceKey(source);
      if (key !== undefined) group(key).source.push(source);
    }
    for (const facts of this.#deployed) {
      const key = deployedKey(facts);
      if (key !== undefined) group(key).deployed.push(facts);
    }
    return [...groups.values()].filter(({ source, deployed }) => source.length > 0 && deployed.length > 0);
  }

  result(sameText: boolean): FileMatch {
    const names = new Set([...this.#deployed].map((facts) => this.nameOf(facts)));
    const reason = ({ name }: SourceFunction) => {
      if (names.has(name)) return 'Several functions have this name, and nothing tells which of them this one is.';
      return sameText
        ? 'The deployment did not report this function of the file.'
        : 'It is not in the deployed version of this file.';
    };
    return {
      matched: this.#all.flatMap((source) => this.#matches.get(source) ?? []),
      unmatched: [...this.#source].map((source) => ({ source, reason: reason(source) })),
      gone: [...this.#deployed],
    };
  }
}

/** The open text is the deployed text: only compilers can have moved what was reported. */
function matchByPosition(pairing: Pairing): void {
  const exact: FunctionMatch = { kind: 'same', confidence: 'exact', reason: 'The open text is the deployed text.' };
  const near = (reason: string): FunctionMatch => ({ kind: 'same', confidence: 'high', reason });
  const place = ({ line, column }: { line: number; column: number }) => `${line}:${column}`;
  const line = (id: { line: number }) => String(id.line);

  // A compiler may map two functions to one place: the one of the right name first.
  for (const group of pairing.groups(
    (source) => `${place(source)} ${source.name}`,
    (facts) => `${place(facts.id)} ${pairing.nameOf(facts)}`,
  )) {
    const [source] = group.source;
    const [facts] = group.deployed;
    if (source && facts) pairing.join(source, facts, exact);
  }
  for (const { source, deployed } of pairing.groups(place, ({ id }) => place(id))) {
    const [only] = source;
    const [facts, another] = deployed;
    if (only && facts && !another) {
      pairing.join(only, facts, {
        ...exact,
        reason: `The open text is the deployed text, reported as ${facts.id.name}.`,
      });
    }
  }
  for (const { source, deployed } of pairing.groups(
    (own) => `${line(own)} ${own.name}`,
    (facts) => `${line(facts.id)} ${pairing.nameOf(facts)}`,
  )) {
    joinInOrder(pairing, source, deployed, (isOnly) => ({
      ...near('The same line and name of the deployed text; the column moved when it was compiled.'),
      confidence: isOnly ? 'high' : 'low',
    }));
  }
  for (const { source, deployed } of pairing.groups(line, ({ id }) => line(id))) {
    if (source.length === 1 && deployed.length === 1) {
      joinInOrder(pairing, source, deployed, () =>
        near('The only function that is left on this line of the deployed text.'),
      );
    }
  }
  for (const { source, deployed } of pairing.groups(
    (own) => own.name,
    (facts) => pairing.nameOf(facts),
  )) {
    if (source.length === 1 && deployed.length === 1) {
      joinInOrder(pairing, source, deployed, () =>
        near('The only function of this name in the deployed text; its line moved when it was compiled.'),
      );
    }
  }
}

/** The open text is another one: names say who it is, bodies say whether it was changed. */
function matchByNameAndBody(pairing: Pairing): void {
  for (const { source, deployed } of pairing.groups(
    ({ name, bodyHash }) => (bodyHash === '' ? undefined : `${bodyHash} ${name}`),
    (facts) => (facts.id.bodyHash === '' ? undefined : `${facts.id.bodyHash} ${pairing.nameOf(facts)}`),
  )) {
    joinInOrder(pairing, source, deployed, (isOnly, own, { id }) => {
      const stayed = own.line === id.line && own.column === id.column;
      return {
        kind: stayed ? 'same' : 'moved',
        confidence: isOnly ? 'high' : 'low',
        reason: isOnly
          ? `The same name and the same body as in the deployed version${stayed ? '' : `, there on line ${id.line}`}.`
          : 'One of several with this name and this body, in their order.',
      };
    });
  }
  const namesBefore = countNames(pairing);
  for (const { source, deployed } of pairing.groups(
    (own) => own.name,
    (facts) => pairing.nameOf(facts),
  )) {
    joinInOrder(pairing, source, deployed, (isOnly, own, { id }) => {
      const stayed = own.line === id.line;
      if (id.bodyHash === '') {
        return {
          kind: stayed ? 'same' : 'moved',
          confidence: 'low',
          reason: 'The same name; whether its body is the deployed one is not known.',
        };
      }
      const unique = isOnly && namesBefore.get(own.name) === 1;
      return {
        kind: 'edited',
        confidence: unique ? 'high' : 'low',
        reason: unique
          ? 'The only function of this name; its body has changed since.'
          : 'One of several of this name, in their order; its body has changed since.',
      };
    });
  }
}

/** How many functions of each name are on the fuller side, of those that are left. */
function countNames(pairing: Pairing): Map<string, number> {
  const groups = pairing.groups(
    (own) => own.name,
    (facts) => pairing.nameOf(facts),
  );
  return new Map(
    groups.map(({ source, deployed }) => [source[0]?.name ?? '', Math.max(source.length, deployed.length)]),
  );
}

/** Joins two groups first to first; not at all when their sizes differ, for then nobody can say who is missing. */
function joinInOrder(
  pairing: Pairing,
  source: readonly SourceFunction[],
  deployed: readonly FunctionFacts[],
  match: (isOnly: boolean, source: SourceFunction, facts: FunctionFacts) => FunctionMatch,
): void {
  if (source.length !== deployed.length) return;
  for (const [index, own] of source.entries()) {
    const facts = deployed[index];
    if (facts) pairing.join(own, facts, match(source.length === 1, own, facts));
  }
}
