import { observeBriefMethod } from './briefMethods.js';
import type { Outgoing } from './outgoing.js';
import { prototypeOf, valueAt } from './shapes.js';

export const SQLITE = { kind: 'db', target: 'sqlite' } as const;

export const STATEMENT_METHODS = ['all', 'get', 'run', 'iterate'] as const;

/** `node:sqlite`: each run of a statement is one call, counted from start to result. The statement itself is nobody's business. */
export function patchSqlite(exports: unknown, outgoing: Outgoing): void {
  const database = prototypeOf(valueAt(exports, 'DatabaseSync'));
  const statement = prototypeOf(valueAt(exports, 'StatementSync'));
  if (database) observeBriefMethod(database, 'exec', outgoing, SQLITE);
  if (statement) for (const method of STATEMENT_METHODS) observeBriefMethod(statement, method, outgoing, SQLITE);
}
