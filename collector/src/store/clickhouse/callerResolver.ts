import { callerKeyText, functionKeyText } from '../keys.js';
import type { CallerKey, FunctionKey } from '../model.js';
import type { ClickHouseConnection } from './clickhouseConnection.js';
import { functionOf } from './facts.js';
import type { TableNames } from './schema.js';
import { idList, quotedList } from './sqlText.js';

const REMEMBERED = 20_000;

/** Finds the functions that callers with a shortened path can only be. What is not found is looked for again the next time. */
export class CallerResolver {
  private readonly found = new Map<string, CallerKey>();

  constructor(
    private readonly connection: ClickHouseConnection,
    private readonly tables: TableNames,
  ) {}

  /** Gives for a caller the one that it is. */
  async resolve(callers: Iterable<CallerKey>): Promise<(caller: CallerKey) => CallerKey> {
    const wanted = new Map<string, Exclude<CallerKey, 'entry'>>();
    for (const caller of callers) {
      if (isShortened(caller) && !this.found.has(callerKeyText(caller))) wanted.set(callerKeyText(caller), caller);
    }
    if (wanted.size > 0) await this.look([...wanted.values()]);
    return (caller) => (isShortened(caller) ? (this.found.get(callerKeyText(caller)) ?? caller) : caller);
  }

  private async look(callers: readonly Exclude<CallerKey, 'entry'>[]): Promise<void> {
    const deployments = await this.connection.rows(
      `SELECT DISTINCT service, id FROM ${this.tables.of('deployment')}
       WHERE service IN (${quotedList([...new Set(callers.map(({ service }) => service))])})`,
    );
    const serviceOf = new Map(deployments.map(([service, id]) => [Number(id), String(service)]));
    if (serviceOf.size === 0) return;
    const places = [...new Set(callers.map(({ fn }) => `(${fn.line},${fn.column})`))];
    const rows = await this.connection.rows(
      `SELECT deployment, path, line, col, name FROM ${this.tables.of('function')}
       WHERE deployment IN (${idList([...serviceOf.keys()])}) AND (line, col) IN (${places.join(',')})
       GROUP BY deployment, path, line, col, name`,
    );
    const byPlace = new Map<string, Map<string, FunctionKey>>();
    for (const [deployment, ...key] of rows) {
      const fn = functionOf(key);
      const place = `${serviceOf.get(Number(deployment)) ?? ''}\0${fn.line}\0${fn.column}`;
      byPlace.set(place, (byPlace.get(place) ?? new Map<string, FunctionKey>()).set(functionKeyText(fn), fn));
    }
    for (const caller of callers) {
      const { service, fn } = caller;
      const end = fn.path.slice(1);
      const own = [...(byPlace.get(`${service}\0${fn.line}\0${fn.column}`)?.values() ?? [])];
      const [only, ...others] = own.filter(({ path }) => path.endsWith(end));
      if (!only || others.length > 0) continue;
      if (this.found.size >= REMEMBERED) this.found.clear();
      this.found.set(callerKeyText(caller), { service, fn: only });
    }
  }
}

function isShortened(caller: CallerKey): caller is Exclude<CallerKey, 'entry'> {
  return caller !== 'entry' && caller.fn.path.startsWith('*') && caller.fn.path.length > 1 && caller.fn.line !== 0;
}
