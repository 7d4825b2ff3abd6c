import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { CollectorClient } from './collector/collectorClient.js';
import { defaultFeedTiming } from './collector/overlayFeed.js';
import { LanguageServer } from './languageServer.js';
import { defaultRefreshTiming } from './refreshThrottle.js';
import { VERSION } from './version.js';

/** Serves the editor that started this process, over what its arguments say: `--stdio`, `--node-ipc` or `--socket=N`. */
export function startLanguageServer(): void {
  new LanguageServer(createConnection(ProposedFeatures.all), {
    connect: ({ address, access }) => new CollectorClient(address, access),
    environment: process.env,
    version: VERSION,
    feedTiming: defaultFeedTiming,
    refreshTiming: defaultRefreshTiming,
  }).listen();
}
