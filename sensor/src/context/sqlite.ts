import { replaceMethod } from './disguise.js';
import { errorCode } from './httpClient.js';
import type { Outgoing } from './outgoing.js';

const { apply } = Reflect;

/** What runs a statement, by class. */
const METHODS = { DatabaseSync: ['exec'], StatementSync: ['all', 'get', 'run', 'iterate'] } as const;

/** `node:sqlite`: each run of a statement is one call, timed from start to result. The statement itself is nobody's business. */
export function patchSqlite(exports: unknown, outgoing: Outgoing): void {
  const classes = exports as Record<string, { readonly prototype: object } | undefined>;
  for (const [name, methods] of Object.entries(METHODS)) {
    const prototype = classes[name]?.prototype;
    if (prototype) for (const method of methods) observeSync(prototype, method, 'sqlite', outgoing);
  }
}

function observeSync(prototype: object, method: string, target: string, outgoing: Outgoing): void {
  replaceMethod(prototype, method, (original) => {
    const observed = (self: unknown, args: unknown[]): unknown => {
      const call = outgoing.begin('db', target, outgoing.caller(observed));
      let result: unknown;
      try {
        result = apply(original, self, args);
      } catch (error) {
        call.end(errorCode(error));
        throw error;
      }
      call.end();
      return result;
    };
    return observed;
  });
}
