// Takes the README's pictures and those of the walkthrough: runs the demo, opens its code in the installed extension, saves
// docs/images/*-{dark,light}.png and media/walkthrough/*-{dark,light}.png.
// `npm run build && node scripts/withNode24.mjs scripts/pictures.mjs`
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ensureBrowser, ensureEditor, installVsix, startEditor } from './editor.mjs';

const TRAFFIC_MS = 30_000;
const PICTURE_MS = 60_000;
/** Long enough for what moves by itself to have arrived. */
const MOVE_MS = 1500;
const THEMES = { dark: 'Default Dark Modern', light: 'Default Light Modern' };
const FLAGS = ['--no-sandbox', '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets'];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const log = (line) => process.stdout.write(`pictures: ${line}\n`);

/** Starts the demo without its editor; resolves with its facts and a way to end it. */
async function startDemo(scratch) {
  const facts = join(scratch, 'demo.json');
  const args = ['demo/start.mjs', '--no-editor', '--no-build', '--free-ports', '--json', facts];
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'ignore' });
  const closed = new Promise((done) => child.once('close', done));
  const end = async () => {
    child.kill('SIGINT');
    await closed;
  };
  while (!existsSync(facts)) {
    if (child.exitCode !== null) throw new Error('the demo ended; run "npm start -- --no-editor" to see why');
    await delay(200);
  }
  return { facts: JSON.parse(await readFile(facts, 'utf8')), end };
}

/** Opens the palette, from the text: keys do not reach the workbench from a picture. */
async function openPalette(page, text) {
  await page.locator('.view-line').first().click();
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').fill(text);
}

/** Runs a command of the palette by its title. */
async function run(page, title) {
  await openPalette(page, `>Hindcast: ${title}`);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click();
}

/** The frame of the picture with this title, once it is drawn. */
async function pictureFrame(page, title) {
  const deadline = performance.now() + PICTURE_MS;
  while (performance.now() < deadline) {
    for (const frame of page.frames()) {
      const heading = await frame
        .evaluate(() => document.querySelector('main[aria-busy="false"]') && document.querySelector('h1')?.textContent)
        .catch(() => undefined);
      if (heading && title.test(heading)) return frame;
    }
    await delay(200);
  }
  throw new Error(`no picture ${title} was drawn`);
}

/** What the steps of the walkthrough show, at the size at which they are shown. */
async function takeWalkthrough(theme, page) {
  const shoot = (name, clip) =>
    page.screenshot({ path: join(root, 'media', 'walkthrough', `${name}-${theme}.png`), scale: 'css', clip });
  const size = page.viewportSize();
  await shoot('overlay', { x: 0, y: 0, width: size.width, height: 460 });
  await run(page, 'Open Call Graph');
  const graph = await pictureFrame(page, /^Functions/);
  await graph.getByRole('searchbox').fill('createOrder');
  await graph.getByRole('searchbox').press('Enter');
  await graph.getByRole('button', { name: 'Blast Radius' }).click();
  await delay(MOVE_MS);
  await page.screenshot({ path: join(root, 'docs', 'images', `graph-${theme}.png`) });
  await shoot('graph');
  await page.locator('.tab.active', { hasText: 'Functions' }).getByRole('button').first().click();
  await run(page, 'Open Critical Path');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'storefront' }).first().click();
  await pictureFrame(page, /^Critical path/);
  await page.screenshot({ path: join(root, 'docs', 'images', `critical-path-${theme}.png`) });
  await page.locator('.tab.active', { hasText: 'Critical path' }).getByRole('button').first().click();
  await openPalette(page, '>View: Show Hindcast');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Show Hindcast' }).first().click();
  await page.locator('.pane .monaco-list-row', { hasText: '/min' }).first().waitFor();
  await delay(MOVE_MS);
  await page.screenshot({ path: join(root, 'docs', 'images', `views-${theme}.png`) });
  await shoot('views');
}

async function takePicture(theme, { query, extensionsDir, browser }) {
  const editor = await startEditor({
    folder: join(root, 'demo'),
    extensionsDir,
    openFiles: [join(root, 'demo', 'orders', 'src', 'app.js')],
    settings: {
      'hindcast.collector.address': query,
      'workbench.colorTheme': THEMES[theme],
      'workbench.startupEditor': 'none',
      'workbench.reduceMotion': 'on',
      'workbench.sideBar.location': 'right',
      'workbench.activityBar.location': 'hidden',
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
      'workbench.layoutControl.enabled': false,
      'window.commandCenter': false,
      'chat.disableAIFeatures': true,
      'editor.minimap.enabled': false,
      'git.enabled': false,
      'telemetry.telemetryLevel': 'off',
      'extensions.ignoreRecommendations': true,
    },
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 720 }, deviceScaleFactor: 2 });
    await page.goto(editor.url);
    const function_ = page.locator('.view-line', { hasText: 'function createOrder' });
    await function_.filter({ hasText: '/min' }).waitFor({ timeout: 90_000 });
    await page.keyboard.press('Control+b');
    await page.locator('.part.sidebar').waitFor({ state: 'hidden' });
    await function_.getByText('createOrder', { exact: true }).hover();
    await page.locator('.monaco-hover:not(.hidden) .hover-row', { hasText: 'p99' }).first().waitFor();
    await page.screenshot({ path: join(root, 'docs', 'images', `overlay-${theme}.png`) });
    await page.keyboard.press('Escape');
    await takeWalkthrough(theme, page);
    await page.close();
  } finally {
    await editor.close();
  }
}

const scratch = await mkdtemp(join(tmpdir(), 'hindcast-pictures-'));
const undo = [() => rm(scratch, { recursive: true, force: true })];
try {
  await ensureEditor(log);
  const browser = await chromium.launch({ executablePath: await ensureBrowser(log), args: FLAGS });
  undo.push(() => browser.close());
  const vsix = join(scratch, 'hindcast.vsix');
  execFileSync(process.execPath, ['scripts/package.mjs', '--no-build', '--out', vsix], { cwd: root, stdio: 'ignore' });
  const extensionsDir = join(scratch, 'extensions');
  await installVsix({ vsix, extensionsDir });
  const demo = await startDemo(scratch);
  undo.push(demo.end);
  log(`the demo runs; ${TRAFFIC_MS / 1000} s of traffic first`);
  await delay(TRAFFIC_MS);
  await mkdir(join(root, 'docs', 'images'), { recursive: true });
  await mkdir(join(root, 'media', 'walkthrough'), { recursive: true });
  for (const theme of Object.keys(THEMES)) {
    await takePicture(theme, { query: demo.facts.collector.query, extensionsDir, browser });
    log(`docs/images/overlay-${theme}.png`);
  }
} finally {
  for (const step of undo.reverse()) await step();
}
