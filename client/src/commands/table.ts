import { ConfigurationTarget, env, l10n, window, workspace } from 'vscode';
import {
  COPY_FACTS_COMMAND,
  HIDE_KIND_COMMAND,
  OPEN_PLACE_COMMAND,
  SHOW_CALLERS_COMMAND,
  SHOW_FUNCTION_COMMAND,
} from '@hindcast/proto/lspMessages';
import { addAgentFiles } from '../agents/addAgentFiles.js';
import { setOverlayVisible } from '../overlay.js';
import { setCollectorToken } from '../secretToken.js';
import type { Command } from './commandContext.js';
import { chooseScope } from './chooseScope.js';
import { isShowFunctionArgument } from './commandArguments.js';
import { copyFacts } from './copyFacts.js';
import { explainFile } from './explainFile.js';
import { hideKind } from './hideKind.js';
import { showCallHierarchy } from './showCallHierarchy.js';
import { showCallers } from './showCallers.js';
import { revealPlace, showFunction } from './showFunction.js';
import { showStatus } from './showStatus.js';

const SENSOR_COMMAND = 'node --import @hindcast/sensor/register app.js';
const MESSAGE_MS = 5_000;

/** Every command of the extension. A new one: a line here, its title in the root package.json, its code in a file of its own. */
export const commandTable: Readonly<Record<string, Command>> = {
  'hindcast.toggleOverlay': ({ client, extension }) =>
    setOverlayVisible(client, extension.workspaceState, !client.state.overlayVisible),
  'hindcast.showStatus': showStatus,
  'hindcast.explainFile': explainFile,
  'hindcast.chooseScope': chooseScope,
  'hindcast.setCollectorToken': ({ extension }) => setCollectorToken(extension),
  'hindcast.showCallHierarchy': showCallHierarchy,
  'hindcast.restartServer': ({ client }) => client.restartServer(),
  'hindcast.openLog': ({ client }) => client.log.show(),
  'hindcast.startCollector': ({ client }) => client.startCollector(),
  'hindcast.stopCollector': ({ client }) => client.stopCollector(),
  'hindcast.copySensorCommand': async () => {
    await env.clipboard.writeText(SENSOR_COMMAND);
    window.setStatusBarMessage(l10n.t('Copied: {0}', SENSOR_COMMAND), MESSAGE_MS);
  },
  'hindcast.hideExplanations': () =>
    workspace.getConfiguration('hindcast').update('explanations.enabled', false, ConfigurationTarget.Global),
  'hindcast.addAgentFiles': addAgentFiles,
  [COPY_FACTS_COMMAND]: copyFacts,
  [OPEN_PLACE_COMMAND]: async (_, argument) => {
    if (isShowFunctionArgument(argument)) await revealPlace(argument.uri, argument.line, argument.column);
  },
  [HIDE_KIND_COMMAND]: hideKind,
  [SHOW_CALLERS_COMMAND]: showCallers,
  [SHOW_FUNCTION_COMMAND]: showFunction,
};
