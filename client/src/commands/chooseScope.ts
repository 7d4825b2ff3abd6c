import { QuickPickItemKind, l10n, window, workspace } from 'vscode';
import type { Memento, QuickPickItem } from 'vscode';
import { defaultSettings, type ScopeParams } from '@hindcast/proto/lspMessages';
import type { CommandContext } from './commandContext.js';
import { scopeChoices } from './scopeChoices.js';

const MEMENTO_KEY = 'scope';

/** What was chosen when this workspace was last open; nothing at first. */
export function rememberedScope(memento: Memento): ScopeParams {
  const remembered: unknown = memento.get(MEMENTO_KEY);
  return typeof remembered === 'object' && remembered !== null ? remembered : {};
}

/** Lets a person choose the environment, the version and the window that all numbers are about, and remembers it here. */
export async function chooseScope({ client, extension }: CommandContext): Promise<void> {
  const { scope, status } = client.state;
  const ofSettings = workspace.getConfiguration('hindcast').get<string>('window') ?? defaultSettings.window;
  const items: (QuickPickItem & { readonly scope?: ScopeParams })[] = [];
  let heading = '';
  for (const choice of scopeChoices(scope, status?.services ?? [], ofSettings)) {
    if (choice.heading !== heading) items.push({ label: choice.heading, kind: QuickPickItemKind.Separator });
    heading = choice.heading;
    items.push({
      label: `$(${choice.isChosen ? 'check' : 'blank'}) ${choice.label.replaceAll('$(', '$ (')}`,
      description: choice.heading,
      scope: choice.scope,
    });
  }
  const pick = await window.showQuickPick(items, {
    title: l10n.t('Hindcast: Choose What to Show'),
    placeHolder: l10n.t('Environment, version and window of all numbers in this workspace'),
    matchOnDescription: true,
  });
  if (pick?.scope === undefined) return;
  client.setScope(pick.scope);
  await extension.workspaceState.update(MEMENTO_KEY, pick.scope);
}
