import { observeDependency, observePoolConnect } from './dependencyMethods.js';
import type { Outgoing } from './outgoing.js';
import { prototypeOf, textAt, valueAt } from './shapes.js';

/**
 * mysql2's connections and pools (`mysql2/lib/base/connection.js`, before 3.12 `mysql2/lib/connection.js`; likewise the pool): the ones
 * with promises call these.
 */
export function patchMysql(exports: unknown, outgoing: Outgoing): void {
  const prototype = prototypeOf(exports);
  if (!prototype) return;
  for (const method of ['query', 'execute']) {
    observeDependency(prototype, method, outgoing, { kind: 'db', target: (self) => targetOf(self) });
  }
  observePoolConnect(prototype, 'getConnection', outgoing);
}

function targetOf(self: unknown): string {
  const config = valueAt(self, 'config', 'connectionConfig') ?? valueAt(self, 'config');
  return `mysql ${textAt(config, 'database') || `${textAt(config, 'host')}:${textAt(config, 'port')}`}`;
}
