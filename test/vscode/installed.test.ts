import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureEditor, installVsix } from '../../scripts/editor.mjs';
import { shopFile, shopFolder, startCollector, startShop } from './programs.js';
import type { Collector } from './programs.js';
import { waitFor } from './waitFor.js';
import { Workbench, root } from './workbench.js';

describe('installed from the package', () => {
  const artifacts = join(root, '.artifacts');
  let vsix: string;
  let scratch: string;
  let packing: ReturnType<typeof spawnSync>;
  let collector: Collector;
  let shop: Awaited<ReturnType<typeof startShop>>;
  let workbench: Workbench;

  beforeAll(async () => {
    await mkdir(artifacts, { recursive: true });
    scratch = await mkdtemp(join(artifacts, 'installed-'));
    vsix = join(scratch, 'hindcast.vsix');
    packing = spawnSync(process.execPath, ['scripts/package.mjs', '--no-build', '--out', vsix], {
      cwd: root,
      encoding: 'utf8',
    });
    if (packing.status !== 0) throw new Error(`Packaging failed.\n${String(packing.stdout)}${String(packing.stderr)}`);
    await ensureEditor();
    const extensionsDir = join(scratch, 'extensions');
    await installVsix({ vsix, extensionsDir });
    collector = await startCollector();
    shop = await startShop(collector.addresses.otlpGrpc);
    workbench = await Workbench.open({
      folder: shopFolder,
      extensionsDir,
      settings: { 'hindcast.collector.address': collector.addresses.query },
    });
    await workbench.openFile(shopFile);
  });

  afterAll(async () => {
    await workbench.close();
    await shop.end();
    await collector.end();
    await rm(scratch, { recursive: true, force: true });
  });

  it('is small and carries no sources', async () => {
    expect((await stat(vsix)).size).toBeLessThan(5 << 20);
    const listed = (await readdir(join(scratch, 'extensions'), { recursive: true })).join('\n');
    const parts = ['extension.cjs', 'server.cjs', 'hindcast.cjs', 'tree-sitter-typescript.wasm', 'icon.png'];
    for (const part of [...parts, 'media/graph.js', 'sensor/register.mjs', 'demo/start.mjs']) {
      expect(listed).toContain(part);
    }
    expect(listed).not.toMatch(/\.map\b|\.ts\b/);
  });

  it('shows the overlay against a running collector', async () => {
    await workbench.state('numbers of the file', ({ status }) => status?.file?.state === 'shown');
    expect((await workbench.extension())?.path).toContain(scratch);
    await waitFor('the hint on the screen', async () =>
      (await workbench.screenLines()).some((line) => line.includes('function serve') && line.includes('/min'))
        ? true
        : undefined,
    );
    await workbench.screenshot('installed-dark');
  });
});
