import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHash } from '@hindcast/server/source/contentHash';

/** What production runs: version 1.4.2 of a service whose `placeOrder` is called 40,100 times a minute. */
export const deployedOrders = `import pg from 'pg';

const db = new pg.Pool();

/** Takes an order and answers what it costs. */
export async function placeOrder(order) {
  const price = priceOf(order.items);
  await db.query('insert into orders values ($1, $2)', [order.id, price]);
  return { id: order.id, price };
}

function priceOf(items) {
  return items.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
}

export function receipt({ id, price }) {
  return \`Order \${id}: \${price.toFixed(2)}\`;
}
`;

const CALLS = 20_050;
const SECONDS = 30;

/** Makes `folder` a repository with that service in it, committed. Answers the commit. */
export async function makeOrdersRepository(folder: string): Promise<string> {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  await mkdir(join(folder, 'src'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"name": "orders", "version": "1.4.2", "type": "module"}\n');
  await writeFile(join(folder, 'src', 'orders.js'), deployedOrders);
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'Orders 1.4.2');
  return git('rev-parse', 'HEAD');
}

const string = (key: string, value: string) => ({ key, value: { stringValue: value } });
const int = (key: string, value: number) => ({ key, value: { intValue: String(value) } });
const functions = [
  { name: 'placeOrder', line: 6, column: 23, endLine: 10 },
  { name: 'priceOf', line: 12, column: 10, endLine: 14 },
  { name: 'receipt', line: 16, column: 17, endLine: 18 },
] as const;
const entry = [string('hindcast.entry.kind', 'http'), string('hindcast.entry.name', 'POST /checkout')];
const dependency = [string('hindcast.dependency.kind', 'db'), string('hindcast.dependency.target', 'orders-db')];

/** Reports what it did in the last half minute, as its sensor would: OTLP over HTTP to `host:port`. */
export async function reportOrders(otlpHttp: string, revision: string): Promise<void> {
  const end = BigInt(Date.now()) * 1_000_000n;
  const interval = { startTimeUnixNano: String(end - BigInt(SECONDS) * 1_000_000_000n), timeUnixNano: String(end) };
  const attributes = [
    string('service.name', 'orders'),
    string('service.version', '1.4.2'),
    string('service.instance.id', 'orders-1'),
    string('deployment.environment.name', 'production'),
    string('vcs.ref.head.revision', revision),
    string('telemetry.sdk.name', '@hindcast/sensor'),
  ];
  const place = ({ name, line, column }: (typeof functions)[number]) => [
    string('code.function.name', name),
    string('code.file.path', 'src/orders.js'),
    int('code.line.number', line),
    int('code.column.number', column),
  ];
  const [placeOrder, priceOf] = functions;
  const point = (attributes: object[], calls = CALLS) => ({ ...interval, asInt: String(calls), attributes });
  const sum = (name: string, ...dataPoints: object[]) => ({
    name,
    unit: '{call}',
    sum: { isMonotonic: true, aggregationTemporality: 1, dataPoints },
  });
  // 2^(-128/16) s is 3.9 ms, 2^(-132/16) s is 3.3 ms.
  const timed = (name: string, offset: number, attributes: object[]) => ({
    name,
    unit: 's',
    exponentialHistogram: {
      aggregationTemporality: 1,
      dataPoints: [
        {
          ...interval,
          attributes,
          count: '500',
          sum: 500 * 2 ** (offset / 16),
          scale: 4,
          zeroCount: '0',
          positive: { offset, bucketCounts: ['500'] },
        },
      ],
    },
  });
  const scope = { name: '@hindcast/sensor' };
  const declared = functions.map(({ name, line, column, endLine }) => ({
    kvlistValue: {
      values: [
        string('name', name),
        int('line', line),
        int('column', column),
        int('endLine', endLine),
        string('hash', ''),
      ],
    },
  }));
  const record = {
    timeUnixNano: interval.startTimeUnixNano,
    eventName: 'hindcast.file.loaded',
    attributes: [
      string('code.file.path', 'src/orders.js'),
      string('hindcast.code.file.hash', contentHash(deployedOrders)),
    ],
    body: { arrayValue: { values: declared } },
  };
  await post(otlpHttp, '/v1/logs', {
    resourceLogs: [{ resource: { attributes }, scopeLogs: [{ scope, logRecords: [record] }] }],
  });
  const caller = place(placeOrder).map(({ key, value }) => ({ key: key.replace('code.', 'hindcast.caller.'), value }));
  const metrics = [
    sum('hindcast.function.calls', point(place(placeOrder)), point(place(priceOf))),
    sum('hindcast.edge.calls', point(place(placeOrder)), point([...place(priceOf), ...caller])),
    sum('hindcast.entry.calls', point([...entry, ...place(placeOrder)])),
    sum('hindcast.function.entries', point([...place(placeOrder), ...entry]), point([...place(priceOf), ...entry])),
    sum('hindcast.dependency.calls', point([...place(placeOrder), ...dependency])),
    timed('hindcast.function.duration', -128, place(placeOrder)),
    timed('hindcast.dependency.duration', -132, [...place(placeOrder), ...dependency]),
  ];
  await post(otlpHttp, '/v1/metrics', {
    resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ scope, metrics }] }],
  });
}

async function post(otlpHttp: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`http://${otlpHttp}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
}
