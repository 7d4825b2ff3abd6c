import { observeDependency } from './dependencyMethods.js';
import type { Outgoing } from './outgoing.js';
import { textAt } from './shapes.js';

/** Ends of sessions and cursors, which the driver sends by itself. */
const HOUSEKEEPING = new Set(['endSessions', 'killCursors']);

/** `mongodb/lib/operations/execute_operation.js`: all that the driver is asked to do passes through this function. */
export function patchMongo(exports: unknown, outgoing: Outgoing): void {
  if (typeof exports !== 'object' || exports === null) return;
  observeDependency(exports, 'executeOperation', outgoing, {
    kind: 'db',
    target: (_, [, operation]) =>
      HOUSEKEEPING.has(textAt(operation, 'commandName'))
        ? undefined
        : `mongodb ${textAt(operation, 'ns', 'db') || textAt(operation, 'dbName')}`.trim(),
  });
}
