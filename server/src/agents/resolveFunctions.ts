import type { Scope } from '../collector/scope.js';
import type { Unmatched } from './answer.js';
import { fromProduction, ownText } from './productionText.js';
import { factsOfFiles, type FactSources, type LocatedFacts } from './runtimeFacts.js';
import type { WorkspaceFile } from './workspaceSource.js';

/** Functions of one name that are answered. */
const MAX_OF_A_NAME = 5;

/** What is asked for, located in the working tree. */
export interface ResolvedFunctions {
  /** Each with how it was asked for. */
  readonly found: readonly (LocatedFacts & { readonly asked: string })[];
  readonly unmatched: readonly Unmatched[];
}

interface Place {
  readonly file: WorkspaceFile;
  readonly index: number;
}

/**
 * Finds what questions name: `name`, `Class.name`, `path:name`, `path#name`, `path:line`. A name that several functions have is
 * answered with all of them, at most five, and says so; one that none has is never answered with another's facts.
 */
export async function resolveFunctions(
  asked: readonly string[],
  scope: Scope,
  sources: FactSources,
  signal?: AbortSignal,
): Promise<ResolvedFunctions> {
  const places = new Map<string, readonly Place[]>();
  const unmatched: Unmatched[] = [];
  for (const question of asked) {
    signal?.throwIfAborted();
    const found = await locate(question, sources);
    if (typeof found === 'string') unmatched.push({ asked: fromProduction(question, 80), reason: found });
    else places.set(question, found);
  }
  const files = [...new Set([...places.values()].flat().map(({ file }) => file))];
  const facts = new Map(
    (await factsOfFiles(files, scope, sources, signal)).map((each) => [each.file, each.facts] as const),
  );
  const found = [...places].flatMap(([question, list]) => {
    if (list.length > MAX_OF_A_NAME) {
      unmatched.push({
        asked: fromProduction(question, 80),
        reason: `${list.length} functions have this name; the ${MAX_OF_A_NAME} that are called most are shown. Name one as path:name or path:line.`,
      });
    }
    return list
      .flatMap(({ file, index }) => {
        const own = facts.get(file)?.functions[index];
        const fileFacts = facts.get(file);
        return own && fileFacts ? [{ asked: question, file, facts: fileFacts, own }] : [];
      })
      .sort((a, b) => callsOf(b) - callsOf(a))
      .slice(0, MAX_OF_A_NAME);
  });
  return { found, unmatched };
}

function callsOf({ own }: LocatedFacts): number {
  return own.services.reduce((sum, { facts }) => sum + (facts?.calls ?? 0), 0);
}

/** The places that a question fits, or a sentence that says why there are none. */
async function locate(question: string, { workspace }: FactSources): Promise<readonly Place[] | string> {
  const { path, name, line } = parseQuestion(question);
  if (path === undefined) {
    const places = await placesOfName(name, workspace);
    return places.length > 0
      ? places
      : `No function of this name is in the repository. Names are as written, such as Cart.total; find_functions with text searches what runs.`;
  }
  const paths = await workspace.filesNamed(path);
  const [only, another] = paths;
  if (only === undefined) return 'There is no such source file in the repository.';
  if (another !== undefined) {
    return `Several files fit: ${paths
      .slice(0, 4)
      .map((each) => ownText(each))
      .join(', ')}. Name one of them.`;
  }
  const file = await workspace.open(only);
  if (!file) return 'The file cannot be read as source: it is too large or in a language that is not read.';
  const places = file.source.parsed.functions.flatMap((own, index) => {
    const fits = line === undefined ? fitsName(own.name, name) : own.line <= line && line <= own.endLine;
    return fits ? [{ file, index }] : [];
  });
  // Of functions that stand in each other, the innermost is meant.
  const fitting = line === undefined ? exactFirst(places, name) : places.slice(-1);
  if (fitting.length > 0) return fitting;
  return line === undefined
    ? `No function of this name is in ${ownText(only)}.`
    : `Line ${line} of ${ownText(only)} is in no function.`;
}

function parseQuestion(question: string): { path?: string; name: string; line?: number } {
  const text = question.trim();
  const [, path, rest] = /^([^:#]*[./][^:#]*)[:#](.+)$/.exec(text) ?? [];
  if (path !== undefined && rest !== undefined) {
    return /^L?\d+$/.test(rest) ? { path, name: '', line: Number(rest.replace('L', '')) } : { path, name: rest };
  }
  return { name: text };
}

async function placesOfName(name: string, workspace: FactSources['workspace']): Promise<readonly Place[]> {
  const words = name.match(/[\p{L}\p{N}_$]{2,}/gu) ?? [];
  const [last] = words.slice(-1);
  if (last === undefined) return [];
  const places: Place[] = [];
  for (const path of await workspace.filesWith(last)) {
    const file = await workspace.open(path);
    file?.source.parsed.functions.forEach((own, index) => {
      if (fitsName(own.name, name)) places.push({ file, index });
    });
  }
  return exactFirst(places, name);
}

/** Whole names before names that only end so. */
function exactFirst(places: readonly Place[], name: string): readonly Place[] {
  const wanted = plain(name);
  const exact = places.filter(({ file, index }) => plain(file.source.parsed.functions[index]?.name ?? '') === wanted);
  return exact.length > 0 ? exact : places;
}

/** `Cart.total` and `total` are both names of `Cart.total`; brackets that an answer had to change fit too. */
function fitsName(name: string, asked: string): boolean {
  const own = plain(name);
  const wanted = plain(asked);
  return own === wanted || (wanted !== '' && own.endsWith(`.${wanted}`)) || own.split(/::|#|\//).at(-1) === wanted;
}

function plain(name: string): string {
  return name.trim().replaceAll('‹', '<').replaceAll('›', '>').replace(/\(\)$/, '');
}
