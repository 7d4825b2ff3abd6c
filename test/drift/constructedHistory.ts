import { Grammars } from '@hindcast/server/source/grammars';
import { languageOfPath } from '@hindcast/server/source/languages';
import { SourceFile } from '@hindcast/server/source/sourceFile';
import type { LocatedFunction } from '@hindcast/server/source/sourceFunction';
import { format } from 'prettier';
import type { Files } from './gitHistory.js';
import { placeOf, type Place, type Truth } from './truth.js';

/**
 * A project whose functions carry numbers: a comment in each body, which every change carries along, and which is taken out
 * before anyone else sees the text. Where a number is before and after is the truth, whatever was done in between.
 */
export type MarkedFiles = Map<string, string>;

const MARK = /\/\*@(\d+)@\*\/[ \t]*(?:\n[ \t]*(?=\/\*@))?/g;
const grammars = new Grammars();

export async function functionsOf(path: string, text: string): Promise<readonly LocatedFunction[]> {
  const language = languageOfPath(path);
  if (!language) return [];
  const file = await SourceFile.open(grammars, language, text);
  const { functions } = file;
  file.close();
  return functions;
}

/** Gives every function a number. */
export async function mark(files: Files): Promise<MarkedFiles> {
  const marked: MarkedFiles = new Map();
  let next = 1;
  for (const [path, text] of files) {
    let result = text;
    const functions = [...(await functionsOf(path, text))].sort((a, b) => b.bodyStart - a.bodyStart);
    for (const { bodyStart } of functions) {
      const at = text[bodyStart] === '{' ? bodyStart + 1 : bodyStart;
      result = `${result.slice(0, at)}/*@${next++}@*/${result.slice(at)}`;
    }
    marked.set(path, result);
  }
  return marked;
}

/** The text that everyone else sees. */
export function unmarked(files: ReadonlyMap<string, string>): Files {
  return new Map([...files].map(([path, text]) => [path, text.replace(MARK, '')]));
}

/** Where each number is. A number that is in no function of its own, or twice, is in `unclear`. */
async function places(files: ReadonlyMap<string, string>): Promise<{ at: Map<number, Place>; unclear: Set<number> }> {
  const at = new Map<number, Place>();
  const unclear = new Set<number>();
  for (const [path, text] of files) {
    const functions = await functionsOf(path, text.replace(MARK, ''));
    const taken = new Map<LocatedFunction, number>();
    let removed = 0;
    for (const match of text.matchAll(MARK)) {
      const id = Number(match[1]);
      const offset = match.index - removed;
      removed += match[0].length;
      const own = functions.filter(({ bodyStart, end }) => bodyStart <= offset && offset < end).at(-1);
      const other = own && taken.get(own);
      if (!own || other !== undefined || at.has(id)) {
        unclear.add(id);
        if (other !== undefined) unclear.add(other);
      } else {
        taken.set(own, id);
        at.set(id, placeOf({ file: path, line: own.line, column: own.column }));
      }
    }
  }
  return { at, unclear };
}

/** What became of each number. */
export async function truthOf(from: MarkedFiles, to: MarkedFiles): Promise<Truth> {
  const [older, newer] = [await places(from), await places(to)];
  const pairs = new Map<Place, Place>();
  const gone = new Set<Place>();
  const added = new Set<Place>();
  const isUnclear = (id: number) => older.unclear.has(id) || newer.unclear.has(id);
  for (const [id, place] of older.at) {
    if (isUnclear(id)) continue;
    const target = newer.at.get(id);
    if (target === undefined) gone.add(place);
    else pairs.set(place, target);
  }
  for (const [id, place] of newer.at) if (!isUnclear(id) && !older.at.has(id)) added.add(place);
  return { pairs, gone, added };
}

/** A sequence of numbers that is the same every time. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Change = (files: MarkedFiles, random: (below: number) => number, foreign: MarkedFiles) => Promise<MarkedFiles>;

const pick = <T>(list: readonly T[], random: (below: number) => number): T | undefined => list[random(list.length)];

/** Function declarations at the left margin, with their whole text. */
async function declarations(path: string, text: string): Promise<{ start: number; end: number; name: string }[]> {
  return (await functionsOf(path, text))
    .filter(
      ({ start, name }) =>
        (start === 0 || text[start - 1] === '\n') &&
        /^(?:async )?function\b/.test(text.slice(start)) &&
        /^\w+$/.test(name),
    )
    .map(({ start, end, name }) => ({ start, end, name }));
}

