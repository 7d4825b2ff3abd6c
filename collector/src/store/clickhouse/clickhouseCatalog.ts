import { deploymentKeyText } from '../keys.js';
import type { DeploymentKey, FunctionKey } from '../model.js';
import type { StoreLimits } from '../store.js';
import type { ClickHouseConnection } from './clickhouseConnection.js';
import { fileId, functionId } from './facts.js';
import { idOf } from './identity.js';
import type { TableNames } from './schema.js';
import { idList, type Cell } from './sqlText.js';

export type NameKind = 'caller' | 'dependency' | 'error_type' | 'path_owner' | 'entry';

/** Of what is said of a file the larger stamp counts: what an instance that has not loaded it says, least. */
export const fileStamps = { neverLoaded: 1, seen: 2 } as const;

interface KnownDeployment {
  readonly files: Set<number>;
  readonly functions: Set<number>;
}

/** Rows that have to be stored before the numbers that are about them. */
export interface CatalogRows {
  readonly deployments: Cell[][];
  readonly files: Cell[][];
  readonly names: Cell[][];
}

const DAY_MS = 86_400_000;
/** A name that is in use is written again so often, so that old ones can be told and dropped. */
const NAME_DAYS = 30;
/** Deployments whose functions are remembered. */
const MAX_KNOWN = 300;

/**
 * What exists, as far as this collector has to know it: to keep the limits, and to write nothing twice. Other collectors add
 * to the same tables, so a limit is kept by each of them on its own until it reads again, which is once a day.
 */
export class ClickHouseCatalog {
  private deployments: Set<number> | undefined;
  private readonly known = new Map<number, KnownDeployment>();
  private names = new Map<NameKind, Set<number>>();
  private readonly entriesOf = new Map<number, number>();
  private day = -1;
  private rows: CatalogRows = emptyRows();

  constructor(
    private readonly connection: ClickHouseConnection,
    private readonly tables: TableNames,
    private readonly limits: StoreLimits,
  ) {}

  /** Reads what is stored of these deployments, where it is not known yet. */
  async prepare(keys: readonly DeploymentKey[], nowMs: number): Promise<void> {
    if (Math.floor(nowMs / DAY_MS) !== this.day) this.forget();
    if (!this.deployments) {
      const day = Math.floor(nowMs / DAY_MS);
      const [deployments, names] = await Promise.all([
        this.connection.rows(`SELECT DISTINCT id FROM ${this.tables.of('deployment')}`),
        this.connection.rows(
          `SELECT kind, scope, id FROM ${this.tables.of('name')} GROUP BY kind, scope, id HAVING max(day) > ${Math.max(0, day - NAME_DAYS)}`,
        ),
      ]);
      for (const [kind, scope, id] of names) this.addName(kind as NameKind, Number(scope), Number(id));
      this.deployments = new Set(deployments.map(([id]) => Number(id)));
      this.day = day;
    }
    const ids = [...new Set(keys.map(deploymentId))].filter((id) => !this.known.has(id));
    if (ids.length === 0) return;
    const fresh = new Map(ids.map((id) => [id, { files: new Set<number>(), functions: new Set<number>() }]));
    const stored = ids.filter((id) => this.deployments?.has(id));
    if (stored.length > 0) {
      const where = `WHERE deployment IN (${idList(stored)})`;
      const [files, functions] = await Promise.all([
        this.connection.rows(`SELECT DISTINCT deployment, id FROM ${this.tables.of('file')} ${where}`),
        this.connection.rows(`SELECT DISTINCT deployment, fn FROM ${this.tables.of('function')} ${where}`),
      ]);
      for (const [deployment, id] of files) fresh.get(Number(deployment))?.files.add(Number(id));
      for (const [deployment, id] of functions) fresh.get(Number(deployment))?.functions.add(Number(id));
    }
    for (const [id, of] of fresh) this.known.set(id, of);
    for (const id of this.known.keys()) {
      if (this.known.size <= MAX_KNOWN || fresh.has(id)) break;
      this.known.delete(id);
    }
  }

