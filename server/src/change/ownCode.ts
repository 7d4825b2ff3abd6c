import { posix } from 'node:path';
import { byCodeUnit } from '@hindcast/core/assess/byCodeUnit';
import { contentHash } from '../source/contentHash.js';
import { segmentsOf } from '../match/functionText.js';
import type { Grammars } from '../source/grammars.js';
import type { LocatedFunction } from '../source/sourceFunction.js';
import { fileNames, type FileNames } from './fileNames.js';
import { functionShape, type FunctionShape } from './functionShape.js';
import { directlyIn, parseText, type ParsedSide } from './parsedSide.js';

/** Files that do not differ and are read to see what is called in them. */
const MAX_OTHER_FILES = 150;
/** Languages in which a function goes on unless it says that it waits. */
const SAYS_WHEN_IT_WAITS: ReadonlySet<string> = new Set([
  'typescript',
  'tsx',
  'javascript',
  'python',
  'c-sharp',
  'rust',
]);
const ENDINGS = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.py'];

/** A function in a file that was read. */
export interface OwnFunction {
  readonly side: ParsedSide;
  readonly source: LocatedFunction;
}

/** The code of one tree: the files that differ, and those around them that are read when something in them is called. */
export class OwnCode {
  readonly #changed: ReadonlyMap<string, ParsedSide>;
  readonly #others: OtherFiles;
  readonly #names = new WeakMap<ParsedSide, FileNames>();
  readonly #shapes = new WeakMap<LocatedFunction, FunctionShape>();
  readonly #index = new WeakMap<ParsedSide, ReadonlyMap<string, readonly LocatedFunction[]>>();
  readonly #members = new WeakMap<ParsedSide, ReadonlyMap<string, readonly LocatedFunction[]>>();
  /** Callee → what it leads to, from a function; only what no file that is still to be read can change. */
  readonly #resolved = new WeakMap<LocatedFunction, Map<string, OwnFunction | undefined>>();

  /** @param others shared by both trees of a change, for what differs in neither */
  constructor(changed: readonly ParsedSide[], others: OtherFiles) {
    this.#changed = new Map(changed.map((side) => [side.path, side]));
    this.#others = others;
  }

  names(side: ParsedSide): FileNames {
    const found = this.#names.get(side) ?? fileNames(side.parsed.text);
    this.#names.set(side, found);
    return found;
  }

  shape({ side, source }: OwnFunction): FunctionShape {
    const known = this.#shapes.get(source);
    if (known) return known;
    const nested = directlyIn(side.parsed.functions, source);
    const hasAwait = SAYS_WHEN_IT_WAITS.has(side.language.grammar);
    const found = side.source.read((root) => functionShape(root, side.parsed.text, source, nested, hasAwait)) ?? EMPTY;
    this.#shapes.set(source, found);
    return found;
  }

