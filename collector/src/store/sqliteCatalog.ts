import type { DatabaseSync } from 'node:sqlite';
import {
  callerKeyText,
  dependencyKeyText,
  deploymentKeyText,
  entryPointKeyText,
  functionKeyText,
  pathOwnerKeyText,
} from './keys.js';
import type {
  CallerKey,
  DependencyKey,
  DeploymentKey,
  EntryPointKey,
  FunctionKey,
  Minute,
  PathOwnerKey,
} from './model.js';
import { PreparedStatements } from './preparedStatements.js';
import { OTHER_ERROR_TYPE, type StoreLimits } from './store.js';
import { MINUTES_PER_DAY } from './storeTime.js';

/** What is remembered of a deployment, so that a report costs no look-ups of what it had before. */
export interface DeploymentEntry {
  readonly id: number;
  readonly files: Map<string, number>;
  readonly functions: Map<string, FunctionEntry>;
  readonly entryPoints: Map<string, UsedEntry>;
  fileCount: number;
  functionCount: number;
  entryPointCount: number;
  usedMs: number;
}

export interface FunctionEntry {
  readonly id: number;
  lastCalledMinute: number;
}

/** A row that is deleted when no day of use is within the retention. */
interface UsedEntry {
  readonly id: number;
  usedDay: number;
}

/** A limit is reached: the reason for the drop row. */
export type OverLimit =
  'function_limit' | 'file_limit' | 'caller_limit' | 'entry_limit' | 'dependency_limit' | 'path_limit';

const IDLE_MS = 3_600_000;
const MAX_REMEMBERED = 100_000;

/**
 * The ids of deployments, files, functions and so on: found in memory, else in the database, else made. What is in memory can
 * be forgotten at any time; nothing is loaded ahead.
 */
export class SqliteCatalog {
  private readonly deployments = new Map<string, DeploymentEntry>();
  private readonly callers = new Map<string, UsedEntry>();
  private readonly dependencies = new Map<string, UsedEntry>();
  private readonly pathOwners = new Map<string, UsedEntry>();
  private readonly errorTypes = new Map<string, number>();
  private readonly counts = new Map<CountedTable, number>();
  private readonly statements: PreparedStatements;

  constructor(
    database: DatabaseSync,
    private readonly limits: StoreLimits,
  ) {
    this.statements = new PreparedStatements(database);
  }

  /** Forgets everything: after a transaction that did not happen, and after rows were deleted. */
  forget(): void {
    this.deployments.clear();
    this.callers.clear();
    this.dependencies.clear();
    this.pathOwners.clear();
    this.errorTypes.clear();
    this.counts.clear();
  }

  /** Forgets what has not been used for an hour, and what became too much. */
  forgetIdle(nowMs: number): void {
    for (const [key, { usedMs }] of this.deployments) if (usedMs < nowMs - IDLE_MS) this.deployments.delete(key);
    for (const map of [this.callers, this.dependencies, this.pathOwners]) if (map.size > MAX_REMEMBERED) map.clear();
  }

  /** Undefined when there are too many. */
  deployment(key: DeploymentKey, nowMs: number): DeploymentEntry | undefined {
    const text = deploymentKeyText(key);
    let entry = this.deployments.get(text);
    if (!entry) {
      const { service, environment, version, revision, source } = key;
      const columns = [service, environment, version, revision, source] as const;
      const found = this.find(
        'SELECT id FROM deployment WHERE service = ? AND environment = ? AND version = ? AND revision = ? AND source = ?',
        ...columns,
      );
      if (found === undefined && this.count('deployment') >= this.limits.deployments) return undefined;
      const id =
        found ??
        this.insert(
          'deployment',
          `INSERT INTO deployment (service, environment, version, revision, source, repository_url, first_seen_ms, last_seen_ms)
           VALUES (?, ?, ?, ?, ?, '', ?, ?) RETURNING id`,
          ...columns,
          nowMs,
          nowMs,
        );
      entry = this.newEntry(id, nowMs);
      this.deployments.set(text, entry);
    }
    entry.usedMs = nowMs;
    return entry;
  }

