import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ensureEditor, installVsix, startEditor } from '../../scripts/editor.mjs';

const root = join(import.meta.dirname, '..', '..');
const shop = join(root, 'demo');
const openedFile = join(shop, 'orders', 'src', 'app.js');

/** Opens an editor on the shop's code, with the extension asking this collector. Returns how to find it and how to close it. */
export async function openEditor({ query, scratch, tell }) {
  const settings = {
    'hindcast.collector.address': query,
    'hindcast.collector.embedded': false,
    'workbench.startupEditor': 'none',
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'editor.minimap.enabled': false,
    'security.workspace.trust.enabled': false,
    'git.openRepositoryInParentFolders': 'never',
    'telemetry.telemetryLevel': 'off',
  };
  const code = desktopVsCode();
  return code ? openDesktop(code, settings, scratch) : openBrowserWorkbench(settings, scratch, tell);
}

function desktopVsCode() {
  const names = process.platform === 'win32' ? ['code.cmd'] : ['code'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** A VS Code of its own, beside the one the person may have open: with its own settings, gone with the demo. */
function openDesktop(code, settings, scratch) {
  const userData = join(scratch, 'vscode');
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(join(userData, 'User', 'settings.json'), JSON.stringify(settings, null, 2));
  const args = [
    ...['--user-data-dir', userData, '--extensions-dir', join(userData, 'extensions')],
    ...[`--extensionDevelopmentPath=${root}`, '--disable-workspace-trust', '--new-window', shop, '--goto', openedFile],
  ];
  spawn(code, args, { stdio: 'ignore', detached: true }).unref();
  const close = async () => {
    // VS Code leaves its starter's process group, and says in this file who it is.
    const lock = join(userData, 'code.lock');
    if (existsSync(lock)) tryToEnd(Number(readFileSync(lock, 'utf8')));
  };
  return { kind: 'desktop', url: null, close };
}

function tryToEnd(pid) {
  try {
    if (pid > 0) process.kill(pid, 'SIGTERM');
  } catch {
    // Closed already.
  }
}

async function openBrowserWorkbench(settings, scratch, tell) {
  await ensureEditor(tell);
  const extensionsDir = join(scratch, 'extensions');
  await installVsix({ vsix: packageExtension(scratch), extensionsDir });
  const editor = await startEditor({ folder: shop, extensionsDir, settings, openFiles: [openedFile] });
  return { kind: 'browser', url: editor.url, close: editor.close };
}

/** Makes the installable extension out of what is built, and returns its path. */
function packageExtension(scratch) {
  const vsix = join(scratch, 'hindcast.vsix');
  const args = ['scripts/package.mjs', '--no-build', '--out', vsix];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`packaging the extension failed\n${stdout}${stderr}`);
  return vsix;
}
