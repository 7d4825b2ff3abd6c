// Consumers of queues are entry points, and what is put into a queue is a call of the function that did it.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildSensor, nodes } from '../sensor/runApp.js';
import { observeApp } from './observeApp.js';
import { startAmqpStub } from './servers/amqp.js';
import { startKafkaStub } from './servers/kafka.js';
import type { LocalServer } from './servers/localServer.js';
import { startRedis } from './servers/redis.js';
import { installLibraries } from './tools/install.mjs';

const folders: Record<'current' | 'previous', string> = { current: '', previous: '' };
let redis: LocalServer | undefined;

beforeAll(async () => {
  buildSensor();
  folders.current = installLibraries('current');
  folders.previous = installLibraries('previous');
  redis = await startRedis();
}, 600_000);

afterAll(async () => {
  await redis?.stop();
});

const env = (server: LocalServer): Record<string, string> => ({ PORT: String(server.port) });
const only = (counts: Readonly<Record<string, number>>, kind: string): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([key]) => key.startsWith(`${kind} `)));

describe.each(nodes)('on Node %i', (_, node) => {
  test.for(['current', 'previous'] as const)('BullMQ, %s', async (set, { skip }) => {
    if (!redis) return skip('Redis is not installed: apt-get install redis-server');
    const observed = await observeApp(node, 'bullmq.mjs', folders[set], env(redis));
    expect(observed.entries).toEqual({ 'queue orders pack': 6 });
    expect(observed.entryErrors).toEqual({ 'queue orders TypeError pack': 1 });
    expect(only(observed.dependencies, 'queue')).toEqual({
      'queue bullmq orders place': 4,
      'queue bullmq orders placeMany': 1,
    });
    expect(only(observed.timed, 'queue')).toEqual(only(observed.dependencies, 'queue'));
  });

  describe('with stubs of brokers', () => {
    let amqp: LocalServer;
    let kafka: LocalServer;

    beforeEach(async () => {
      [amqp, kafka] = await Promise.all([startAmqpStub(folders.current), startKafkaStub()]);
    });

    afterEach(async () => {
      await Promise.all([amqp.stop(), kafka.stop()]);
    });

    test.for(['current', 'previous'] as const)('amqplib, %s: both of its interfaces', async (set) => {
      const observed = await observeApp(node, 'amqp.mjs', folders[set], env(amqp));
      expect(observed.stdout).toBe('no\n');
      expect(observed.entries).toEqual({ 'queue orders pack': 3, 'queue mails mail': 2 });
      expect(observed.entryErrors).toEqual({ 'queue orders TypeError pack': 1 });
      const calls = { 'queue rabbitmq orders place.<new Promise>': 3, 'queue rabbitmq mails remind': 2 };
      expect(observed.dependencies).toEqual(calls);
      expect(observed.timed).toEqual(calls);
    });

    test('kafkajs: messages and batches', async () => {
      const observed = await observeApp(node, 'kafka.mjs', folders.current, env(kafka));
      expect(observed.entries).toEqual({ 'queue orders pack': 4, 'queue mails mailAll': 1 });
      const calls = { 'queue kafka orders place': 4, 'queue kafka mails remind': 1 };
      expect(observed.dependencies).toEqual(calls);
      expect(observed.timed).toEqual(calls);
    });
  });
});
