import { l10n, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { formatCount } from '@hindcast/core/format';
import { isShowCallersArgument } from './commandArguments.js';
import type { CommandContext } from './commandContext.js';
import { revealPlace } from './showFunction.js';

/** Lists who calls a function in production, most calls first; picking one that is in the workspace goes there. */
export async function showCallers({ client }: CommandContext, argument: unknown): Promise<void> {
  if (!isShowCallersArgument(argument)) {
    client.log.warn('showCallers was run without callers to show.');
    return;
  }
  const items = argument.callers.map((caller): QuickPickItem & { caller: typeof caller } => ({
    label: `$(${caller.uri === undefined ? 'server' : 'symbol-function'}) ${caller.functionName}`,
    description: `${formatCount(caller.calls)} ${caller.calls === 1 ? 'call' : 'calls'} · ${caller.service}`,
    detail:
      caller.filePath === ''
        ? l10n.t('known by name only')
        : `${caller.filePath}${caller.line > 0 ? `:${caller.line}` : ''}`,
    caller,
  }));
  const pick = await window.showQuickPick(items, {
    title: l10n.t('Callers of {0} in production', argument.functionName),
    placeHolder: items.length === 0 ? l10n.t('No callers were seen.') : l10n.t('Pick one to go there'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (pick?.caller.uri !== undefined) await revealPlace(pick.caller.uri, pick.caller.line, pick.caller.column);
}