  /** The own function that a call in `from` reaches; undefined when it is none, or may be several. */
  resolve(from: OwnFunction, callee: string): OwnFunction | undefined {
    const known = this.#resolved.get(from.source) ?? new Map<string, OwnFunction | undefined>();
    this.#resolved.set(from.source, known);
    const found = known.get(callee);
    if (found || known.has(callee)) return found;
    const before = this.#others.timesMissed;
    const resolved = this.#find(from, callee);
    if (this.#others.timesMissed === before) known.set(callee, resolved);
    return resolved;
  }

  #find(from: OwnFunction, callee: string): OwnFunction | undefined {
    const isNew = callee.startsWith('new ');
    const parts = callee.replace(/^new /, '').split('.');
    if (isNew) return this.#inModule(from.side, parts, 'constructor');
    const [first = '', ...rest] = parts;
    if (/^(?:this|self|cls|super|@)$/.test(first)) {
      if (rest.length === 1) return this.#member(from, rest[0] ?? '');
      return rest.length === 2 ? this.#madeBy(from.side, rest[0] ?? '', rest[1] ?? '') : undefined;
    }
    if (rest.length === 0) return this.#inScope(from, first) ?? this.#inModule(from.side, [first]);
    if (rest.length !== 1) return undefined;
    return (
      one(from.side, this.#named(from.side, parts.join('.'))) ??
      this.#inModule(from.side, parts) ??
      this.#madeBy(from.side, first, rest[0] ?? '')
    );
  }

  /** A function that is visible by its name alone: nested in one around, else beside it. */
  #inScope({ side, source }: OwnFunction, name: string): OwnFunction | undefined {
    const segments = segmentsOf(source.name);
    for (let end = segments.length; end >= 0; end--) {
      const found = one(side, this.#named(side, [...segments.slice(0, end), name].join('.')));
      if (found) return found.source === source && end === segments.length - 1 ? undefined : found;
    }
    return undefined;
  }

  /** A method of the class around, else the only one of its name in the file. */
  #member({ side, source }: OwnFunction, name: string): OwnFunction | undefined {
    const segments = segmentsOf(source.name);
    for (let end = segments.length - 1; end > 0; end--) {
      const found = one(side, this.#named(side, [...segments.slice(0, end), name].join('.')));
      if (found) return found;
    }
    return one(side, grouped(this.#members, side, (own) => segmentsOf(own.name).at(-1) ?? '').get(name) ?? []);
  }

  /** What a name that is imported from an own file leads to. @param member of the class that it is */
  #inModule(side: ParsedSide, parts: readonly string[], member?: string): OwnFunction | undefined {
    const [first = '', second] = parts;
    const imported = this.names(side).imports.get(first);
    const wanted = member ?? second;
    if (!imported) return member === undefined ? undefined : one(side, this.#named(side, `${first}.${member}`));
    const file = this.#file(side.path, imported.module);
    if (!file) return undefined;
    const path =
      imported.name === '*' ? [wanted] : imported.name === 'default' ? [first, wanted] : [imported.name, wanted];
    const name = path.filter((part) => part !== undefined).join('.');
    const found = one(file, this.#named(file, name));
    if (found || imported.name !== 'default') return found;
    const own =
      /\bexport\s+default\s+(?:async\s+)?(?:function\s*\*?|class)\s+([\p{L}\p{N}_$]+)|\bmodule\.exports\s*=\s*([\p{L}\p{N}_$]+)/u.exec(
        file.parsed.text,
      );
    const exported = own?.[1] ?? own?.[2] ?? 'default';
    return one(file, this.#named(file, [exported, wanted].filter((part) => part !== undefined).join('.')));
  }

  /** The method of what a variable or field was made from. */
  #madeBy(side: ParsedSide, variable: string, method: string): OwnFunction | undefined {
    const type = this.names(side).madeFrom.get(variable);
    if (type === undefined || type.includes('.')) return undefined;
    const local = one(side, this.#named(side, `${type}.${method}`));
    return local ?? this.#inModule(side, [type], method);
  }

  #named(side: ParsedSide, name: string): readonly LocatedFunction[] {
    return grouped(this.#index, side, (own) => segmentsOf(own.name).join('.')).get(name) ?? [];
  }

  #file(from: string, module: string): ParsedSide | undefined {
    for (const path of pathsOf(from, module)) {
      const found = this.#changed.get(path) ?? this.#others.open(path);
      if (found) return found;
    }
    return undefined;
  }
}

/** Files that do not differ, read many at once: one that was not read yet is missing until `readMissing`. */
export class OtherFiles {
  readonly #read: (paths: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly #grammars: Grammars;
  readonly #opened = new Map<string, ParsedSide | undefined>();
  readonly #missing = new Set<string>();
  #timesMissed = 0;

  /** @param changed paths that differ: they are not read here */
  constructor(
    read: (paths: readonly string[]) => Promise<ReadonlyMap<string, string>>,
    grammars: Grammars,
    changed: ReadonlySet<string>,
  ) {
    this.#read = read;
    this.#grammars = grammars;
    for (const path of changed) this.#opened.set(path, undefined);
  }

  /** Undefined when it is not there, or was not read yet. */
  open(path: string): ParsedSide | undefined {
    if (!this.#opened.has(path) && !path.startsWith('../')) {
      this.#missing.add(path);
      this.#timesMissed++;
    }
    return this.#opened.get(path);
  }

  /** How often something was asked for that was not read yet: an answer between two equal counts is final. */
  get timesMissed(): number {
    return this.#timesMissed;
  }

  /** All that were read, by path. */
  get sides(): readonly ParsedSide[] {
    return [...this.#opened.values()].filter((side) => side !== undefined).sort((a, b) => byCodeUnit(a.path, b.path));
  }

  /** Reads what was asked for and not there; false when nothing came. */
  async readMissing(): Promise<boolean> {
    const wanted = [...this.#missing].sort(byCodeUnit);
    this.#missing.clear();
    for (const path of wanted) this.#opened.set(path, undefined);
    const texts = wanted.length === 0 ? new Map<string, string>() : await this.#read(wanted);
    const room = MAX_OTHER_FILES - this.sides.length;
    for (const [path, text] of [...texts].slice(0, room)) {
      const side = await parseText(this.#grammars, { path, text, contentHash: contentHash(text) });
      this.#opened.set(path, side);
    }
    return texts.size > 0 && room > 0;
  }
}

/** The functions of a file by a part of their names, made once. */
function grouped(
  known: WeakMap<ParsedSide, ReadonlyMap<string, readonly LocatedFunction[]>>,
  side: ParsedSide,
  keyOf: (own: LocatedFunction) => string,
): ReadonlyMap<string, readonly LocatedFunction[]> {
  const found = known.get(side);
  if (found) return found;
  const made = new Map<string, LocatedFunction[]>();
  for (const own of side.parsed.functions) {
    const key = keyOf(own);
    const list = made.get(key);
    if (list) list.push(own);
    else made.set(key, [own]);
  }
  known.set(side, made);
  return made;
}

function one(side: ParsedSide, found: readonly LocatedFunction[]): OwnFunction | undefined {
  const [only, another] = found;
  return only && !another ? { side, source: only } : undefined;
}

/** Where a module of the repository may be: with each ending, with `.ts` for the `.js` that it is compiled to, or a folder's index. */
function pathsOf(from: string, module: string): readonly string[] {
  const folder = posix.dirname(from);
  if (from.endsWith('.py')) {
    const [, dots = '', rest = ''] = /^(\.*)(.*)$/.exec(module) ?? [];
    const base = dots === '' ? '' : posix.join(folder, ...Array<string>(dots.length - 1).fill('..'));
    const path = posix.join(base, rest.replaceAll('.', '/'));
    return [
      `${path}.py`,
      `${path}/__init__.py`,
      ...(dots === '' ? [posix.join(folder, `${rest.replaceAll('.', '/')}.py`)] : []),
    ];
  }
  if (!module.startsWith('.')) return [];
  const path = posix.join(folder, module);
  const compiled = /\.([mc]?)js(x?)$/.exec(path);
  const source = compiled ? [path.replace(/\.([mc]?)js(x?)$/, '.$1ts$2'), path.replace(/\.jsx?$/, '.tsx')] : [];
  const hasEnding = /\.[a-z]{2,3}$/.test(path);
  return [
    ...(hasEnding ? [path] : []),
    ...source,
    ...ENDINGS.slice(1).flatMap((ending) => [`${path}${ending}`]),
    ...ENDINGS.slice(1, 9).map((ending) => `${path}/index${ending}`),
  ];
}

const EMPTY: FunctionShape = { calls: [], awaits: 0, loops: 0, branches: 0, throws: 0, catches: 0 };
