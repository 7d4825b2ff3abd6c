import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeOrdersRepository, reportOrders } from './changedService.js';
import { startCollector, type Collector } from './programs.js';
import { waitFor } from './waitFor.js';
import { Workbench, root, themes, type Theme } from './workbench.js';

const EDIT = `
  await db.query('select stock from items where order_id = $1', [order.id]);
  await db.query('select credit from customers where id = $1', [order.customer]);`;
/** Behind `const price = priceOf(order.items);`. */
const EDIT_LINE = 7;

describe('a change that is being made', () => {
  let folder: string;
  let file: string;
  let collector: Collector;
  let workbench: Workbench;

  const rows = () => workbench.page.locator('.pane:has(.pane-header[aria-label^="Change"]) .monaco-list-row');
  const rowLabels = async () =>
    (await rows().evaluateAll((found) => found.map((row) => row.getAttribute('aria-label') ?? ''))).map((label) =>
      label.replaceAll('\u00a0', ' '),
    );
  const rowOf = (text: RegExp) =>
    waitFor(`a row ${String(text)}`, async () => {
      const index = (await rowLabels()).findIndex((label) => text.test(label));
      return index < 0 ? undefined : rows().nth(index);
    });
  const message = (text: RegExp) =>
    workbench.page.locator('.pane:has(.pane-header[aria-label^="Change"]) .message', { hasText: text });
  const lens = () =>
    waitFor('the lens about the change', async () =>
      (await workbench.screenLenses()).find((text) => text.includes('changed since')),
    );
  const noLens = () =>
    waitFor('no lens about the change', async () =>
      (await workbench.screenLenses()).some((text) => text.includes('changed since')) ? undefined : true,
    );

  beforeAll(async () => {
    await mkdir(join(root, '.artifacts'), { recursive: true });
    folder = await realpath(await mkdtemp(join(root, '.artifacts', 'change-')));
    file = join(folder, 'src', 'orders.js');
    const revision = await makeOrdersRepository(folder);
    collector = await startCollector();
    await reportOrders(collector.addresses.otlpHttp, revision);
    workbench = await Workbench.open({
      folder,
      developmentPath: root,
      settings: {
        'hindcast.collector.address': collector.addresses.query,
        'window.commandCenter': false,
        'editor.autoIndent': 'none',
        'files.autoSave': 'off',
      },
    });
    await workbench.page.setViewportSize({ width: 1280, height: 900 });
    await workbench.openFile(file);
    await workbench.state('numbers of the file', ({ status }) => status?.file?.state === 'shown');
  });

  afterAll(async () => {
    await workbench.close();
    await collector.end();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await workbench.screenshot(`failed-${task.name.replaceAll(/\W+/g, '-')}`);
  });

  it('is nothing as long as the text is what production runs', async () => {
    await workbench.run('hindcast.showChange');
    for (const view of ['Hot', 'Failing', 'Services']) {
      await workbench.page.locator(`.pane-header.expanded[aria-label^="${view}"]`).click();
    }
    await message(/Nothing differs from what production runs/).waitFor();
    expect(await workbench.statusText()).not.toMatch(/\d/);
  });

  it('says above the function what two more database calls cost, before anything is saved', async () => {
    await workbench.select(EDIT_LINE, 200);
    await workbench.run('type', { text: EDIT });
    expect(await lens()).toMatch(/changed since 1\.4\.2 · risk \d+ · \+2 DB calls × 40\.1k\/min/);
    await waitFor('the risk in the status item', async () =>
      /Hindcast\s+\d+/.test(await workbench.statusText()) ? true : undefined,
    );
  });

  it('keeps every line where it is while the change goes on', async () => {
    const before = await workbench.linePositions();
    const { status } = await workbench.state('the change', ({ status: own }) => own?.change !== undefined);
    await workbench.select(EDIT_LINE + 3, 3);
    await workbench.run('type', { text: 'order.isTaken = true; ' });
    await workbench.state(
      'another assessment',
      ({ status: own }) => own?.change?.revision !== status?.change?.revision,
    );
    await lens();
    expect(await workbench.linePositions()).toEqual(before);
  });

  it('lists risk, functions and costs, and goes to the code', async () => {
    await workbench.run('hindcast.showChange');
    await (await rowOf(/^Risk \d+, (low|medium|high|critical) · since 1\.4\.2/)).click();
    await rowOf(/^factor, traffic, \+/);
    await (await rowOf(/^function, placeOrder, risk \d+.* · \+2 DB calls · 40\.1k\/min/)).click();
    await workbench.page.getByText('Ln 6, Col 1').waitFor();
    await rowOf(/^\+2 DB calls × 40\.1k\/min = \+80\.2k queries\/min on orders-db/);
    const cost = await rowOf(/^orders-db in line (8|9|10)/);
    const costLine = /line (\d+)/.exec((await cost.getAttribute('aria-label')) ?? '')?.[1] ?? '';
    await rowOf(/POST \/checkout of orders/);
    await workbench.page.setViewportSize({ width: 1440, height: 680 });
    // Room for what the rows say.
    const sideBar = await workbench.page.locator('.part.sidebar').boundingBox();
    const edge = (sideBar?.x ?? 0) + (sideBar?.width ?? 0);
    await workbench.page.mouse.move(edge, 300);
    await workbench.page.mouse.down();
    await workbench.page.mouse.move(edge + 190, 300, { steps: 5 });
    await workbench.page.mouse.up();
    await workbench.page.mouse.move(edge + 600, 550);
    for (const theme of ['light', 'high-contrast', 'dark'] satisfies Theme[]) {
      await workbench.setSetting('workbench.colorTheme', themes[theme]);
      const marker = { dark: '.vs-dark', light: '.vs', 'high-contrast': '.hc-black' }[theme];
      await workbench.page.locator(`.monaco-workbench${marker}`).waitFor();
      await workbench.screenshot(`change-${theme}`);
    }
    await cost.click();
    await workbench.page.getByText(`Ln ${costLine}, Col 1`).waitFor();
    await workbench.page.locator('.pane-header[aria-label^="Change"]').hover();
    await workbench.page.locator('a[aria-label="Copy Change as Markdown"]').first().click();
    const copied = await waitFor('the clipboard', async () => {
      const text = await workbench.clipboard();
      return text.includes('hindcast:assessment') ? text : undefined;
    });
    expect(copied).toMatch(/\+2 DB calls × 40\.1k\/min = \+80\.2k queries\/min on/);
  });

  it('can be turned off', async () => {
    await workbench.setSetting('hindcast.change.enabled', false);
    await noLens();
    await message(/hindcast\.change\.enabled is off/).waitFor();
    await workbench.setSetting('hindcast.change.enabled', true);
    await lens();
  });

  it('is gone when it is taken back', async () => {
    await workbench.run('workbench.action.files.revert');
    await noLens();
    await message(/Nothing differs from what production runs/).waitFor();
    await workbench.run('notifications.showList');
    const messages = await workbench.page.locator('.notifications-center .notification-list-item').allInnerTexts();
    expect(messages.filter((text) => /hindcast/i.test(text))).toEqual([]);
  });
});
