import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from './freePort.js';
import { waitFor } from './waitFor.js';
import { Workbench, root } from './workbench.js';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

describe('with no collector at the address and none wanted', () => {
  const folder = join(root, 'test', 'fixtures', 'corner-shop');
  const file = join(folder, 'shop.mjs');
  let workbench: Workbench;
  let address: string;

  beforeAll(async () => {
    address = `127.0.0.1:${await freePort()}`;
    workbench = await Workbench.open({
      folder,
      developmentPath: root,
      settings: { 'hindcast.collector.address': address, 'hindcast.collector.embedded': false },
    });
    await workbench.openFile(file);
    await workbench.state('the server to look for a collector', ({ status }) => status?.state === 'no-collector');
  });

  afterAll(async () => {
    expect(await workbench.close()).toBe(0);
  });

  it('is the extension of this checkout', async () => {
    expect((await workbench.extension())?.path).toBe(root);
  });

  it('registers every command that the manifest contributes', async () => {
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;
    const registered = await workbench.commands();
    for (const { command } of manifest.contributes.commands) expect(registered).toContain(command);
  });

  it('says so in the status item', async () => {
    expect(await workbench.statusText()).toContain('Hindcast: no collector');
  });

  it('explains it behind the first line of the file, with the address', async () => {
    const sentence = `Hindcast: No collector answers at ${address}`;
    const line = await waitFor('the explanation', async () =>
      (await workbench.screenLines()).findIndex((text) => text.includes(sentence)) === 0 ? 1 : undefined,
    );
    expect(line).toBe(1);
    await workbench.screenshot('no-collector-dark');
  });

  it('shows no message box', async () => {
    expect(await workbench.page.locator('.notifications-toasts .notification-toast').count()).toBe(0);
  });

  it('explains the file on request', async () => {
    const done = workbench.run('hindcast.explainFile');
    const rows = await workbench.quickPick();
    expect(rows.join('\n')).toMatch(/10 functions/);
    await workbench.screenshot('explain-dark');
    await workbench.page.keyboard.press('Escape');
    await done;
  });

  it('copies the one flag that a service needs', async () => {
    await workbench.run('hindcast.copySensorCommand');
    expect(await workbench.clipboard()).toBe('node --import @hindcast/sensor/register app.js');
  });
});
