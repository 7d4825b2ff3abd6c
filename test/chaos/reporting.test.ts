// How reports travel: over TLS, taken in part, and from a thread that prints.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OtlpReceiver } from '../sensor/otlpReceiver.js';
import { buildSensor, makeApp, nodes, runApp } from '../sensor/runApp.js';

const text = `function work() { return 1; }
for (let i = 0; i < 7; i++) work();
let ticks = 0;
const timer = setInterval(() => { work(); if (++ticks === 20) clearInterval(timer); }, 50);`;

let app: ReturnType<typeof makeApp>;
let folder: string;

beforeAll(() => {
  buildSensor();
  app = makeApp({ 'app.cjs': text });
  folder = mkdtempSync(join(tmpdir(), 'hindcast-tls-'));
});
afterAll(() => {
  app.remove();
  rmSync(folder, { recursive: true, force: true });
});

const run = (node: string, endpoint: string, env: Record<string, string>) =>
  runApp({ node, cwd: app.root, args: ['app.cjs'], endpoint, env: { HINDCAST_INTERVAL_MS: '100', ...env } });

const callsOfWork = (receiver: OtlpReceiver): number =>
  [...receiver.report().calls].filter(([key]) => key.endsWith(' work')).reduce((sum, [, calls]) => sum + calls, 0);

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasOpenssl)('TLS', () => {
  let tls: { cert: Buffer; key: Buffer };

  beforeAll(() => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
    tls = { cert: readFileSync(cert), key: readFileSync(key) };
  });

  test.each(
    nodes.flatMap(([major, node]) =>
      ['OTEL_EXPORTER_OTLP_CERTIFICATE', 'NODE_EXTRA_CA_CERTS'].map((name) => ({ major, node, name })),
    ),
  )('Node $major: an authority that $name names', async ({ node, name }) => {
    const receiver = await OtlpReceiver.start(0, tls);
    const endpoint = receiver.endpoint.replace('http:', 'https:');
    const result = await run(node, endpoint, { [name]: join(folder, 'cert.pem') });
    expect(result).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    expect(callsOfWork(receiver)).toBe(27);
    await receiver.stop();
  });

  test('one that nobody vouches for hears nothing, and the program does not care', async () => {
    const [, node] = nodes.at(-1) ?? [0, process.execPath];
    const receiver = await OtlpReceiver.start(0, tls);
    const endpoint = receiver.endpoint.replace('http:', 'https:');
    const missing = join(folder, 'no-such-file.pem');
    for (const env of [{}, { OTEL_EXPORTER_OTLP_CERTIFICATE: missing }]) {
      expect(await run(node, endpoint, env)).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    }
    expect(receiver.metrics).toEqual([]);
    await receiver.stop();
  });
});

describe.each(nodes)('Node %i', (_, node) => {
  test('what the collector refuses of a report is counted', async () => {
    const receiver = await OtlpReceiver.start();
    // ExportMetricsServiceResponse { partial_success { rejected_data_points: 3, error_message: "no" } }
    receiver.answer = Buffer.from([10, 6, 8, 3, 18, 2, 110, 111]);
    const result = await run(node, receiver.endpoint, { HINDCAST_LOG_LEVEL: 'warn' });
    expect(result).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('the collector refused 3 items: no') as string,
    });
    // Of the last answer nobody hears any more.
    const { drops } = receiver.report();
    expect(drops.get('rejected_by_collector')).toBe(3 * (receiver.metrics.length - 1));
    expect(callsOfWork(receiver)).toBe(27);
    await receiver.stop();
  });

  test('a reporter that prints does not keep the program alive', async () => {
    const receiver = await OtlpReceiver.start();
    // Node itself prints to the thread's stderr then.
    const result = await run(node, receiver.endpoint, { NODE_DEBUG: 'http2,net,timer,stream' });
    expect(result).toMatchObject({ code: 0, signal: null, stdout: '' });
    expect(receiver.metrics.length).toBeGreaterThan(1);
    await receiver.stop();
  });
});
