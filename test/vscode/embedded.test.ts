import { afterEach, describe, expect, it } from 'vitest';
import { freeAddresses, listens, shopFile, shopFolder, startShop } from './programs.js';
import { waitFor } from './waitFor.js';
import { Workbench, root } from './workbench.js';

describe('the embedded collector', () => {
  let close: (() => Promise<unknown>) | undefined;
  afterEach(async () => {
    await close?.();
    close = undefined;
  });

  async function open(options: { trusted?: boolean } = {}) {
    const addresses = await freeAddresses();
    const workbench = await Workbench.open({
      folder: shopFolder,
      developmentPath: root,
      settings: {
        'hindcast.collector.address': addresses.query,
        'hindcast.collector.otlpGrpcAddress': addresses.otlpGrpc,
        'hindcast.collector.otlpHttpAddress': addresses.otlpHttp,
        'security.workspace.trust.startupPrompt': 'never',
      },
      ...options,
    });
    close = () => workbench.close();
    await workbench.openFile(shopFile);
    return { workbench, addresses };
  }

  it('starts when nothing listens, takes the first service in, and ends with the window', async () => {
    const { workbench, addresses } = await open();
    await workbench.state('the collector to run', ({ embedded }) => embedded.kind === 'running');
    await workbench.state('the server to reach it', ({ status }) => status?.state === 'no-data');
    const explained = await waitFor('the explanation', async () =>
      (await workbench.screenLines()).find((line) => line.includes('Hindcast: No service has reported yet')),
    );
    expect(explained).toContain('node --import @hindcast/sensor/register');
    await workbench.screenshot('no-data-dark');

    const shop = await startShop(addresses.otlpGrpc);
    await workbench.state('numbers of the file', ({ status }) => status?.file?.state === 'shown');
    await waitFor('a hint', async () => ((await workbench.hints(shopFile)).length > 0 ? true : undefined));
    await shop.end();

    await workbench.close();
    close = undefined;
    await waitFor('the collector to end', async () => ((await listens(addresses.query)) ? undefined : true), {
      timeoutMs: 30_000,
    });
  });

  it('does not start in Restricted Mode, which is said', async () => {
    const { workbench, addresses } = await open({ trusted: false });
    const state = await workbench.state('no collector', ({ status }) => status?.state === 'no-collector');
    expect(state.embedded).toEqual({ kind: 'off', reason: 'Restricted Mode' });
    expect(await listens(addresses.query)).toBe(false);
    await waitFor('the explanation', async () =>
      (await workbench.screenLines()).find((line) => line.includes('Restricted Mode')),
    );
  });
});