  file(deployment: DeploymentEntry, path: string): number | OverLimit {
    let id = deployment.files.get(path);
    if (id === undefined) {
      id = this.find('SELECT id FROM file WHERE path = ? AND deployment = ?', path, deployment.id);
      if (id === undefined) {
        if (deployment.fileCount >= this.limits.filesPerDeployment) return 'file_limit';
        id = this.insert(
          'file',
          `INSERT INTO file (deployment, path, content_hash, not_observed_reason) VALUES (?, ?, '', '') RETURNING id`,
          deployment.id,
          path,
        );
        deployment.fileCount++;
      }
      deployment.files.set(path, id);
    }
    return id;
  }

  fn(deployment: DeploymentEntry, key: FunctionKey): FunctionEntry | OverLimit {
    const text = functionKeyText(key);
    let entry = deployment.functions.get(text);
    if (!entry) {
      const isFull = deployment.functionCount >= this.limits.functionsPerDeployment;
      // A file of which no function will be kept is not made.
      if (
        isFull &&
        this.find('SELECT id FROM file WHERE path = ? AND deployment = ?', key.path, deployment.id) === undefined
      )
        return 'function_limit';
      const file = this.file(deployment, key.path);
      if (typeof file === 'string') return file;
      const columns = [file, key.line, key.column, key.name] as const;
      const row = this.statements
        .of('SELECT id, last_called_minute FROM function WHERE file = ? AND line = ? AND column = ? AND name = ?')
        .get(...columns);
      if (row) entry = { id: Number(row['id']), lastCalledMinute: Number(row['last_called_minute'] ?? 0) };
      else {
        if (isFull) return 'function_limit';
        const insert = 'INSERT INTO function (file, line, column, name) VALUES (?, ?, ?, ?) RETURNING id';
        entry = { id: this.insert('function', insert, ...columns), lastCalledMinute: 0 };
        deployment.functionCount++;
      }
      deployment.functions.set(text, entry);
    }
    return entry;
  }

  /** @param fn id of the function that handles it, 0 when unknown */
  entryPoint(
    deployment: DeploymentEntry,
    key: EntryPointKey | undefined,
    fn: number,
    minute: Minute,
  ): number | OverLimit {
    if (!key) return 0;
    const text = `${entryPointKeyText(key)}\0${fn}`;
    let entry = deployment.entryPoints.get(text);
    if (!entry) {
      const columns = [deployment.id, key.kind, key.name, fn] as const;
      entry = this.findUsed(
        'SELECT id, used_day FROM entry_point WHERE deployment = ? AND kind = ? AND name = ? AND fn = ?',
        ...columns,
      );
      if (!entry) {
        if (deployment.entryPointCount >= this.limits.entryPointsPerDeployment) return 'entry_limit';
        const insert = 'INSERT INTO entry_point (deployment, kind, name, fn) VALUES (?, ?, ?, ?) RETURNING id';
        entry = { id: this.insert('entry_point', insert, ...columns), usedDay: 0 };
        deployment.entryPointCount++;
      }
      deployment.entryPoints.set(text, entry);
    }
    return this.used('entry_point', entry, minute);
  }

  caller(key: CallerKey, minute: Minute): number | OverLimit {
    if (key === 'entry') return 0;
    const text = callerKeyText(key);
    let entry = this.callers.get(text);
    if (!entry) {
      const { path, name, line, column } = key.fn;
      const columns = [key.service, path, line, column, name] as const;
      entry = this.findUsed(
        'SELECT id, used_day FROM caller WHERE service = ? AND path = ? AND line = ? AND column = ? AND name = ?',
        ...columns,
      );
      if (!entry) {
        if (this.count('caller') >= this.limits.callers) return 'caller_limit';
        const insert = 'INSERT INTO caller (service, path, line, column, name) VALUES (?, ?, ?, ?, ?) RETURNING id';
        entry = { id: this.insert('caller', insert, ...columns), usedDay: 0 };
      }
      this.callers.set(text, entry);
    }
    return this.used('caller', entry, minute);
  }

