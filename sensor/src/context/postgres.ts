import { observeDependency, observePoolConnect } from './dependencyMethods.js';
import type { Outgoing } from './outgoing.js';
import { prototypeOf, textAt } from './shapes.js';

/** `pg/lib/client.js`, `pg/lib/native/client.js`: whatever is sent to PostgreSQL passes through `query`. */
export function patchPgClient(Client: unknown, outgoing: Outgoing): void {
  const prototype = prototypeOf(Client);
  if (!prototype) return;
  const target = (self: unknown): string => postgresql(textAt(self, 'database') || textAt(self, 'host'));
  observeDependency(prototype, 'query', outgoing, { kind: 'db', target });
}

/** `pg-pool/index.js`: its `query` waits for a client, on which it calls `query` later. */
export function patchPgPool(Pool: unknown, outgoing: Outgoing): void {
  const prototype = prototypeOf(Pool);
  if (!prototype) return;
  observeDependency(prototype, 'query', outgoing, {
    kind: 'db',
    target: (self) => postgresql(databaseOf((self as { options?: unknown }).options)),
  });
  observePoolConnect(prototype, 'connect', outgoing);
}

const postgresql = (database: string): string => `postgresql ${database}`.trim();

/** As pg itself finds it: https://node-postgres.com/features/connecting. */
function databaseOf(options: unknown): string {
  const url = textAt(options, 'connectionString');
  const path = URL.canParse(url) ? decodeURIComponent(new URL(url).pathname.slice(1)) : '';
  return (
    path ||
    textAt(options, 'database') ||
    (process.env['PGDATABASE'] ?? '') ||
    textAt(options, 'user') ||
    (process.env['PGUSER'] ?? '') ||
    textAt(options, 'host')
  );
}