  /** Forgets everything, so that it is read again: nobody knows how much of the last rows was stored. */
  forget(): void {
    this.deployments = undefined;
    this.known.clear();
    this.names = new Map();
    this.entriesOf.clear();
    this.rows = emptyRows();
  }

  /** What has become known since the last time. */
  takeRows(): CatalogRows {
    const { rows } = this;
    this.rows = emptyRows();
    return rows;
  }

  /** Undefined when there are too many. */
  deployment(key: DeploymentKey, nowMs: number): number | undefined {
    const id = deploymentId(key);
    if (this.deployments?.has(id)) return id;
    if ((this.deployments?.size ?? 0) >= this.limits.deployments) return undefined;
    this.deployments?.add(id);
    this.rows.deployments.push([
      id,
      key.service,
      key.environment,
      key.version,
      key.revision,
      key.source,
      nowMs,
      Number.MAX_SAFE_INTEGER - nowMs,
    ]);
    return id;
  }

  /** False when there are too many. A declared file is stored by what declares it. */
  file(deployment: number, path: string, nowMs: number, isDeclared = false): boolean {
    const known = this.known.get(deployment);
    const id = fileId(deployment, path);
    if (!known || known.files.has(id)) return true;
    if (known.files.size >= this.limits.filesPerDeployment) return false;
    known.files.add(id);
    if (!isDeclared) this.rows.files.push([path, deployment, id, '', '', fileStamps.seen, nowMs]);
    return true;
  }

  /** A limit that keeps the function out, if one does. */
  fn(deployment: number, fn: FunctionKey, nowMs: number): 'function_limit' | 'file_limit' | undefined {
    const known = this.known.get(deployment);
    const isFull = (known?.functions.size ?? 0) >= this.limits.functionsPerDeployment;
    if (isFull && !known?.files.has(fileId(deployment, fn.path))) return 'function_limit';
    if (!this.file(deployment, fn.path, nowMs)) return 'file_limit';
    const id = functionId(deployment, fn);
    if (known?.functions.has(id)) return undefined;
    if (isFull) return 'function_limit';
    known?.functions.add(id);
    return undefined;
  }

  /** False when there are too many of its kind. */
  name(kind: Exclude<NameKind, 'entry'>, text: string): boolean {
    const limit = { caller: 'callers', dependency: 'dependencies', error_type: 'errorTypes', path_owner: 'pathOwners' }[
      kind
    ] as 'callers' | 'dependencies' | 'errorTypes' | 'pathOwners';
    return this.within(kind, 0, idOf(text), this.names.get(kind)?.size ?? 0, this.limits[limit]);
  }

  /** False when the deployment has too many. */
  entry(deployment: number, text: string): boolean {
    const { entryPointsPerDeployment } = this.limits;
    const id = idOf(`${deployment}\0${text}`);
    return this.within('entry', deployment, id, this.entriesOf.get(deployment) ?? 0, entryPointsPerDeployment);
  }

  private within(kind: NameKind, scope: number, id: number, count: number, limit: number): boolean {
    if (this.names.get(kind)?.has(id)) return true;
    if (count >= limit) return false;
    this.addName(kind, scope, id);
    this.rows.names.push([kind, scope, id, this.day]);
    return true;
  }

  private addName(kind: NameKind, scope: number, id: number): void {
    const of = this.names.get(kind) ?? new Set<number>();
    this.names.set(kind, of.add(id));
    if (kind === 'entry') this.entriesOf.set(scope, (this.entriesOf.get(scope) ?? 0) + 1);
  }
}

export function deploymentId(key: DeploymentKey): number {
  return idOf(deploymentKeyText(key));
}

function emptyRows(): CatalogRows {
  return { deployments: [], files: [], names: [] };
}
