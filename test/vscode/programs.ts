import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isListening, parseAddress } from '@hindcast/client/address';
import { freePort } from './freePort.js';
import { waitFor } from './waitFor.js';
import { root } from './workbench.js';

/** The fixture app and its one file that the tests look at most. */
export const shopFolder = join(root, 'test', 'fixtures', 'corner-shop');
export const shopFile = join(shopFolder, 'shop.mjs');

/** Whether something accepts connections at `host:port`. */
export async function listens(address: string): Promise<boolean> {
  const target = parseAddress(address);
  return target !== undefined && (await isListening(target, 1000));
}

/** Three loopback addresses that nothing listens on at this moment. */
export async function freeAddresses(): Promise<{ query: string; otlpGrpc: string; otlpHttp: string }> {
  const [query, otlpGrpc, otlpHttp] = [await freePort(), await freePort(), await freePort()];
  return { query: `127.0.0.1:${query}`, otlpGrpc: `127.0.0.1:${otlpGrpc}`, otlpHttp: `127.0.0.1:${otlpHttp}` };
}

interface Program {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Ends it and waits for its end. */
  end(): Promise<void>;
}

function start(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Program {
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (said = (said + chunk).slice(-20_000)));
  }
  const closed = new Promise<void>((done) => child.once('close', () => done()));
  return {
    child,
    output: () => said,
    end: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await closed;
      clearTimeout(timer);
    },
  };
}

export interface Collector extends Program {
  readonly addresses: { readonly query: string; readonly otlpGrpc: string; readonly otlpHttp: string };
}

/** The real collector, as the command line starts it, on free ports. */
export async function startCollector(): Promise<Collector> {
  const program = join(root, 'dist', 'hindcast.cjs');
  if (!existsSync(program)) throw new Error('dist/hindcast.cjs is missing. Run: npm run build');
  const addresses = await freeAddresses();
  const where = ['--query', addresses.query, '--otlp-grpc', addresses.otlpGrpc, '--otlp-http', addresses.otlpHttp];
  const started = start([program, 'collector', ...where, '--store', 'memory'], root);
  await waitFor('the collector to listen', async () => ((await listens(addresses.query)) ? true : undefined), {
    timeoutMs: 20_000,
    describe: started.output,
  });
  return { ...started, addresses };
}

/** The fixture shop under the real sensor, reporting to a collector; resolves when all customers were served. */
export async function startShop(otlpGrpc: string): Promise<Program> {
  const shop = start(['--import', '@hindcast/sensor/register', 'shop.mjs'], shopFolder, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${otlpGrpc}`,
    HINDCAST_INTERVAL_MS: '500',
  });
  await waitFor('the shop to serve', () => (shop.output().includes('served 4 kinds') ? true : undefined), {
    timeoutMs: 30_000,
    describe: shop.output,
  });
  return shop;
}
