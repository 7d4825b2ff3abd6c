// The editor that tests and the demo use where no desktop VS Code is at hand: VS Code's own server and workbench out of the
// code-server npm package, under Node 24, installed once into .tools/. Also a browser to look at it with.
// `node scripts/withNode24.mjs scripts/editor.mjs` installs both.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodeBinary } from './nodeBinaries.mjs';

const VERSION = '4.139.1';
const INSTALL_TIMEOUT_MS = 10 * 60_000;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;

const tools = join(dirname(fileURLToPath(import.meta.url)), '..', '.tools');
const home = join(tools, 'code-server');
const serverMain = join(home, 'lib', 'vscode', 'out', 'server-main.js');
const stampOf = (folder) => join(folder, 'hindcast-installed.txt');

const run = promisify(execFile);

function node24() {
  const binary = nodeBinary(24);
  if (binary) return binary;
  throw new Error(
    `The editor needs Node 24, and npm has no Node 24 binary for ${process.platform}-${process.arch} here. ` +
      'Run this with Node 24, or open the folder in a desktop VS Code.',
  );
}

/** The environment in which the editor's own install steps and server run: Node 24 first, nothing of ours. */
function editorEnv(more = {}) {
  // A test runner's options and our own defaults must not reach the extension host.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(NODE_OPTIONS|VITEST|HINDCAST_|VSCODE_|npm_)/.test(name),
  );
  const path = `${dirname(node24())}${delimiter}${process.env.PATH ?? ''}`;
  return { ...Object.fromEntries(inherited), PATH: path, ...more };
}

async function isInstalled(folder) {
  return existsSync(stampOf(folder)) && (await readFile(stampOf(folder), 'utf8')).trim() === VERSION;
}

async function installInto(folder, log) {
  const options = { env: editorEnv(), timeout: INSTALL_TIMEOUT_MS, maxBuffer: 64 << 20 };
  const step = async (what, cwd, command, ...args) => {
    log(`editor: ${what}`);
    try {
      await run(command, args, { ...options, cwd });
    } catch (error) {
      const detail = String(error.stderr || error.message)
        .trim()
        .split('\n')
        .slice(-15)
        .join('\n');
      throw new Error(`Installing the editor failed at "${what}". Is the npm registry reachable?\n${detail}`, {
        cause: error,
      });
    }
  };
  const npmInstall = ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  await step(`fetching code-server ${VERSION}`, folder, 'npm', 'pack', `code-server@${VERSION}`);
  await step('unpacking', folder, 'tar', 'xzf', `code-server-${VERSION}.tgz`);
  const root = join(folder, 'package');
  const vscode = join(root, 'lib', 'vscode');
  await step('installing (1 of 3)', root, 'npm', ...npmInstall);
  await step('installing (2 of 3)', vscode, 'npm', ...npmInstall);
  await step('installing (3 of 3)', join(vscode, 'extensions'), 'npm', ...npmInstall);
  await step('finishing', join(vscode, 'extensions'), node24(), 'postinstall.mjs');
  await writeFile(stampOf(root), `${VERSION}\n`);
  return root;
}

/**
 * Installs the editor into .tools/code-server when it is not there in this version. About 30 s and 700 MB the first time.
 * A half-done install is never seen: it happens in a folder of its own that is renamed at the end.
 * @throws Error that says which step failed.
 */
