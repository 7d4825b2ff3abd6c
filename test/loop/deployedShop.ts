import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const register = pathToFileURL(join(root, 'sensor', 'dist', 'register.cjs')).href;

/** A repository with the pocket shop, deployed from its working tree again and again, under customers. */
export interface DeployedShop {
  readonly folder: string;
  git(...args: string[]): string;
  /** Replaces text in a file and commits it; the commit. */
  change(file: string, from: string, to: string, message: string): string;
  /** Ends what runs and starts what is checked out, with customers; resolves when it has run so many milliseconds. */
  deploy(runMs: number): Promise<void>;
  /** Lets customers come for so much longer. */
  serve(runMs: number): Promise<void>;
  /** Ends what runs. */
  stop(): Promise<void>;
}

const SERVICES = ['inventory', 'orders', 'storefront'] as const;
const CUSTOMERS = 10;

export async function deployedShop(folder: string, otlpGrpc: string): Promise<DeployedShop> {
  cpSync(join(root, 'demo', 'pocket'), folder, { recursive: true });
  const tests = `import { strictEqual } from 'node:assert';\nimport { test } from 'node:test';\nimport { priceOf } from '../orders/src/pricing.js';\n\ntest('prices', () => strictEqual(priceOf([{ sku: 'apples' }]), 120));\n`;
  cpSync(join(root, 'demo', 'pocket', 'orders', 'package.json'), join(folder, 'package.json'));
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify({ name: 'pocket-shop', private: true, type: 'module', scripts: { test: 'node --test shop.test.js' } })}\n`,
  );
  writeFileSync(join(folder, 'shop.test.js'), tests.replace('../orders', './orders'));
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', env: { ...process.env, ...WHO } });
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@shop.test');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'the shop');
  const ports = await Promise.all(SERVICES.map(freePort));
  const urls = Object.fromEntries(
    SERVICES.map((name, i) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${ports[i] ?? 0}`]),
  );
  let running: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    const ended = running.filter(({ exitCode }) => exitCode === null).map((child) => once(child, 'exit'));
    for (const child of running) child.kill('SIGTERM');
    running = [];
    await Promise.all(ended);
  };
  const start = async (name: string, port: number): Promise<void> => {
    const child = fork(join(folder, name, 'src', 'server.js'), {
      cwd: join(folder, name),
      execPath: process.execPath,
      execArgv: ['--import', register],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        ...{ PATH: process.env['PATH'], PORT: String(port), ...urls },
        ...{
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://${otlpGrpc}`,
          HINDCAST_ENVIRONMENT: 'test',
          HINDCAST_INTERVAL_MS: '250',
        },
        ...{ HINDCAST_CACHE_DIR: 'off', HINDCAST_CPU_BUDGET: '10%' },
      },
    });
    running.push(child);
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error(`${name} ended`))),
    ]);
  };
  return {
    ...{ folder, git, stop },
    change(file, from, to, message) {
      const text = readFileSync(join(folder, file), 'utf8');
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      writeFileSync(
        join(folder, file),
        text.replace(from, () => to),
      );
      git('commit', '--quiet', '--all', '--message', message);
      return git('rev-parse', 'HEAD').trim();
    },
    serve: (runMs) => visit(urls['STOREFRONT_URL'] ?? '', runMs),
    async deploy(runMs) {
      await stop();
      for (const [i, name] of SERVICES.entries()) await start(name, ports[i] ?? 0);
      await visit(urls['STOREFRONT_URL'] ?? '', runMs);
    },
  };
}

const WHO = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

/** Customers who come at fixed moments, however long they are served. */
async function visit(shop: string, runMs: number): Promise<void> {
  const goods = ['apples', 'bread'];
  const end = performance.now() + runMs;
  const customer = async (own: number): Promise<void> => {
    for (let visitNumber = own; performance.now() < end; visitNumber++) {
      const basket = [0, 1].map((i) => `sku=${goods[(visitNumber + i) % goods.length] ?? ''}`).join('&');
      const answer = await fetch(visitNumber % 3 === 0 ? shop : `${shop}/checkout?${basket}`);
      await answer.text();
      await pause(50);
    }
  };
  await Promise.all(Array.from({ length: CUSTOMERS }, (_, own) => customer(own)));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
