import { observeDependency } from './dependencyMethods.js';
import { errorCode } from './errorCode.js';
import type { DependencyCall, Outgoing } from './outgoing.js';
import { prototypeOf, textAt, valueAt } from './shapes.js';

const { apply } = Reflect;

/** node-redis 4 to 6, `@redis/client/dist/lib/client/index.js`: commands, and batches as one call each. */
export function patchNodeRedis(exports: unknown, outgoing: Outgoing): void {
  const prototype = prototypeOf(valueAt(exports, 'default'));
  if (!prototype) return;
  for (const method of ['sendCommand', '_executeMulti', '_executePipeline', 'multiExecutor']) {
    observeDependency(prototype, method, outgoing, { kind: 'cache', target: (self) => nodeRedisTarget(self) });
  }
}

function nodeRedisTarget(self: unknown): string {
  const options = valueAt(self, 'options');
  const host = textAt(options, 'socket', 'host') || textAt(options, 'socket', 'path');
  return `redis ${host || 'localhost'}:${textAt(options, 'socket', 'port') || '6379'}`;
}

/** ioredis, `ioredis/built/Redis.js` and `ioredis/built/cluster/index.js`. */
export function patchIoredis(exports: unknown, outgoing: Outgoing): void {
  const prototype = prototypeOf(valueAt(exports, 'default') ?? exports);
  if (!prototype) return;
  const seen = new WeakSet();
  observeDependency(prototype, 'sendCommand', outgoing, {
    kind: 'cache',
    target(self, [command, stream]) {
      // A command that waits for a connection passes here again, those of a handshake with a stream, those of a batch within it.
      if (typeof command !== 'object' || command === null || seen.has(command) || stream !== undefined)
        return undefined;
      seen.add(command);
      return ioredisTarget(self);
    },
    onEnd: (call, _, [command]) => endWithCommand(command as Command, call),
  });
}

/** `ioredis/built/Pipeline.js`: one call, however many commands are in it. */
export function patchIoredisPipeline(exports: unknown, outgoing: Outgoing): void {
  const prototype = prototypeOf(valueAt(exports, 'default') ?? exports);
  if (!prototype) return;
  const seen = new WeakSet();
  observeDependency(prototype, 'exec', outgoing, {
    kind: 'cache',
    target(self) {
      // A transaction passes here twice, what has to be tried again more often.
      if (seen.has(self as object)) return undefined;
      seen.add(self as object);
      return ioredisTarget(valueAt(self, 'redis'));
    },
    onEnd: (call, self) => endWithCommand(self as Command, call),
  });
}

function ioredisTarget(redis: unknown): string | undefined {
  const options = valueAt(redis, 'options');
  if (Array.isArray(valueAt(redis, 'startupNodes'))) return 'redis cluster';
  const path = textAt(options, 'path');
  return `redis ${path === '' ? `${textAt(options, 'host')}:${textAt(options, 'port')}` : path}`;
}

/** A command or a batch of them. */
interface Command {
  resolve?: (value: unknown) => unknown;
  reject?: (error: unknown) => unknown;
}

/** Its promise has other listeners, some of which rely on its being the one they know. */
function endWithCommand(command: Command, call: DependencyCall): boolean {
  const { resolve, reject } = command;
  if (typeof resolve !== 'function' || typeof reject !== 'function') return false;
  command.resolve = function (this: unknown, value) {
    call.end();
    return apply(resolve, this, [value]);
  };
  command.reject = function (this: unknown, error) {
    call.end(errorCode(error));
    return apply(reject, this, [error]);
  };
  return true;
}
