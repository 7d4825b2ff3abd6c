import { Disposable } from 'vscode';
import type { ExtensionContext } from 'vscode';
import type { HindcastClient } from '../hindcastClient.js';
import { registerAsk } from './registerAsk.js';
import { registerMcpServer } from './registerMcpServer.js';
import { registerParticipant } from './registerParticipant.js';
import { registerTools } from './registerTools.js';

/** All ways in which models, and people who ask what models ask, get at production facts. */
export function registerAgents(extension: ExtensionContext, client: HindcastClient): Disposable {
  return Disposable.from(
    registerTools(extension, client),
    registerMcpServer(extension, client),
    registerParticipant(client),
    registerAsk(client),
  );
}
