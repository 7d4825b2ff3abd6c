import { setFlagsFromString } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { CollectorClient } from './collector/collectorClient.js';
import { defaultFeedTiming } from './collector/overlayFeed.js';
import { LanguageServer } from './languageServer.js';
import { defaultRefreshTiming } from './refreshThrottle.js';
import { VERSION } from './version.js';

/**
 * A language server runs beside the editor all day and works a few milliseconds at a time: small is worth more than fast to it. New
 * objects get two megabytes instead of up to 64, and old ones are collected before they have doubled.
 */
const MEMORY_FLAGS = ['--semi-space-growth-factor=1', '--optimize-for-size'];

/** Serves the editor that started this process, over what its arguments say: `--stdio`, `--node-ipc` or `--socket=N`. */
export function startLanguageServer(): void {
  for (const flag of MEMORY_FLAGS) setFlagsFromString(flag);
  new LanguageServer(createConnection(ProposedFeatures.all), {
    connect: ({ address, access }) => new CollectorClient(address, access),
    environment: process.env,
    version: VERSION,
    feedTiming: defaultFeedTiming,
    refreshTiming: defaultRefreshTiming,
  }).listen();
}
