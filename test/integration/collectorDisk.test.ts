import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, describe, expect, it } from 'vitest';
import { silentLogger } from '@hindcast/core/logger';
import { startCollector } from '@hindcast/collector/startCollector';
import { OtlpClient, QueryClient, metricsRequest } from './collectorClient.js';

const local = '127.0.0.1:0';
const folder = mkdtempSync(join(tmpdir(), 'hindcast-disk-'));

/** A disk of its own that is small; only root may have one. */
function isMounted(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('SKIPPED: no small disk can be mounted here; a full and a read-only disk were not tried.\n');
    return false;
  }
}
const hasDisk = isMounted();
const filler = join(folder, 'filler');

function fill(): void {
  const file = openSync(filler, 'w');
  for (let size = 1024 * 1024; size >= 512;) {
    try {
      writeSync(file, Buffer.alloc(size, 1));
    } catch {
      size /= 2;
    }
  }
  closeSync(file);
}

afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!hasDisk)('a disk', () => {
  afterAll(() => execFileSync('umount', [folder]));

  it('that is full: exports are to come again, status says why, and it goes on when there is room', async () => {
    const config = { otlpGrpc: local, otlpHttp: local, query: local, store: join(folder, 'store.db') };
    const collector = await startCollector(config, silentLogger);
    const otlp = new OtlpClient(collector.addresses.otlpGrpc ?? '');
    const query = new QueryClient(collector.addresses.query);
    const now = Date.now();
    /** Many functions, so that the file has to grow. */
    const request = (turn: number): Uint8Array =>
      metricsRequest(
        { name: 'shop' },
        `src/${turn}.ts`,
        now - 60_000 + turn,
        now - 60_000 + turn,
        Array.from({ length: 500 }, (_, i) => ({ name: `function${i}OfFile${turn}`, line: i + 1, calls: 1 })),
      );
    const stored = async (): Promise<number> =>
      (await query.services()).services.reduce((sum, { calls }) => sum + Number(calls), 0);
    try {
      await otlp.export('metrics', request(0));
      let taken = 1;
      fill();
      let refusal: { code?: number; metadata?: { get(name: string): unknown[] } } | undefined;
      for (let turn = 1; turn < 50 && !refusal; turn++) {
        await otlp.export('metrics', request(turn)).then(
          () => taken++,
          (error: unknown) => (refusal = error as typeof refusal),
        );
      }
      expect(refusal?.code).toBe(status.UNAVAILABLE);
      expect(String(refusal?.metadata?.get('grpc-status-details-bin')[0])).toContain('google.rpc.RetryInfo');
      const overHttp = await fetch(`http://${collector.addresses.otlpHttp ?? ''}/v1/metrics`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: new Uint8Array(request(taken)),
      });
      expect([overHttp.status, overHttp.headers.get('retry-after')]).toEqual([503, '5']);
      expect((await query.status()).store?.problem).toMatch(/^The store cannot be written: the disk is full\./);
      // What was taken before is there, and nothing of what was refused.
      expect(await stored()).toBe(taken * 500);
      rmSync(filler);
      await otlp.export('metrics', request(taken));
      await otlp.export('metrics', request(taken));
      expect(await stored()).toBe((taken + 1) * 500);
      expect((await query.status()).store?.problem).toBe('');
    } finally {
      otlp.close();
      query.close();
      await collector.close();
    }
  });

  it('that is read-only: a collector says so and does not start', async () => {
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    try {
      const config = { otlpGrpc: local, otlpHttp: local, query: local, store: join(folder, 'store.db') };
      await expect(startCollector(config, silentLogger)).rejects.toMatchObject({
        code: 'STORE_UNUSABLE',
        message: expect.stringMatching(
          /store\.db cannot be used: it (is read-only|cannot be opened or created)\./,
        ) as string,
      });
    } finally {
      execFileSync('mount', ['-o', 'remount,rw', folder]);
    }
  });
});

/** A file system of its own on a loop device: only root may have one, and not on every machine. */
function mountedDisk(): string | undefined {
  const place = mkdtempSync(join(tmpdir(), 'hindcast-ext4-'));
  try {
    writeFileSync(`${place}.img`, '');
    truncateSync(`${place}.img`, 16 * 1024 * 1024);
    execFileSync('mkfs.ext4', ['-q', '-F', `${place}.img`], { stdio: 'ignore' });
    execFileSync('mount', ['-o', 'loop', `${place}.img`, place], { stdio: 'ignore' });
    return place;
  } catch {
    rmSync(place, { recursive: true });
    rmSync(`${place}.img`, { force: true });
    process.stderr.write('SKIPPED: no file system can be mounted here; disks that turn read-only were not tried.\n');
    return undefined;
  }
}
const disk = mountedDisk() ?? '';

describe.skipIf(disk === '')('a disk that turns read-only under a collector', () => {
  afterAll(() => {
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
    rmSync(`${disk}.img`);
  });

  it.each([
    { what: 'its files may not be written', change: ['chattr', '+i'], back: ['chattr', '-i'], says: 'it is read-only' },
    // What a kernel does when it no longer trusts a disk: there is no way back from that but another mount.
    {
      what: 'its file system gives up',
      change: ['mount', '-o', 'remount,abort'],
      says: 'the disk failed to read or write it',
    },
  ])(
    '$what: exports are to come again, questions are answered, and status says why',
    async ({ change, back, says }) => {
      const store = join(disk, 'store.db');
      const targets = back ? [store, `${store}-wal`] : [disk];
      const run = ([command = '', ...args]: readonly string[]): unknown => execFileSync(command, [...args, ...targets]);
      const collector = await startCollector(
        { otlpGrpc: local, otlpHttp: undefined, query: local, store },
        silentLogger,
      );
      const otlp = new OtlpClient(collector.addresses.otlpGrpc ?? '');
      const query = new QueryClient(collector.addresses.query);
      const now = Date.now();
      const send = (turn: number): Promise<unknown> =>
        otlp.export(
          'metrics',
          metricsRequest({ name: 'shop' }, 'src/a.ts', now - 60_000, now - 30_000 + turn, [
            { name: 'f', line: 1, calls: 1 },
          ]),
        );
      const stored = async (): Promise<number> =>
        (await query.services()).services.reduce((sum, { calls }) => sum + Number(calls), 0);
      try {
        await send(0);
        const before = await stored();
        run(change);
        try {
          await expect(send(1)).rejects.toMatchObject({ code: status.UNAVAILABLE });
          expect((await query.status()).store?.problem).toMatch(`The store cannot be written: ${says}.`);
          expect(await stored()).toBe(before);
        } finally {
          if (back) run(back);
        }
        if (!back) return;
        await send(1);
        expect(await stored()).toBe(before + 1);
        expect((await query.status()).store?.problem).toBe('');
      } finally {
        otlp.close();
        query.close();
        await collector.close();
      }
    },
  );
});
