// The load generator is the oracle of other tests, so it is tested by itself: against a server that only counts.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { type LoadReport, root } from './runningDemo.js';

const run = promisify(execFile);
const open: { close(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** A storefront that answers everything with one status after a while, and remembers what it was asked. */
async function fakeStorefront(status: number, delayMs = 0) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    if (request.url !== '/health') requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    setTimeout(
      () => response.writeHead(status, { 'server-timing': `cache, handler;dur=${delayMs}.5` }).end('{}'),
      request.url === '/health' ? 0 : delayMs,
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push(server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

async function runLoad(url: string, ...flags: string[]): Promise<LoadReport> {
  const args = ['demo/load/main.mjs', '--url', url, '--rate', '100', '--duration', '1', ...flags];
  const { stdout } = await run(process.execPath, args, { cwd: root, timeout: 30_000 });
  return JSON.parse(stdout) as LoadReport;
}

test('sends what it says, the same for the same seed and another for another', async () => {
  const [first, again, other] = [await fakeStorefront(200), await fakeStorefront(200), await fakeStorefront(200)];
  const report = await runLoad(first.url, '--seed', '7');
  await runLoad(again.url, '--seed', '7');
  await runLoad(other.url, '--seed', '8');

  expect(report.sent).toBe(100);
  expect(first.requests).toHaveLength(100);
  expect(again.requests.sort()).toEqual(first.requests.sort());
  expect(other.requests.sort()).not.toEqual(first.requests);
  const shown = first.requests.filter((request) => /^GET \/products\/\d+$/.test(request)).length;
  expect(report.operations.find(({ operation }) => operation === 'show')?.sent).toBe(shown);
  expect(report.functions.find((entry) => entry.function === 'registerRoutes.showProduct')?.calls).toBe(shown);
});

test('is open-loop: slow answers do not slow it down, and are measured', async () => {
  const slow = await fakeStorefront(200, 400);
  const report = await runLoad(slow.url);
  expect(report.sent).toBe(100);
  expect(slow.requests).toHaveLength(100);
  expect(report.operations.find(({ operation }) => operation === 'checkout')?.p50Ms).toBeGreaterThanOrEqual(399);
  // The shop's own word, not the load's clock.
  const checkout = report.functions.find((entry) => entry.function === 'registerRoutes.checkout');
  expect(checkout?.latency).toMatchObject({ p50Ms: 400.5, p99Ms: 400.5 });
});

test('counts and names answers that it did not expect', async () => {
  const broken = await fakeStorefront(500);
  const report = await runLoad(broken.url);
  expect(report).toMatchObject({ sent: 100, unexpected: 100 });
  expect(report.lastProblem).toMatch(/: 500 \{\}$/);
});
