// Takes the README's pictures: runs the demo, opens its code in the installed extension, saves docs/images/overlay-*.png.
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
  for (const theme of Object.keys(THEMES)) {
    await takePicture(theme, { query: demo.facts.collector.query, extensionsDir, browser });
    log(`docs/images/overlay-${theme}.png`);
  }
} finally {
  for (const step of undo.reverse()) await step();
}
