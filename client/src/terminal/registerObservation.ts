import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { Disposable, MarkdownString, commands, debug, l10n, window, workspace } from 'vscode';
import type { DebugConfiguration, ExtensionContext } from 'vscode';
import type { HindcastClient } from '../hindcastClient.js';
import { OLDEST_NODE, importFlag, isNewEnough, observedConfiguration, sensorVariables } from './observation.js';
import type { Observation } from './observation.js';

const MEMENTO_KEY = 'observeTerminals';
const CONTEXT_KEY = 'hindcast.observingTerminals';
const VERSION_TIMEOUT_MS = 5_000;
const MESSAGE_MS = 8_000;
const DEBUG_TYPES = ['node', 'pwa-node'];

/**
 * "Observe Terminals": Node.js programs that are started in this workspace's terminals and debug sessions run under the sensor that
 * comes with the extension, until it is turned off. Never in a workspace that nobody trusts.
 */
export function registerObservation(extension: ExtensionContext, client: HindcastClient): Disposable {
  const variables = extension.environmentVariableCollection;
  // What is remembered is remembered here: a kept collection would name the files of an extension that was updated meanwhile.
  variables.persistent = false;
  const isOn = () => workspace.isTrusted && extension.workspaceState.get<boolean>(MEMENTO_KEY) === true;
  const observation = (): Observation => ({
    sensorUrl: pathToFileURL(extension.asAbsolutePath('dist/sensor/register.mjs')).href,
    otlpGrpc: workspace.getConfiguration('hindcast.collector').get<string>('otlpGrpcAddress') ?? '127.0.0.1:4317',
  });
  const apply = () => {
    variables.clear();
    void commands.executeCommand('setContext', CONTEXT_KEY, isOn());
    if (!isOn()) return;
    const own = observation();
    variables.description = new MarkdownString(
      `Node.js programs started here run under the Hindcast sensor and report to \`${own.otlpGrpc}\`. Turn it off with the command *Hindcast: Stop Observing Terminals*.`,
    );
    variables.append('NODE_OPTIONS', ` ${importFlag(own)}`);
    for (const [name, value] of Object.entries(sensorVariables(own))) variables.replace(name, value);
  };
  const turn = async (on: boolean) => {
    await extension.workspaceState.update(MEMENTO_KEY, on);
    apply();
  };
  apply();
  const provider = {
    resolveDebugConfiguration: (_: unknown, configuration: DebugConfiguration) =>
      isOn() ? observedConfiguration(configuration, observation(), process.env['NODE_OPTIONS']) : configuration,
  };
  return Disposable.from(
    workspace.onDidGrantWorkspaceTrust(apply),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('hindcast.collector.otlpGrpcAddress')) apply();
    }),
    ...DEBUG_TYPES.map((type) => debug.registerDebugConfigurationProvider(type, provider)),
    commands.registerCommand('hindcast.observeTerminals', async () => {
      if (!workspace.isTrusted) {
        void window.showInformationMessage(
          l10n.t('Programs are observed in trusted workspaces only. Trust this one first.'),
        );
        return;
      }
      const problem = await nodeProblem();
      if (problem !== undefined) {
        void window.showWarningMessage(problem);
        return;
      }
      await turn(true);
      client.log.info(`Node.js programs in terminals are observed; they report to ${observation().otlpGrpc}.`);
      // Terminals that are open keep their environment: VS Code marks them, and offers to start them anew.
      window.createTerminal().show();
      window.setStatusBarMessage(l10n.t('$(pulse) Start your program in this terminal: node app.js'), MESSAGE_MS);
    }),
    commands.registerCommand('hindcast.stopObservingTerminals', async () => {
      await turn(false);
      window.setStatusBarMessage(l10n.t('New terminals are not observed any more.'), MESSAGE_MS);
    }),
  );
}

/** Why the sensor cannot be given to the `node` of this machine's path; undefined when it can, or when nobody knows. */
function nodeProblem(): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('node', ['--version'], { timeout: VERSION_TIMEOUT_MS, windowsHide: true }, (error, stdout) => {
      const isOld = error === null && isNewEnough(stdout) === false;
      const oldest = OLDEST_NODE.join('.');
      resolve(
        isOld
          ? l10n.t('The node of this machine is {0}; the sensor needs {1} or newer.', stdout.trim(), oldest)
          : undefined,
      );
    });
  });
}