/** Methods and other functions that stand alone on their lines, with what surrounds them being the same. */
async function siblings(path: string, text: string): Promise<{ start: number; end: number; group: string }[]> {
  return (await functionsOf(path, text)).flatMap(({ start, end, name }) => {
    const indent = /(?:^|\n)([ \t]*)$/.exec(text.slice(Math.max(0, start - 40), start))?.[1];
    const endsLine = /^[ \t]*(?:\n|$)/.test(text.slice(end, end + 40));
    const group = name.split('.').slice(0, -1).join('.');
    return indent !== undefined && endsLine && !name.includes('<') ? [{ start, end, group: `${indent}|${group}` }] : [];
  });
}

/** Applies a change to about one in `every` files; to one at least. */
async function toSome(
  files: MarkedFiles,
  random: (below: number) => number,
  every: number,
  change: (path: string, text: string) => Promise<string>,
): Promise<MarkedFiles> {
  const result: MarkedFiles = new Map(files);
  const chosen = [...files.keys()].filter(() => random(every) === 0);
  for (const path of chosen.length > 0 ? chosen : [...files.keys()].slice(0, 1)) {
    result.set(path, await change(path, files.get(path) ?? ''));
  }
  return result;
}

const words = ['context', 'payload', 'cursor', 'handle', 'bucket', 'ledger', 'window', 'offset', 'session', 'quota'];

