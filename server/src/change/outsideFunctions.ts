import { tokensOf } from '../source/tokens.js';
import { directlyIn, ownSource, type ParsedSide, type TopStatement } from './parsedSide.js';

/** Statements that run nothing: what they bring is seen where it is used. */
const DECLARATIONS =
  /^(?:import|export_clause|package|using|use_|extern|namespace_use|interface_|type_alias|ambient_|comment|empty_|php_tag|hash_bang|future_import)/;
const FROM_OTHER_FILES = /^export\s*(?:\*|\{[^}]*\}\s*from\b|type\b|interface\b)/;

/**
 * The line at which code that is in no function differs between two texts, by its tokens; undefined when none does. Imports, types and
 * comments do not count, nor what stands around a function that is there on one side only.
 */
export function outsideDiffers(before: ParsedSide | undefined, after: ParsedSide | undefined): number | undefined {
  const older = before ? statementKeys(before) : [];
  const newer = after ? statementKeys(after) : [];
  const left = new Map<string, number>();
  for (const { key } of older) left.set(key, (left.get(key) ?? 0) + 1);
  const added: StatementKey[] = [];
  for (const statement of newer) {
    const count = left.get(statement.key) ?? 0;
    if (count > 0) left.set(statement.key, count - 1);
    else added.push(statement);
  }
  const removed = older.filter(({ key }) => {
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    return count > 0;
  });
  const [oldNames, newNames] = [namesOf(removed), namesOf(added)];
  const changed = added.find(({ name }) => name === '' || oldNames.has(name));
  if (changed) return changed.line;
  return removed.find(({ name }) => name === '' || newNames.has(name)) ? 1 : undefined;
}

interface StatementKey {
  readonly key: string;
  /** Of the functions in it; empty without any. */
  readonly name: string;
  readonly line: number;
}

function statementKeys(side: ParsedSide): StatementKey[] {
  return side.statements.flatMap((statement) => {
    if (isDeclaration(side, statement)) return [];
    const inner = directlyIn(side.parsed.functions, statement);
    const name = inner.map((own) => own.name).join(' ');
    const isFunction = inner.some(({ start, end }) => start === statement.start && end === statement.end);
    const key = tokensOf(ownSource(side, statement), side.parsed.comments).join('\u0001');
    return isFunction || key === '' ? [] : [{ key, name, line: statement.line }];
  });
}

function isDeclaration({ parsed }: ParsedSide, { type, start, end }: TopStatement): boolean {
  return (
    DECLARATIONS.test(type) || (type === 'export_statement' && FROM_OTHER_FILES.test(parsed.text.slice(start, end)))
  );
}

function namesOf(statements: readonly StatementKey[]): ReadonlySet<string> {
  return new Set(statements.map(({ name }) => name));
}
