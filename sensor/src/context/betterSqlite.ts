import { observeBriefMethod } from './briefMethods.js';
import { replaceMethod } from './disguise.js';
import type { Outgoing } from './outgoing.js';
import { STATEMENT_METHODS, SQLITE } from './sqlite.js';

const { apply, getPrototypeOf } = Reflect;

/** `better-sqlite3/lib/methods/wrappers.js`: the class of statements is native and shows itself in the first one that is prepared. */
export function patchBetterSqlite(exports: unknown, outgoing: Outgoing): void {
  if (typeof exports !== 'object' || exports === null) return;
  let isPatched = false;
  observeBriefMethod(exports, 'exec', outgoing, SQLITE);
  replaceMethod(exports, 'prepare', (original) => (self, args) => {
    const statement = apply(original, self, args);
    const prototype = typeof statement === 'object' && statement !== null ? getPrototypeOf(statement) : null;
    if (!isPatched && prototype && prototype !== Object.prototype) {
      isPatched = true;
      for (const method of STATEMENT_METHODS) observeBriefMethod(prototype, method, outgoing, SQLITE);
    }
    return statement;
  });
}
