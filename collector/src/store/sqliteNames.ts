import { callerKeyText } from './keys.js';
import type { CallerKey, DependencyKey, EntryPointKey, PathOwnerKey } from './model.js';
import { number, text, type PreparedStatements, type Row } from './preparedStatements.js';

const MAX_REMEMBERED = 20_000;

/** What the ids in the tables of numbers stand for. */
export class SqliteNames {
  /** Callers with shortened paths and what they are. */
  private readonly shortened = new Map<string, CallerKey>();
  private newest = '';

  constructor(private readonly statements: PreparedStatements) {}

  errorTypes(ids: Iterable<number>): Map<number, string> {
    return this.named('SELECT id, name FROM error_type', ids, (row) => text(row, 'name'));
  }

  entryPoints(ids: Iterable<number>): Map<number, EntryPointKey> {
    return this.named('SELECT id, kind, name FROM entry_point', ids, (row) => ({
      kind: text(row, 'kind'),
      name: text(row, 'name'),
    }));
  }

  dependencies(ids: Iterable<number>): Map<number, DependencyKey> {
    return this.named('SELECT id, kind, target FROM dependency', ids, (row) => ({
      kind: text(row, 'kind'),
      target: text(row, 'target'),
    }));
  }

  pathOwners(ids: Iterable<number>): Map<number, PathOwnerKey> {
    return this.named('SELECT * FROM path_owner', ids, (row) => ({
      service: text(row, 'service'),
      fn: {
        path: text(row, 'path'),
        name: text(row, 'name'),
        line: number(row, 'line'),
        column: number(row, 'column'),
      },
      calleeService: text(row, 'callee_service'),
      dependency:
        row['dependency_target'] === ''
          ? undefined
          : { kind: text(row, 'dependency_kind'), target: text(row, 'dependency_target') },
    }));
  }

  /** 0 is entry from outside own code. */
  callers(ids: Iterable<number>): Map<number, CallerKey> {
    const callers = this.named<CallerKey>('SELECT * FROM caller', ids, (row) =>
      this.resolved({
        service: text(row, 'service'),
        fn: {
          path: text(row, 'path'),
          name: text(row, 'name'),
          line: number(row, 'line'),
          column: number(row, 'column'),
        },
      }),
    );
    return callers.set(0, 'entry');
  }

  /** A caller with a shortened path as the function it can only be. */
  private resolved(caller: Exclude<CallerKey, 'entry'>): CallerKey {
    const { fn } = caller;
    if (!fn.path.startsWith('*') || fn.path.length < 2 || fn.line === 0) return caller;
    this.forgetIfNew();
    const key = callerKeyText(caller);
    const known = this.shortened.get(key) ?? this.lookUp(caller);
    this.shortened.set(key, known);
    return known;
  }

  /** Each look-up reads all paths of a service: what came of it holds until there are new files or functions. */
  private forgetIfNew(): void {
    const newest = this.statements
      .of('SELECT (SELECT max(id) FROM file) AS file, (SELECT max(id) FROM function) AS fn')
      .get();
    const text = `${number(newest, 'file')} ${number(newest, 'fn')}`;
    if (text !== this.newest || this.shortened.size >= MAX_REMEMBERED) this.shortened.clear();
    this.newest = text;
  }

  private lookUp(caller: Exclude<CallerKey, 'entry'>): CallerKey {
    const { service, fn } = caller;
    const end = fn.path.slice(1);
    const found = this.statements
      .of(
        `SELECT DISTINCT path, name FROM deployment JOIN file ON file.deployment = deployment.id JOIN function ON function.file = file.id
         WHERE service = ? AND substr(path, -?) = ? AND line = ? AND column = ? LIMIT 2`,
      )
      .all(service, end.length, end, fn.line, fn.column);
    const [only] = found;
    if (!only || found.length > 1) return caller;
    return { service, fn: { ...fn, path: text(only, 'path'), name: text(only, 'name') } };
  }

  private named<T>(query: string, ids: Iterable<number>, read: (row: Row) => T): Map<number, T> {
    const names = new Map<number, T>();
    const wanted = [...new Set(ids)];
    if (wanted.length === 0) return names;
    const rows = this.statements.of(`${query} WHERE id IN (SELECT value FROM json_each(?))`);
    for (const row of rows.all(JSON.stringify(wanted))) names.set(number(row, 'id'), read(row));
    return names;
  }
}
