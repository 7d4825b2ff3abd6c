import { l10n, window } from 'vscode';
import type { ExtensionContext } from 'vscode';

/** Where the token is kept: in the system's key store, never in settings. */
export const TOKEN_SECRET = 'collectorToken';

/** Asks for the token of the collector and keeps it; an empty one is forgotten. */
export async function setCollectorToken({ secrets }: ExtensionContext): Promise<void> {
  const token = await window.showInputBox({
    title: l10n.t('Hindcast: Set Collector Token'),
    prompt: l10n.t(
      "The token that the collector wants, from who runs it. It is kept in the system's key store. Empty forgets it.",
    ),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^[\x21-\x7e]*$/.test(text.trim()) ? undefined : l10n.t('A token has no spaces and only plain letters.'),
  });
  if (token === undefined) return;
  if (token.trim() === '') await secrets.delete(TOKEN_SECRET);
  else await secrets.store(TOKEN_SECRET, token.trim());
}
