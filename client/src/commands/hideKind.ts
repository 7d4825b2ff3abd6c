import { ConfigurationTarget, workspace } from 'vscode';
import type { CommandContext } from './commandContext.js';

const KINDS: ReadonlySet<unknown> = new Set([
  'inlayHints',
  'callSites',
  'codeLens',
  'hover',
  'diagnostics',
  'codeActions',
  'heat',
]);

/** Turns one kind of thing off in the user's settings, where it can be turned on again. */
export async function hideKind({ client }: CommandContext, argument: unknown): Promise<void> {
  if (!KINDS.has(argument)) {
    client.log.warn('hideKind was run without a kind to hide.');
    return;
  }
  await workspace.getConfiguration('hindcast').update(`${String(argument)}.enabled`, false, ConfigurationTarget.Global);
}