  dependency(key: DependencyKey, minute: Minute): number | OverLimit {
    const text = dependencyKeyText(key);
    let entry = this.dependencies.get(text);
    if (!entry) {
      const columns = [key.kind, key.target] as const;
      entry = this.findUsed('SELECT id, used_day FROM dependency WHERE kind = ? AND target = ?', ...columns);
      if (!entry) {
        if (this.count('dependency') >= this.limits.dependencies) return 'dependency_limit';
        const insert = 'INSERT INTO dependency (kind, target) VALUES (?, ?) RETURNING id';
        entry = { id: this.insert('dependency', insert, ...columns), usedDay: 0 };
      }
      this.dependencies.set(text, entry);
    }
    return this.used('dependency', entry, minute);
  }

  pathOwner(key: PathOwnerKey, minute: Minute): number | OverLimit {
    const text = pathOwnerKeyText(key);
    let entry = this.pathOwners.get(text);
    if (!entry) {
      const { path, name, line, column } = key.fn;
      const { kind, target } = key.dependency ?? { kind: '', target: '' };
      const columns = [key.service, path, line, column, name, key.calleeService, kind, target] as const;
      entry = this.findUsed(
        `SELECT id, used_day FROM path_owner WHERE service = ? AND path = ? AND line = ? AND column = ? AND name = ?
         AND callee_service = ? AND dependency_kind = ? AND dependency_target = ?`,
        ...columns,
      );
      if (!entry) {
        if (this.count('path_owner') >= this.limits.pathOwners) return 'path_limit';
        const insert = `INSERT INTO path_owner
          (service, path, line, column, name, callee_service, dependency_kind, dependency_target)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`;
        entry = { id: this.insert('path_owner', insert, ...columns), usedDay: 0 };
      }
      this.pathOwners.set(text, entry);
    }
    return this.used('path_owner', entry, minute);
  }

  errorType(name: string): number {
    const known = this.errorTypes.get(name) ?? this.find('SELECT id FROM error_type WHERE name = ?', name);
    if (known === undefined && this.count('error_type') >= this.limits.errorTypes && name !== OTHER_ERROR_TYPE) {
      return this.errorType(OTHER_ERROR_TYPE);
    }
    const id = known ?? this.insert('error_type', 'INSERT INTO error_type (name) VALUES (?) RETURNING id', name);
    this.errorTypes.set(name, id);
    return id;
  }

  private newEntry(id: number, usedMs: number): DeploymentEntry {
    const count = (query: string): number => this.find(query, id) ?? 0;
    return {
      id,
      files: new Map(),
      functions: new Map(),
      entryPoints: new Map(),
      fileCount: count('SELECT count(*) AS id FROM file WHERE deployment = ?'),
      functionCount: count(
        'SELECT count(*) AS id FROM file JOIN function ON function.file = file.id WHERE deployment = ?',
      ),
      entryPointCount: count('SELECT count(*) AS id FROM entry_point WHERE deployment = ?'),
      usedMs,
    };
  }

  private used(
    table: 'entry_point' | 'caller' | 'dependency' | 'path_owner',
    entry: UsedEntry,
    minute: Minute,
  ): number {
    const day = Math.floor(minute / MINUTES_PER_DAY);
    if (day > entry.usedDay) {
      entry.usedDay = day;
      this.statements.of(`UPDATE ${table} SET used_day = ? WHERE id = ?`).run(day, entry.id);
    }
    return entry.id;
  }

  private count(table: CountedTable): number {
    let count = this.counts.get(table);
    if (count === undefined) {
      count = this.find(`SELECT count(*) AS id FROM ${table}`) ?? 0;
      this.counts.set(table, count);
    }
    return count;
  }

  private insert(table: string, query: string, ...values: readonly (string | number)[]): number {
    const id = Number(this.statements.of(query).get(...values)?.['id']);
    const counted = this.counts.get(table as CountedTable);
    if (counted !== undefined) this.counts.set(table as CountedTable, counted + 1);
    return id;
  }

  private find(query: string, ...values: readonly (string | number)[]): number | undefined {
    const row = this.statements.of(query).get(...values);
    return row && Number(row['id']);
  }

  private findUsed(query: string, ...values: readonly (string | number)[]): UsedEntry | undefined {
    const row = this.statements.of(query).get(...values);
    return row && { id: Number(row['id']), usedDay: Number(row['used_day']) };
  }
}

/** Tables with a limit of their own. */
type CountedTable = 'deployment' | 'caller' | 'dependency' | 'path_owner' | 'error_type';
