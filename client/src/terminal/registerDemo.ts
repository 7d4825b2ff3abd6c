import { cp, rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { Disposable, Uri, commands, l10n, window, workspace } from 'vscode';
import type { ExtensionContext, Terminal } from 'vscode';
import type { HindcastClient } from '../hindcastClient.js';

/**
 * "Try It on the Demo": three small services and their customers, in a terminal where they can be seen and ended, under the sensor that
 * comes with the extension. Their sources are copied to the extension's storage, so that one can change them.
 */
export function registerDemo(extension: ExtensionContext, client: HindcastClient): Disposable {
  let terminal: Terminal | undefined;
  const publish = () => void commands.executeCommand('setContext', 'hindcast.demoRunning', terminal !== undefined);
  const start = async () => {
    if (!workspace.isTrusted) {
      void window.showInformationMessage(
        l10n.t('The demo is a program: it runs in trusted workspaces only. Trust this one first.'),
      );
      return;
    }
    await client.startCollector();
    const folder = Uri.joinPath(extension.globalStorageUri, 'demo');
    const settings = workspace.getConfiguration('hindcast.collector');
    if (terminal === undefined) {
      await rm(folder.fsPath, { recursive: true, force: true });
      await cp(extension.asAbsolutePath('dist/demo'), folder.fsPath, { recursive: true });
      const sensor = pathToFileURL(extension.asAbsolutePath('dist/sensor/register.mjs')).href;
      const otlp = settings.get<string>('otlpGrpcAddress') ?? '127.0.0.1:4317';
      terminal = window.createTerminal({
        name: 'Hindcast Demo',
        cwd: folder,
        shellPath: process.execPath,
        shellArgs: ['start.mjs', '--sensor', sensor, '--otlp', otlp],
        // In a desktop editor this is Electron; it is Node with this.
        // The customers themselves are not observed, also where terminals are.
        env: { ELECTRON_RUN_AS_NODE: '1', OTEL_SDK_DISABLED: 'true' },
        isTransient: true,
      });
      client.codeFolders.add(folder.fsPath);
      publish();
    }
    terminal.show(true);
    const file = Uri.joinPath(folder, 'orders', 'src', 'server.js');
    await window.showTextDocument(file, { preview: false });
    await commands.executeCommand('hindcast.hot.focus', { preserveFocus: true });
  };
  publish();
  return Disposable.from(
    window.onDidCloseTerminal((closed) => {
      if (closed !== terminal) return;
      terminal = undefined;
      publish();
    }),
    commands.registerCommand('hindcast.tryDemo', start),
    commands.registerCommand('hindcast.stopDemo', () => terminal?.dispose()),
    new Disposable(() => terminal?.dispose()),
  );
}
