import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopFile, shopFolder, startCollector, startShop } from './programs.js';
import type { Collector } from './programs.js';
import { waitFor } from './waitFor.js';
import { Workbench, root, themes } from './workbench.js';

// Lines of the fixture.
const SERVE = 8;
const REFUSE = 15;
const WEIGH = 20;
const REFUND = 25;
/** Column of the name in `async function serve`. */
const SERVE_COLUMN = 16;

describe('against a running collector with a service under the sensor', () => {
  let collector: Collector;
  let shop: Awaited<ReturnType<typeof startShop>>;
  let workbench: Workbench;

  const hintAt = async (line: number) => (await workbench.hints(shopFile)).find((hint) => hint.line === line)?.text;
  const hintsOnScreen = () =>
    waitFor('the hint on the screen', async () => {
      const lines = await workbench.screenLines();
      return lines.some((line) => line.includes('function serve') && line.includes('/min')) ? lines : undefined;
    });

  beforeAll(async () => {
    collector = await startCollector();
    shop = await startShop(collector.addresses.otlpGrpc);
    workbench = await Workbench.open({
      folder: shopFolder,
      developmentPath: root,
      settings: {
        'hindcast.collector.address': collector.addresses.query,
        'window.commandCenter': false,
      },
    });
    await workbench.openFile(shopFile);
    await workbench.run('workbench.action.closeSidebar');
    await workbench.state('numbers of the file', ({ status }) => status?.file?.state === 'shown');
  });

  afterAll(async () => {
    const code = await workbench.close();
    await shop.end();
    await collector.end();
    expect(code).toBe(0);
  });

  it('gives a hint at functions that matter', async () => {
    expect(await hintAt(SERVE)).toMatch(/\/min/);
    expect(await hintAt(REFUSE)).toMatch(/100 % err/);
    expect(await hintAt(REFUND)).toBeUndefined();
  });

  it('keeps hints short enough for a line end', async () => {
    for (const { text } of await workbench.hints(shopFile)) expect(text.length).toBeLessThanOrEqual(32);
  });

  it('says above a function that it never ran', async () => {
    const lens = (await workbench.lenses(shopFile)).find(({ line }) => line === REFUND);
    expect(lens?.title).toMatch(/never ran/);
  });

  it('tells the exact numbers and their origin on hover', async () => {
    const card = (await workbench.hover(shopFile, SERVE, SERVE_COLUMN)).replaceAll('\\', '');
    expect(card).toMatch(/\b300\b/);
    expect(card).toMatch(/\b30\b/);
    expect(card).toContain('OutOfStock');
    expect(card).toContain('corner-shop');
    expect(card).toContain('1.4.0');
    expect(card).toMatch(/p99/);
    // Every 25th customer, unless refused as a 10th.
    expect(await workbench.hover(shopFile, WEIGH, SERVE_COLUMN)).toMatch(/\b6 calls\b/);
  });

  it('marks where errors begin, as a hint and never as a warning', async () => {
    const [own] = await waitFor('the diagnostic', async () => {
      const found = await workbench.diagnostics(shopFile);
      return found.length > 0 ? found : undefined;
    });
    expect(own).toMatchObject({ code: 'error-origin', severity: 'Hint' });
    expect(own?.message).toMatch(/^Throws in .* of its calls in production: 30 OutOfStock\.$/);
  });

  it('offers actions where a person asks for them', async () => {
    expect(await workbench.actions(shopFile, SERVE, SERVE_COLUMN)).toEqual(
      expect.arrayContaining(['Hindcast: Explain serve', 'Hindcast: Copy production facts as Markdown']),
    );
    await workbench.run('hindcast.copyFacts', {
      uri: `file://${shopFile}`,
      line: SERVE,
      column: SERVE_COLUMN,
    });
    expect(await workbench.clipboard()).toContain('**serve**');
  });

  it('tells who calls and whom, once it is asked for that', async () => {
    await workbench.select(SERVE, SERVE_COLUMN);
    await workbench.run('hindcast.showCallHierarchy');
    await workbench.page.locator('.call-hierarchy .monaco-list-row', { hasText: 'serve' }).first().waitFor();
    await workbench.screenshot('hierarchy-dark');
    const found = await waitFor('the hierarchy', async () => {
      const own = await workbench.hierarchy(shopFile, SERVE, SERVE_COLUMN);
      return own?.item.includes('corner-shop') && own.outgoing.length > 0 ? own : undefined;
    });
    expect(found.item).toBe('serve · corner-shop · 300 calls');
    expect(found.outgoing.join('\n')).toMatch(/corner-shop · .*calls? · /);
    await workbench.run('editor.closeCallHierarchy');
    await workbench.page.locator('.call-hierarchy').waitFor({ state: 'detached' });
  });

  it('shows heat only when its setting is on', async () => {
    const icons = () => workbench.page.locator('.editor-instance .cgmr[class*="ced-"]').count();
    expect(await icons()).toBe(0);
    await workbench.setSetting('hindcast.heat.enabled', true);
    await waitFor('heat in the gutter', async () => ((await icons()) > 0 ? true : undefined));
    await workbench.screenshot('heat-dark');
    await workbench.setSetting('hindcast.heat.enabled', undefined);
    await waitFor('no heat', async () => ((await icons()) === 0 ? true : undefined));
  });

  it('lets a person choose environment, version and window', async () => {
    const done = workbench.run('hindcast.chooseScope');
    const rows = await workbench.quickPick();
    expect(rows.join('\n')).toMatch(/All environments[^]*1\.4\.0[^]*Last 7 days/);
    await workbench.screenshot('scope-dark');
    await workbench.page.keyboard.type('Last 7 days');
    await workbench.page.keyboard.press('Enter');
    await done;
    await workbench.state('the window', ({ status }) => status?.window === 'P7D' && status.state === 'connected');
    await workbench.state('numbers of the window', ({ status }) => status?.file?.state === 'shown');
  });

  it('moves no line while numbers change', async () => {
    const before = await workbench.linePositions();
    expect(Object.keys(before).length).toBeGreaterThan(10);
    const again = await startShop(collector.addresses.otlpGrpc);
    await waitFor('the new numbers', async () => {
      expect(await workbench.linePositions()).toEqual(before);
      // Summed, or as another version when something was committed since the first start.
      const card = await workbench.hover(shopFile, SERVE, SERVE_COLUMN);
      return /\b600 calls|Other versions/.test(card) ? true : undefined;
    });
    await again.end();
    expect(await workbench.linePositions()).toEqual(before);
  });

  it('shows all of it on the screen, dark, light and in high contrast', async () => {
    await hintsOnScreen();
    const lenses = await waitFor('the lens on the screen', async () => {
      const texts = await workbench.screenLenses();
      return texts.some((text) => text.includes('never ran')) ? texts : undefined;
    });
    expect(lenses.join('\n')).toContain('never ran');
    for (const theme of ['dark', 'high-contrast', 'light'] as const) {
      await workbench.setSetting('workbench.colorTheme', themes[theme]);
      const kind = { dark: 'vs-dark', 'high-contrast': 'hc-black', light: 'vs' }[theme];
      await workbench.page.locator(`.monaco-workbench.${kind}`).waitFor();
      await workbench.screenshot(`overlay-${theme}`);
      const card = await workbench.showHover(SERVE, SERVE_COLUMN, 'corner-shop');
      expect(card).toMatch(/[36]00 calls/);
      await workbench.screenshot(`hover-${theme}`);
      await workbench.page.keyboard.press('Escape');
    }
  });

  it('says in the status item what is connected', async () => {
    expect(await workbench.statusText()).toBe('Hindcast');
    const state = await workbench.state('services', ({ status }) => status?.state === 'connected');
    expect(state.embedded).toEqual({ kind: 'external' });
    // Twice when something was committed between the two starts.
    const services = state.status?.services.map(({ name, version }) => `${name} ${version}`);
    expect([...new Set(services)]).toEqual(['corner-shop 1.4.0']);
  });

  it('explains nothing where numbers are shown', async () => {
    expect((await workbench.screenLines()).join('\n')).not.toContain('Hindcast:');
  });

  it('hides everything with one command, and shows it again', async () => {
    await workbench.run('hindcast.toggleOverlay');
    await waitFor('the hints to go', async () => ((await workbench.hints(shopFile)).length === 0 ? true : undefined));
    expect(await workbench.lenses(shopFile)).toEqual([]);
    expect(await workbench.hover(shopFile, SERVE, SERVE_COLUMN)).not.toContain('corner-shop');
    await waitFor('the screen to be clean', async () => {
      const seen = [...(await workbench.screenLines()), ...(await workbench.screenLenses())].join('\n');
      return /\/min|never ran|Hindcast:/.test(seen) ? undefined : true;
    });
    await workbench.screenshot('hidden-light');
    await workbench.run('hindcast.toggleOverlay');
    await hintsOnScreen();
  });

  it('turns one kind off by its setting', async () => {
    await workbench.setSetting('hindcast.inlayHints.enabled', false);
    await waitFor('the hints to go', async () => ((await hintAt(SERVE)) === undefined ? true : undefined));
    // What calls cost has a setting of its own.
    expect((await workbench.hints(shopFile)).every(({ text }) => text.startsWith('⟵'))).toBe(true);
    expect((await workbench.lenses(shopFile)).length).toBeGreaterThan(0);
    await workbench.setSetting('hindcast.inlayHints.enabled', undefined);
    await waitFor('the hints to come back', () => hintAt(SERVE));
  });

  it('lists state and actions when the status item is clicked', async () => {
    await workbench.page.locator('.statusbar-item[id="hindcast.hindcast.status"] a').click();
    const rows = await workbench.quickPick();
    expect(rows.join('\n')).toMatch(/corner-shop 1\.4\.0/);
    expect(rows.join('\n')).toMatch(/Hide Overlay/);
    await workbench.screenshot('status-light');
    await workbench.page.keyboard.press('Escape');
  });

  it('goes from the lens of a function to one of its callers', async () => {
    const shelfFile = join(shopFolder, 'shelf.mjs');
    await workbench.openFile(shelfFile);
    const lens = workbench.page.locator('.codelens-decoration a', { hasText: /2\scallers · 2\sfiles/ });
    await lens.click();
    const rows = await workbench.quickPick();
    // How many of its calls each of them made is estimated where not every call was looked at.
    expect(rows.join('\n')).toMatch(/open.*[1-3] calls? · corner-shop/);
    await workbench.screenshot('callers-light');
    await workbench.page.keyboard.type('shop.mjs');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('.tab.active[data-resource-name="shop.mjs"]').waitFor();
  });

  it('shows no message box', async () => {
    expect(await workbench.page.locator('.notifications-toasts .notification-toast').count()).toBe(0);
  });
});
