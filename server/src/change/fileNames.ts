/** Where a name of a file comes from. */
export interface ImportedName {
  /** As the file writes it: `pg`, `./prices.js`, `requests`. */
  readonly module: string;
  /** Its name there; `*` for the whole module, `default` for what it exports as such. */
  readonly name: string;
}

/** What names of a file stand for, as far as its text shows. */
export interface FileNames {
  readonly imports: ReadonlyMap<string, ImportedName>;
  /** Variable or field → the dotted path that it was made from: `pool` → `pg.Pool` of `const pool = new pg.Pool()`. */
  readonly madeFrom: ReadonlyMap<string, string>;
}

const ES_IMPORT = /\bimport\s+(?!type\b)([^'";()]+?)\s+from\s*['"]([^'"\n]+)['"]/g;
const REQUIRE =
  /\b(?:const|let|var|import)\s+(\{[^}=]*\}|[\p{L}\p{N}_$]+)\s*=\s*(?:await\s+)?(?:require|import)\s*\(\s*['"]([^'"\n]+)['"]\s*\)(?:\.([\p{L}\p{N}_$]+))?/gu;
const PYTHON_FROM = /^[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]+\(?([^#\n()]+)/gm;
const PYTHON_IMPORT = /^[ \t]*import[ \t]+([\w., \t]+)$/gm;
const MADE =
  /(?:\b(?:const|let|var|val|final)\s+|\bthis\.|\bself\.|^[ \t]*(?:private|public|protected|readonly|static|export|#)*[ \t]*)([\p{L}\p{N}_$]+)\s*(?::[^=\n;]+)?\s*:?=(?!=)\s*(?:await\s+)?(?:new\s+)?([\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}\p{N}_$]+)*)\s*(?:<[^\n()]*>)?\s*[(;\n]/gmu;
/** `constructor(private readonly repository: OrderRepository)`, and typed fields and parameters. */
const TYPED = /\b([\p{Ll}_$][\p{L}\p{N}_$]*)\s*[?!]?:\s*([\p{Lu}][\p{L}\p{N}_$]*(?:\.[\p{Lu}][\p{L}\p{N}_$]*)*)/gu;

/** Reads imports and what variables are made from, by their form alone. */
export function fileNames(text: string): FileNames {
  const imports = new Map<string, ImportedName>();
  for (const [, clause = '', module = ''] of text.matchAll(ES_IMPORT)) addClause(imports, clause, module);
  for (const [, bound = '', module = '', property] of text.matchAll(REQUIRE)) {
    if (bound.startsWith('{')) addNames(imports, bound, module, /\s*:\s*/);
    else imports.set(bound, { module, name: property ?? '*' });
  }
  for (const [, module = '', names = ''] of text.matchAll(PYTHON_FROM)) addNames(imports, names, module, /\s+as\s+/);
  for (const [, names = ''] of text.matchAll(PYTHON_IMPORT)) {
    for (const each of names.split(',')) {
      const [module = '', local] = each.trim().split(/\s+as\s+/);
      if (module !== '' && !imports.has(local ?? module))
        imports.set(local ?? module.split('.')[0] ?? '', { module, name: '*' });
    }
  }
  const madeFrom = new Map<string, string>();
  for (const [, name = '', type = ''] of text.matchAll(TYPED)) if (!madeFrom.has(name)) madeFrom.set(name, type);
  const made = new Set<string>();
  for (const [, name = '', from = ''] of text.matchAll(MADE)) {
    if (name === from || made.has(name)) continue;
    made.add(name);
    madeFrom.set(name, from);
  }
  return { imports, madeFrom };
}

/** `a, { b as c }`, `* as d`. */
function addClause(imports: Map<string, ImportedName>, clause: string, module: string): void {
  const [, whole] = /\*\s+as\s+([\p{L}\p{N}_$]+)/u.exec(clause) ?? [];
  if (whole !== undefined) imports.set(whole, { module, name: '*' });
  const [, names] = /\{([^}]*)\}/.exec(clause) ?? [];
  if (names !== undefined) addNames(imports, names, module, /\s+as\s+/);
  const [, own] = /^\s*([\p{L}\p{N}_$]+)\s*(?:,|$)/u.exec(clause) ?? [];
  if (own !== undefined) imports.set(own, { module, name: 'default' });
}

function addNames(imports: Map<string, ImportedName>, list: string, module: string, as: RegExp): void {
  for (const each of list.replace(/[{}]/g, '').split(',')) {
    const [name = '', local] = each
      .trim()
      .replace(/^type\s+/, '')
      .split(as);
    if (name.trim() !== '') imports.set((local ?? name).trim(), { module, name: name.trim() });
  }
}
