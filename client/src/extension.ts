import { Disposable, commands, window } from 'vscode';
import type { ExtensionContext } from 'vscode';
import { registerAgents } from './agents/registerAgents.js';
import type { ClientState } from './clientState.js';
import { rememberedScope } from './commands/chooseScope.js';
import { giveBack } from './commands/showCallHierarchy.js';
import { commandTable } from './commands/table.js';
import { createFirstLineDecoration } from './firstLineDecoration.js';
import { createHeatDecoration } from './heatDecoration.js';
import { HindcastClient } from './hindcastClient.js';
import { LANGUAGES } from './languages.js';
import { publishVisibility, rememberedVisibility } from './overlay.js';
import { createStatusItem } from './statusItem.js';
import { registerUnresolvedFiles } from './unresolvedFile.js';
import { registerDemo } from './terminal/registerDemo.js';
import { registerObservation } from './terminal/registerObservation.js';
import { registerViews } from './views/registerViews.js';
import { registerWalkthrough } from './walkthrough/registerWalkthrough.js';
import { registerPictures } from './webviews/pictures.js';

/** What other extensions, and the tests in the editor, get from `getExtension('hindcast.hindcast').exports`. */
export interface HindcastApi {
  /** How long activation held up the extension host, milliseconds. */
  readonly activationMs: number;
  /** The state right now. */
  state(): ClientState;
}

let running: HindcastClient | undefined;

/** Registers everything and returns at once; the language server and the collector start in the background. */
export function activate(extension: ExtensionContext): HindcastApi {
  const begunAt = performance.now();
  const log = window.createOutputChannel('Hindcast', { log: true });
  const overlayVisible = rememberedVisibility(extension.workspaceState);
  const client = new HindcastClient(extension, log, overlayVisible, rememberedScope(extension.workspaceState));
  running = client;
  const context = { client, extension };
  extension.subscriptions.push(
    log,
    client,
    createStatusItem(client),
    createFirstLineDecoration(client),
    createHeatDecoration(client),
    registerUnresolvedFiles(),
    new Disposable(giveBack),
    registerViews(client),
    registerPictures(extension, client),
    registerObservation(extension, client),
    registerDemo(extension, client),
    registerWalkthrough(extension),
    registerAgents(extension, client),
    ...Object.entries(commandTable).map(([id, command]) =>
      commands.registerCommand(id, (argument: unknown) => command(context, argument)),
    ),
  );
  void commands.executeCommand('setContext', 'hindcast.languages', [...LANGUAGES]);
  client.onDidChange(({ embedded, server }) => {
    void commands.executeCommand('setContext', 'hindcast.serverRunning', server === 'running');
    void commands.executeCommand('setContext', 'hindcast.collectorRunning', embedded.kind === 'running');
  });
  void publishVisibility(overlayVisible);
  void client.start().catch((error: unknown) => log.error(`Hindcast did not start: ${String(error)}`));
  const activationMs = performance.now() - begunAt;
  log.debug(`activated in ${activationMs.toFixed(1)} ms`);
  return { activationMs, state: () => client.state };
}

/** Ends the language server and the embedded collector. */
export async function deactivate(): Promise<void> {
  await running?.shutDown();
  running = undefined;
}
