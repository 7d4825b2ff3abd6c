import { Disposable, commands, languages, window } from 'vscode';
import type { CommandContext } from './commandContext.js';

/** The view asks the provider for as long as a person opens its nodes. */
const KEPT_MS = 10 * 60_000;

let registration: Disposable | undefined;
let timer: NodeJS.Timeout | undefined;

/**
 * Shows who calls the function at the cursor in production. An editor asks one call hierarchy only, and that of the language is the
 * one that people expect: ours takes its place for this question, and gives it back after a while.
 */
export async function showCallHierarchy({ client }: CommandContext): Promise<void> {
  const document = window.activeTextEditor?.document;
  const provider = document && client.callHierarchyProvider(document);
  if (!provider) return;
  giveBack();
  registration = languages.registerCallHierarchyProvider(
    { language: document.languageId, scheme: document.uri.scheme },
    provider,
  );
  timer = setTimeout(giveBack, KEPT_MS);
  const known = await commands.getCommands(true);
  const view = 'references-view.showCallHierarchy';
  await commands.executeCommand(known.includes(view) ? view : 'editor.showCallHierarchy');
}

/** Ends it at once, with the extension. */
export function giveBack(): void {
  clearTimeout(timer);
  registration?.dispose();
  registration = undefined;
}