export async function ensureEditor(log = () => {}) {
  if (await isInstalled(home)) return;
  await mkdir(tools, { recursive: true });
  const scratch = await mkdtemp(join(tools, 'installing-'));
  try {
    const installed = await installInto(scratch, log);
    // Another process may have been faster: then theirs is as good as ours.
    if (await isInstalled(home)) return;
    await rm(home, { recursive: true, force: true });
    try {
      await rename(installed, home);
    } catch (error) {
      if (!(await isInstalled(home))) throw error;
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function freshServerArgs(dataDir, extensionsDir) {
  return ['--accept-server-license-terms', '--server-data-dir', dataDir, '--extensions-dir', extensionsDir];
}

/**
 * Installs an extension file into a folder that startEditor can be given as `extensionsDir`. The editor must be installed.
 * @throws Error with what the editor said.
 */
export async function installVsix({ vsix, extensionsDir }) {
  const dataDir = await mkdtemp(join(tmpdir(), 'hindcast-editor-'));
  try {
    const args = [serverMain, ...freshServerArgs(dataDir, extensionsDir), '--install-extension', resolve(vsix)];
    const { stdout, stderr } = await run(node24(), args, { env: editorEnv(), timeout: START_TIMEOUT_MS });
    if (!/was successfully installed/.test(stdout)) {
      throw new Error(`The editor did not install ${vsix}: ${(stdout + stderr).trim()}`);
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The address that opens the workbench on a folder, with a payload as the workbench reads it: pairs of key and value. */
export function workbenchUrl(origin, folder, payload = []) {
  const url = new URL('/', origin);
  url.searchParams.set('folder', resolve(folder));
  if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

/** How the workbench names a file of the machine that its server runs on. */
export function remoteUri(origin, path) {
  return `vscode-remote://${new URL(origin).host}${resolve(path)}`;
}

/**
 * Starts the editor's server on loopback and waits until it listens.
 * Options: `folder` to open; `port` (0 or absent: a free one); `extensionsDir` (absent: an empty one); `settings`: the user's
 * settings; `trusted` (default true): false leaves workspace trust to ask; `testDriver`: lets a page run extension tests;
 * `openFiles`: absolute paths that the printed address opens; `env`: more environment for the server.
 * Returns `origin`, `url` (opens the folder), and `close()`, which ends the whole process group and removes what was temporary.
 * @throws Error with the server's last words when it does not start, such as a taken port.
 */
export async function startEditor({
  folder,
  port = 0,
  extensionsDir,
  settings = {},
  trusted = true,
  testDriver = false,
  openFiles = [],
  env = {},
}) {
  const scratch = await mkdtemp(join(tmpdir(), 'hindcast-editor-'));
  await writeSettings(join(scratch, 'data', 'data'), settings);
  const args = [
    serverMain,
    ...freshServerArgs(join(scratch, 'data'), extensionsDir ?? join(scratch, 'extensions')),
    ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--disable-telemetry'],
    // The default keeps an extension host alive for hours after its page was closed.
    ...['--reconnection-grace-time', '2'],
    ...(trusted ? ['--disable-workspace-trust'] : []),
    ...(testDriver ? ['--enable-smoke-test-driver'] : []),
  ];
  // A group of its own: the server leaves helper processes behind when only it is ended.
  const child = spawn(node24(), args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: editorEnv(env),
  });
  const signalGroup = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // Already gone.
    }
  };
  const onExit = () => signalGroup('SIGKILL');
  process.once('exit', onExit);
  const exited = new Promise((done) => child.once('close', done));
  const close = async () => {
    process.removeListener('exit', onExit);
    signalGroup('SIGTERM');
    const timer = setTimeout(() => signalGroup('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
    signalGroup('SIGKILL');
    await rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    const origin = `http://127.0.0.1:${await listeningPort(child)}`;
    const payload = openFiles.map((path) => ['openFile', remoteUri(origin, path)]);
    return { origin, url: workbenchUrl(origin, folder, payload), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The workbench counts as a remote window: there, settings of the machine's scope are read from the machine's file and ignored
 * in the user's.
 */
async function writeSettings(folder, settings) {
  const entries = Object.entries(settings);
  const isMachines = ([name]) => name.startsWith('hindcast.collector.');
  for (const [name, some] of [
    ['Machine', entries.filter(isMachines)],
    ['User', entries.filter((entry) => !isMachines(entry))],
  ]) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'settings.json'), JSON.stringify(Object.fromEntries(some), null, 2));
  }
}

/** Resolves with the port that the server says it listens on. */
function listeningPort(child) {
  return new Promise((done, fail) => {
    let said = '';
    const timer = setTimeout(() => fail(new Error(`The editor did not start in time.\n${said}`)), START_TIMEOUT_MS);
    const finish = (act) => {
      clearTimeout(timer);
      // Keeps draining both pipes, so that the server never blocks on them.
      for (const stream of [child.stdout, child.stderr]) stream.removeAllListeners('data').resume();
      act();
    };
    const listen = (chunk) => {
      said = (said + chunk).slice(-20_000);
      const port = /Extension host agent listening on (\d+)/.exec(said)?.[1];
      if (port) finish(() => done(Number(port)));
      else if (/EADDRINUSE/.test(said)) finish(() => fail(new Error('The port for the editor is already in use.')));
    };
    child.stdout.setEncoding('utf8').on('data', listen);
    child.stderr.setEncoding('utf8').on('data', listen);
    child.once('error', (error) => finish(() => fail(error)));
    child.once('exit', (code) => finish(() => fail(new Error(`The editor ended with code ${code}.\n${said}`))));
  });
}

const browserPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * A Chromium to drive the workbench with: CHROMIUM_PATH, or an installed one, or Debian's, which is installed when this runs as root.
 * Returns its path.
 * @throws Error that says what to install.
 */
export async function ensureBrowser(log = () => {}) {
  const find = () => [process.env.CHROMIUM_PATH ?? '', ...browserPaths].find((path) => path !== '' && existsSync(path));
  const found = find();
  if (found) return found;
  const howTo = 'Install Chromium (Debian: apt-get install chromium) or set CHROMIUM_PATH.';
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`The editor tests need Chromium and there is none. ${howTo}`);
  }
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: INSTALL_TIMEOUT_MS,
    maxBuffer: 64 << 20,
  };
  log('editor: installing chromium');
  try {
    await run('apt-get', ['update', '-q'], options);
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], options);
  } catch (error) {
    throw new Error(`Installing Chromium failed. ${howTo}\n${String(error.stderr || error.message).trim()}`, {
      cause: error,
    });
  }
  const installed = find();
  if (!installed) throw new Error(`apt-get installed chromium, but it is in none of ${browserPaths.join(', ')}.`);
  return installed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const log = (line) => process.stdout.write(`${line}\n`);
  await ensureEditor(log);
  log(`editor: code-server ${VERSION} is ready`);
  log(`editor: browser ${await ensureBrowser(log)}`);
}
