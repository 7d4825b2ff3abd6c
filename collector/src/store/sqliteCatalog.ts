import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { callerKeyText, deploymentKeyText, functionKeyText } from './keys.js';
import type { CallerKey, DeploymentKey, FunctionKey } from './model.js';
import { OTHER_ERROR_TYPE, type StoreLimits } from './store.js';

/** What is remembered of a deployment, so that a report costs no look-ups. */
export interface DeploymentEntry {
  readonly id: number;
  readonly files: Map<string, number>;
  readonly functions: Map<string, FunctionEntry>;
}

export interface FunctionEntry {
  readonly id: number;
  lastCalledMinute: number;
}

/** A limit is reached: the reason for the drop row. */
export type OverLimit = 'function_limit' | 'file_limit' | 'caller_limit';

/** The ids of deployments, files, functions, callers and error types: found in memory, else in the database, else made. */
export class SqliteCatalog {
  private readonly deployments = new Map<string, DeploymentEntry>();
  private readonly callers = new Map<string, number>();
  private readonly errorTypes = new Map<string, number>();
  private readonly sql: Record<'deployment' | 'file' | 'function' | 'caller' | 'errorType', StatementSync>;

  constructor(
    private readonly database: DatabaseSync,
    private readonly limits: StoreLimits,
  ) {
    this.sql = {
      deployment: database.prepare(
        `INSERT INTO deployment (service, environment, version, revision, source, repository_url, first_seen_ms, last_seen_ms)
         VALUES (?, ?, ?, ?, ?, '', ?, ?) RETURNING id`,
      ),
      file: database.prepare(
        `INSERT INTO file (deployment, path, content_hash, not_observed_reason) VALUES (?, ?, '', '') RETURNING id`,
      ),
      function: database.prepare(`INSERT INTO function (file, name, line, column) VALUES (?, ?, ?, ?) RETURNING id`),
      caller: database.prepare(
        `INSERT INTO caller (service, path, name, line, column) VALUES (?, ?, ?, ?, ?) RETURNING id`,
      ),
      errorType: database.prepare('INSERT INTO error_type (name) VALUES (?) RETURNING id'),
    };
    this.load();
  }

  /** Forgets everything and reads it anew: after a transaction that did not happen. */
  load(): void {
    this.deployments.clear();
    this.callers.clear();
    this.errorTypes.clear();
    for (const row of this.database.prepare('SELECT * FROM deployment').all()) {
      const { service, environment, version, revision, source, id } = row as unknown as DeploymentKey & { id: number };
      const text = deploymentKeyText({ service, environment, version, revision, source });
      this.deployments.set(text, this.loadDeployment(id));
    }
    for (const row of this.database.prepare('SELECT * FROM caller').iterate()) {
      const { service, path, name, line, column, id } = row as unknown as FunctionKey & { service: string; id: number };
      this.callers.set(callerKeyText({ service, fn: { path, name, line, column } }), id);
    }
    for (const row of this.database.prepare('SELECT id, name FROM error_type').iterate()) {
      this.errorTypes.set(String(row['name']), Number(row['id']));
    }
  }

  /** Undefined when there are too many. */
  deployment(key: DeploymentKey, nowMs: number): DeploymentEntry | undefined {
    const text = deploymentKeyText(key);
    let entry = this.deployments.get(text);
    if (!entry && this.deployments.size < this.limits.deployments) {
      const { service, environment, version, revision, source } = key;
      const id = inserted(this.sql.deployment, service, environment, version, revision, source, nowMs, nowMs);
      entry = { id, files: new Map(), functions: new Map() };
      this.deployments.set(text, entry);
    }
    return entry;
  }

  file(deployment: DeploymentEntry, path: string): number | OverLimit {
    let id = deployment.files.get(path);
    if (id === undefined) {
      if (deployment.files.size >= this.limits.filesPerDeployment) return 'file_limit';
      id = inserted(this.sql.file, deployment.id, path);
      deployment.files.set(path, id);
    }
    return id;
  }

  fn(deployment: DeploymentEntry, key: FunctionKey): FunctionEntry | OverLimit {
    const text = functionKeyText(key);
    let entry = deployment.functions.get(text);
    if (!entry) {
      if (deployment.functions.size >= this.limits.functionsPerDeployment) return 'function_limit';
      const file = this.file(deployment, key.path);
      if (typeof file === 'string') return file;
      entry = { id: inserted(this.sql.function, file, key.name, key.line, key.column), lastCalledMinute: 0 };
      deployment.functions.set(text, entry);
    }
    return entry;
  }

  caller(key: CallerKey): number | OverLimit {
    if (key === 'entry') return 0;
    const text = callerKeyText(key);
    let id = this.callers.get(text);
    if (id === undefined) {
      if (this.callers.size >= this.limits.callers) return 'caller_limit';
      const { path, name, line, column } = key.fn;
      id = inserted(this.sql.caller, key.service, path, name, line, column);
      this.callers.set(text, id);
    }
    return id;
  }

  errorType(name: string): number {
    const known = this.errorTypes.get(name);
    if (known !== undefined) return known;
    if (this.errorTypes.size >= this.limits.errorTypes && name !== OTHER_ERROR_TYPE) {
      return this.errorType(OTHER_ERROR_TYPE);
    }
    const id = inserted(this.sql.errorType, name);
    this.errorTypes.set(name, id);
    return id;
  }

  private loadDeployment(id: number): DeploymentEntry {
    const entry: DeploymentEntry = { id, files: new Map(), functions: new Map() };
    for (const row of this.database.prepare('SELECT id, path FROM file WHERE deployment = ?').iterate(id)) {
      entry.files.set(String(row['path']), Number(row['id']));
    }
    const functions = this.database.prepare(
      `SELECT function.id, path, name, line, column, last_called_minute
       FROM file JOIN function ON function.file = file.id WHERE deployment = ?`,
    );
    for (const row of functions.iterate(id)) {
      const { path, name, line, column } = row as unknown as FunctionKey;
      entry.functions.set(functionKeyText({ path, name, line, column }), {
        id: Number(row['id']),
        lastCalledMinute: Number(row['last_called_minute'] ?? 0),
      });
    }
    return entry;
  }
}

function inserted(statement: StatementSync, ...values: (string | number)[]): number {
  return Number(statement.get(...values)?.['id']);
}
