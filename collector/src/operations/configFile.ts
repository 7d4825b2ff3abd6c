import { LineCounter, isMap, isScalar, parseDocument, type Document, type Node } from 'yaml';
import { settings, type Setting, type SettingName } from './settings.js';

/** A value of the file and where it stands there. */
export interface FileValue {
  readonly text: string;
  /** `LINE:COLUMN`, from 1. */
  readonly at: string;
}

/** A file that is no configuration; the message begins with line and column. */
export class ConfigFileError extends Error {
  override readonly name = 'ConfigFileError';
}

const MAX_LENGTH = 1024 * 1024;

/** Reads a configuration in YAML (JSON is YAML too). @throws ConfigFileError */
export function parseConfigFile(text: string): ReadonlyMap<SettingName, FileValue> {
  if (text.length > MAX_LENGTH) throw new ConfigFileError('1:1: the file is larger than 1 MB');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const [error] = document.errors;
  if (error) throw new ConfigFileError(`${at(error.pos[0])}: ${firstLine(error.message)}`);
  const values = new Map<SettingName, FileValue>();
  walk(document, document.contents, [], (node) => at(node.range?.[0] ?? 0), values);
  return values;
}

function walk(
  document: Document.Parsed,
  node: Node | null,
  path: readonly string[],
  at: (node: Node) => string,
  values: Map<SettingName, FileValue>,
): void {
  const setting = settings.find((it) => it.path.join('.') === path.join('.'));
  if (setting && isScalar(node)) {
    const { value } = node;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw new ConfigFileError(`${at(node)}: ${path.join('.')} has no value`);
    }
    values.set(setting.name, { text: String(value), at: at(node) });
    return;
  }
  if (node === null || (isScalar(node) && node.value === null)) return;
  if (setting || !isMap(node)) {
    const what = setting ? 'one value' : 'names and values';
    throw new ConfigFileError(`${at(node)}: ${path.join('.') || 'the file'} takes ${what}`);
  }
  for (const { key, value } of node.items) {
    if (!isScalar(key)) throw new ConfigFileError(`${at(node)}: a name must be a word`);
    const inner = [...path, String(key.value)];
    if (!known.has(inner.join('.'))) {
      throw new ConfigFileError(
        `${at(key)}: there is no setting '${inner.join('.')}'; here are ${names(path).join(', ')}`,
      );
    }
    walk(document, value as Node | null, inner, at, values);
  }
}

/** Every path that a setting has or is under. */
const known: ReadonlySet<string> = new Set(
  settings.flatMap(({ path }: Setting) => path.map((_, i) => path.slice(0, i + 1).join('.'))),
);

function names(path: readonly string[]): string[] {
  const under = settings.filter((it: Setting) => path.every((part, i) => it.path[i] === part));
  return [...new Set(under.map((it: Setting) => it.path[path.length] ?? ''))];
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
}
