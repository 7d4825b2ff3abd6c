// HTTP, fetch and gRPC between three services: which function of which service called which, exactly, whatever runs at once.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { OtlpReceiver } from '../sensor/otlpReceiver.js';
import { buildSensor, nodes, repositoryRoot } from '../sensor/runApp.js';
import { factsOf, sensorFacts } from './sensorFacts.js';

const BROWSES = 150;
const CHECKOUTS = 60;
/** Requests of someone who sends no trace headers, or only those of another vendor. */
const STRANGERS = 5;

const apps = join(repositoryRoot, 'test/services/apps');
const running: ChildProcess[] = [];
let registerModule = '';

beforeAll(() => {
  registerModule = buildSensor();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map(stop));
});

function start(
  node: string,
  name: string,
  endpoint: string,
  imports: string[],
  env: Record<string, string>,
): ChildProcess {
  const child = spawn(node, [...imports.flatMap((one) => ['--import', one]), join(apps, `${name}.mjs`)], {
    cwd: apps,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      OTEL_SERVICE_NAME: name,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      HINDCAST_INTERVAL_MS: '200',
      ...env,
    },
  });
  running.push(child);
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** The first line that a service prints says where it listens. */
async function ports(child: ChildProcess): Promise<{ http: number; grpc: number }> {
  let problems = '';
  child.stderr?.on('data', (chunk: Buffer) => (problems += chunk.toString()));
  if (!child.stdout) throw new Error('no output');
  for await (const line of createInterface(child.stdout)) return JSON.parse(line) as { http: number; grpc: number };
  throw new Error(`ended before it listened: ${problems}`);
}

describe.each(nodes)('on Node %i', (_, node) => {
  test.each([
    { title: 'the sensor alone', other: [] },
    { title: 'an OpenTelemetry SDK beside it', other: [join(apps, 'openTelemetry.mjs')] },
  ])('$title', async ({ other }) => {
    const receiver = await OtlpReceiver.start();
    try {
      const imports = [registerModule, ...other];
      const back = start(node, 'back', receiver.endpoint, imports, {});
      const backPorts = await ports(back);
      const middle = start(node, 'middle', receiver.endpoint, imports, {
        BACK: `http://127.0.0.1:${backPorts.http}`,
        BACK_GRPC: `127.0.0.1:${backPorts.grpc}`,
      });
      const middleUrl = `http://127.0.0.1:${(await ports(middle)).http}`;
      const front = start(node, 'front', receiver.endpoint, imports, {
        MIDDLE: middleUrl,
        BROWSES: String(BROWSES),
        CHECKOUTS: String(CHECKOUTS),
      });
      const ended = once(front, 'exit');
      let problems = '';
      front.stderr?.on('data', (chunk: Buffer) => (problems += chunk.toString()));
      for (let i = 0; i < STRANGERS; i++) {
        const answer = await fetch(`${middleUrl}/items/stranger`, {
          headers: { traceparent: `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`, tracestate: 'vendor=1' },
        });
        expect(answer.status).toBe(200);
      }
      expect([(await ended)[0], problems]).toEqual([0, '']);
      await Promise.all([stop(middle), stop(back)]);

      const facts = sensorFacts(receiver.metrics);
      const handlers = (service: string, fn: string): Record<string, number> =>
        Object.fromEntries(
          Object.entries(factsOf(facts, service, 'edge.calls')).filter(
            ([key]) => key.endsWith(` function.name=${fn}`) || key === `function.name=${fn}`,
          ),
        );
      expect(handlers('middle', 'listItem')).toEqual({
        'caller.function.name=ask.<new Promise> caller.service.name=front function.name=listItem': BROWSES + CHECKOUTS,
        'function.name=listItem': STRANGERS,
      });
      expect(handlers('middle', 'placeOrder')).toEqual({
        'caller.function.name=viaPost.<new Promise> caller.service.name=front function.name=placeOrder': CHECKOUTS,
      });
      expect(handlers('back', 'price')).toEqual({
        'caller.function.name=fetchPrice caller.service.name=middle function.name=price':
          BROWSES + CHECKOUTS + STRANGERS,
        'caller.function.name=audit caller.service.name=middle function.name=price': CHECKOUTS,
      });
      expect(handlers('back', 'reserve')).toEqual({
        'caller.function.name=reserve.<new Promise> caller.service.name=middle function.name=reserve': 2 * CHECKOUTS,
      });
      expect(factsOf(facts, 'middle', 'entry.calls')).toEqual({
        'entry.kind=http entry.name=GET /items/:id function.name=listItem': BROWSES + CHECKOUTS + STRANGERS,
        'entry.kind=http entry.name=POST /orders/:id function.name=placeOrder': CHECKOUTS,
      });
      expect(factsOf(facts, 'back', 'entry.calls')).toEqual({
        'entry.kind=http entry.name=GET /prices/:id function.name=price': BROWSES + 2 * CHECKOUTS + STRANGERS,
        'entry.kind=rpc entry.name=shop.Reservations/Reserve function.name=reserve': 2 * CHECKOUTS,
      });
      expect(factsOf(facts, 'middle', 'dependency.calls')).toEqual({
        [`dependency.kind=http dependency.target=127.0.0.1:${backPorts.http} function.name=fetchPrice`]:
          BROWSES + CHECKOUTS + STRANGERS,
        [`dependency.kind=http dependency.target=127.0.0.1:${backPorts.http} function.name=audit`]: CHECKOUTS,
        [`dependency.kind=rpc dependency.target=127.0.0.1:${backPorts.grpc} function.name=reserve.<new Promise>`]:
          2 * CHECKOUTS,
      });
      expect(factsOf(facts, 'middle', 'dependency.errors')).toEqual({});
      expect(factsOf(facts, 'back', 'function.calls')['function.name=sawVendor']).toBe(
        other.length > 0 ? STRANGERS : undefined,
      );
    } finally {
      await receiver.stop();
    }
  });
});
