// Calls of databases and caches by the function that made them: exactly as many, whatever runs at the same time.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSensor, nodes } from '../sensor/runApp.js';
import { observeApp } from './observeApp.js';
import type { LocalServer } from './servers/localServer.js';
import { startMongoStub } from './servers/mongo.js';
import { startMysqlStub } from './servers/mysql.js';
import { startPostgres } from './servers/postgres.js';
import { startRedis } from './servers/redis.js';
import { installLibraries } from './tools/install.mjs';

let current = '';
let previous = '';
let postgres: LocalServer | undefined;
let redis: LocalServer | undefined;
let mongo: LocalServer;
let mysql: LocalServer;

beforeAll(async () => {
  buildSensor();
  current = installLibraries('current');
  previous = installLibraries('previous');
  [postgres, redis, mongo, mysql] = await Promise.all([
    startPostgres(),
    startRedis(),
    startMongoStub(current),
    startMysqlStub(current),
  ]);
}, 600_000);

afterAll(async () => {
  await Promise.all([postgres?.stop(), redis?.stop(), mongo.stop(), mysql.stop()]);
});

const env = (server: LocalServer): Record<string, string> => ({ PORT: String(server.port) });

describe.each(nodes)('on Node %i', (major, node) => {
  test('pg: pools, clients, callbacks, transactions, errors', async ({ skip }) => {
    if (!postgres) return skip('PostgreSQL is not installed: apt-get install postgresql');
    const { dependencies, dependencyErrors, timed, stdout } = await observeApp(
      node,
      'postgres.mjs',
      current,
      env(postgres),
    );
    expect(stdout).toBe('42P01\n3\n');
    const calls = {
      'db postgresql postgres one': 5,
      'db postgresql postgres withCallback.<new Promise>': 1,
      'db postgresql postgres afterwards': 1,
      'db postgresql postgres transaction': 3,
      'db postgresql postgres broken': 1,
      'db postgresql postgres unhandled': 1,
      'db postgresql postgres <new Promise>.submitted': 1,
    };
    expect(dependencies).toEqual(calls);
    expect(timed).toEqual(calls);
    expect(dependencyErrors).toEqual({
      'db postgresql postgres 42P01 broken': 1,
      'db postgresql postgres 42P01 unhandled': 1,
    });
  });

  test.for(['current', 'previous'])('node-redis, %s: commands and batches', async (set, { skip }) => {
    if (!redis) return skip('Redis is not installed: apt-get install redis-server');
    const libraries = set === 'current' ? current : previous;
    const { dependencies, dependencyErrors, timed, stdout } = await observeApp(
      node,
      'nodeRedis.mjs',
      libraries,
      env(redis),
    );
    expect(stdout).toBe('WRONGTYPE\n');
    const calls = {
      'cache redis 127.0.0.1:port write': 3,
      'cache redis 127.0.0.1:port read': 3,
      'cache redis 127.0.0.1:port batch': 1,
      'cache redis 127.0.0.1:port broken': 1,
    };
    expect(dependencies).toEqual(calls);
    expect(timed).toEqual(calls);
    expect(dependencyErrors).toEqual({ 'cache redis 127.0.0.1:port SimpleError broken': 1 });
  });

  test.for(['current', 'previous'])('ioredis, %s: commands and batches', async (set, { skip }) => {
    if (!redis) return skip('Redis is not installed: apt-get install redis-server');
    const libraries = set === 'current' ? current : previous;
    const { dependencies, dependencyErrors, timed, stdout } = await observeApp(
      node,
      'ioredis.mjs',
      libraries,
      env(redis),
    );
    expect(stdout).toBe('WRONGTYPE\nWRONGTYPE\n');
    const calls = {
      'cache redis 127.0.0.1:port write': 3,
      'cache redis 127.0.0.1:port read.<new Promise>': 3,
      'cache redis 127.0.0.1:port batch': 2,
      'cache redis 127.0.0.1:port brokenBatch': 1,
      'cache redis 127.0.0.1:port broken': 1,
    };
    expect(dependencies).toEqual(calls);
    expect(timed).toEqual(calls);
    const type = set === 'current' ? 'SimpleError' : 'ReplyError';
    expect(dependencyErrors).toEqual({ [`cache redis 127.0.0.1:port ${type} broken`]: 1 });
  });

  test.each(['current', 'previous'])('mongodb, %s: commands, cursors in batches, write errors', async (set) => {
    const libraries = set === 'current' ? current : previous;
    const { dependencies, dependencyErrors, timed, stdout } = await observeApp(
      node,
      'mongo.mjs',
      libraries,
      env(mongo),
    );
    expect(stdout).toBe('11000\n');
    const calls = {
      'db mongodb shop place': 4,
      'db mongodb shop all': 2,
      'db mongodb shop walk': 2,
      'db mongodb shop change': 1,
      'db mongodb shop twice': 1,
    };
    expect(dependencies).toEqual(calls);
    expect(timed).toEqual(calls);
    expect(dependencyErrors).toEqual({ 'db mongodb shop MongoServerError twice': 1 });
  });

  test('mysql2: pools, connections, callbacks, streams, errors', async () => {
    const { dependencies, dependencyErrors, timed, stdout } = await observeApp(node, 'mysql.mjs', current, env(mysql));
    expect(stdout).toBe('1146\n');
    const calls = {
      'db mysql shop count': 5,
      'db mysql shop withCallback.<new Promise>': 1,
      'db mysql shop streamed.<new Promise>': 1,
      'db mysql shop transaction': 2,
      'db mysql shop broken': 1,
    };
    expect(dependencies).toEqual(calls);
    expect(timed).toEqual(calls);
    expect(dependencyErrors).toEqual({ 'db mysql shop ER_NO_SUCH_TABLE broken': 1 });
  });

  test.runIf(major >= 22)('better-sqlite3: statements, transactions, errors', async () => {
    const { dependencies, dependencyErrors, timed, stdout } = await observeApp(node, 'betterSqlite.mjs', current);
    expect(stdout).toBe('RangeError\n');
    const calls = { 'db sqlite prepare': 1, 'db sqlite insert': 5, 'db sqlite read': 3, 'db sqlite broken': 1 };
    expect(dependencies).toEqual(calls);
    expect(timed).toEqual(calls);
    expect(dependencyErrors).toEqual({ 'db sqlite RangeError broken': 1 });
  });

  test.runIf(major >= 22)('the undici package: request and fetch', async () => {
    const { dependencies, dependencyErrors, stdout } = await observeApp(node, 'undici.mjs', current);
    expect(stdout).toBe('viaRequest,viaRequest,viaFetch,viaFetch,viaFetch\n');
    expect(dependencies).toEqual({ 'http 127.0.0.1:port viaRequest': 3, 'http 127.0.0.1:port viaFetch': 3 });
    expect(dependencyErrors).toEqual({ 'http 127.0.0.1:port 500 viaRequest': 1 });
  });
});
