import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Statements of one database, each prepared once. */
export class PreparedStatements {
  private readonly statements = new Map<string, StatementSync>();

  constructor(private readonly database: DatabaseSync) {}

  of(query: string): StatementSync {
    let statement = this.statements.get(query);
    if (!statement) {
      statement = this.database.prepare(query);
      this.statements.set(query, statement);
    }
    return statement;
  }
}

/** A row of an answer; the columns are what its query says. */
export type Row = Record<string, unknown>;

export function number(row: Row | undefined, column: string): number {
  return Number(row?.[column]);
}

export function text(row: Row, column: string): string {
  return String(row[column]);
}

/** The minutes from the first parameter to the second, as `at`: for tables that have the time first. */
export const AT_MINUTES = `WITH RECURSIVE at(minute) AS (SELECT ?1 UNION ALL SELECT minute + 1 FROM at WHERE minute < ?2)`;