/** What people do to programs. Each keeps the numbers where their functions go. */
export const changes: Readonly<Record<string, Change>> = {
  async editBodies(files, random) {
    return toSome(files, random, 2, async (path, text) => {
      const bodies = (await functionsOf(path, text)).filter(({ bodyStart }) => text[bodyStart] === '{');
      let result = text;
      for (const { bodyStart, end } of [...bodies].sort((a, b) => b.bodyStart - a.bodyStart)) {
        if (random(4) !== 0) continue;
        const word = pick(words, random) ?? '';
        const body = result.slice(bodyStart, end);
        const lines = body.split('\n');
        const at = 1 + random(Math.max(1, lines.length - 2));
        const isStatement = (line: string | undefined) =>
          /^\s*[\w.]+(?:\([\w., ]*\)| = [\w., ]+);\s*$/.test(line ?? '');
        const kind = random(3);
        let edited = body;
        if (kind === 0)
          edited = body.replace(/(\/\*@\d+@\*\/)/, `$1 if (!${word}.ready) ${word}.count += ${random(900)};`);
        else if (kind === 1) edited = body.replace(/\b(\d+)\b(?!@)/, (digits) => String(Number(digits) + 1));
        else if (isStatement(lines[at])) edited = lines.filter((_, index) => index !== at).join('\n');
        result = result.slice(0, bodyStart) + edited + result.slice(end);
      }
      return result;
    });
  },
  async renameLocals(files, random) {
    return toSome(files, random, 2, (_, text) => {
      const locals = [...text.matchAll(/\b(?:const|let|var) ([a-z]\w{2,})\b/g)].map((match) => match[1] ?? '');
      const local = pick(locals, random);
      const next = `${pick(words, random) ?? ''}${random(100)}`;
      return Promise.resolve(local ? text.replace(new RegExp(`(?<![.\\w$'"])${local}(?![\\w$'":])`, 'g'), next) : text);
    });
  },
  async renameFunctions(files, random) {
    const names = new Set<string>();
    for (const [path, text] of files) {
      for (const { name } of await functionsOf(path, text)) {
        const last = name.split('.').at(-1) ?? '';
        if (/^[a-z]\w{3,}$/.test(last) && last !== 'constructor' && random(12) === 0) names.add(last);
      }
    }
    const result: MarkedFiles = new Map(files);
    for (const name of [...names].slice(0, 12)) {
      const next = `${pick(['do', 'perform', 'apply', 'run'], random) ?? ''}${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`;
      for (const [path, text] of result)
        result.set(path, text.replace(new RegExp(`(?<![\\w$])${name}(?![\\w$])`, 'g'), next));
    }
    return result;
  },
  async reorder(files, random) {
    return toSome(files, random, 2, async (path, text) => {
      const all = await siblings(path, text);
      const groups = [...new Set(all.map(({ group }) => group))].map((name) =>
        all.filter(({ group }) => group === name),
      );
      let result = text;
      const swaps = groups.flatMap((group) => {
        const [a, b] = [pick(group, random), pick(group, random)];
        return a && b && a.end < b.start && random(2) === 0 ? [[a, b] as const] : [];
      });
      const [swap] = swaps;
      if (swap) {
        const [a, b] = swap;
        result =
          text.slice(0, a.start) +
          text.slice(b.start, b.end) +
          text.slice(a.end, b.start) +
          text.slice(a.start, a.end) +
          text.slice(b.end);
      }
      return result;
    });
  },
  async moveToOtherFile(files, random) {
    const result: MarkedFiles = new Map(files);
    for (const path of [...files.keys()].filter(() => random(4) === 0)) {
      const text = result.get(path) ?? '';
      const moved = pick(await declarations(path, text), random);
      const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
      const target =
        random(2) === 0 ? `${folder}shared${path.slice(path.lastIndexOf('.'))}` : pick([...result.keys()], random);
      if (!moved || target === undefined || target === path) continue;
      result.set(path, text.slice(0, moved.start) + text.slice(moved.end));
      result.set(target, `${result.get(target) ?? ''}\n${text.slice(moved.start, moved.end)}\n`);
    }
    return result;
  },
  renameFiles(files, random) {
    return Promise.resolve(
      new Map(
        [...files].map(([path, text]) => [
          random(4) === 0 ? path.replace(/([^/]+)$/, (name) => `core/new-${name}`) : path,
          text,
        ]),
      ),
    );
  },
  async reformat(files, random) {
    const style = {
      printWidth: 60 + random(80),
      semi: random(2) === 0,
      singleQuote: random(2) === 0,
      useTabs: random(2) === 0,
    };
    return toSome(files, random, 2, async (path, text) => {
      try {
        return await format(text, { ...style, filepath: path, arrowParens: random(2) === 0 ? 'avoid' : 'always' });
      } catch {
        // Not every text is one that prettier reads.
        return text;
      }
    });
  },
  async removeFunctions(files, random) {
    return toSome(files, random, 3, async (path, text) => {
      const removed = pick(await declarations(path, text), random);
      return removed ? text.slice(0, removed.start) + text.slice(removed.end) : text;
    });
  },
  async addFunctions(files, random, foreign) {
    const entries = [...foreign];
    return toSome(files, random, 2, async (path, text) => {
      const [other, otherText] = pick(entries, random) ?? ['', ''];
      const added = pick(await declarations(other, otherText), random);
      return added && other.endsWith(path.slice(path.lastIndexOf('.')))
        ? `${text}\n${otherText.slice(added.start, added.end)}\n`
        : text;
    });
  },
  /** As an editor on another system, or `core.autocrlf`, would have it. */
  lineEndings(files) {
    return Promise.resolve(new Map([...files].map(([path, text]) => [path, text.replace(/\r?\n/g, '\r\n')])));
  },
  tabs(files) {
    const indented = (spaces: string) => '\t'.repeat(spaces.length / 2) + ' '.repeat(spaces.length % 2);
    return Promise.resolve(new Map([...files].map(([path, text]) => [path, text.replace(/^ +/gm, indented)])));
  },
  /** The later half of a file's functions gets a file of its own. */
  async splitFiles(files, random) {
    const result: MarkedFiles = new Map(files);
    for (const [path, text] of files) {
      const all = await declarations(path, text);
      if (all.length < 2 || random(2) !== 0) continue;
      const moved = all.slice(Math.ceil(all.length / 2)).reverse();
      const rest = moved.reduce((left, { start, end }) => left.slice(0, start) + left.slice(end), text);
      result.set(path, rest);
      const parts = moved.map(({ start, end }) => text.slice(start, end)).reverse();
      result.set(path.replace(/(\.\w+)$/, '-part$1'), `${parts.join('\n\n')}\n`);
    }
    return result;
  },
  /** A convention for names is introduced: every function gets a new one. */
  async renameAll(files) {
    const names = new Set<string>();
    for (const [path, text] of files) {
      for (const { name } of await functionsOf(path, text)) {
        const last = name.split('.').at(-1) ?? '';
        if (/^[a-z]\w{3,}$/.test(last) && last !== 'constructor') names.add(last);
      }
    }
    const pattern = new RegExp(`(?<![\\w$])(${[...names].join('|')})(?![\\w$])`, 'g');
    return new Map([...files].map(([path, text]) => [path, text.replace(pattern, 'hc_$1')]));
  },
  /** Methods leave their classes and become functions of the file. */
  async classesToFunctions(files) {
    const result: MarkedFiles = new Map();
    for (const [path, text] of files) {
      const methods = (await functionsOf(path, text)).filter(
        ({ start, end, name }) =>
          /^[A-Z]\w*\.\w+$/.test(name) &&
          /^[a-z]\w*\s*\(/.test(text.slice(start, end)) &&
          !name.endsWith('.constructor'),
      );
      const rest = methods.toReversed().reduce((left, { start, end }) => left.slice(0, start) + left.slice(end), text);
      const functions = methods.map(({ start, end }) => `function ${text.slice(start, end)}\n`);
      result.set(path, [rest, ...functions].join('\n'));
    }
    return result;
  },
};
