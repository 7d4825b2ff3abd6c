import { QuickPickItemKind, commands, l10n, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { formatAge } from '@hindcast/core/format';
import { headline } from '../headline.js';
import type { CommandContext } from './commandContext.js';
import { sentencePick } from './sentencePick.js';

interface StatusPick extends QuickPickItem {
  readonly run?: string;
  readonly argument?: string;
}

/** The state in one list: what is connected, and what can be done about it. */
export async function showStatus({ client }: CommandContext): Promise<void> {
  const { state } = client;
  const services = (state.status?.services ?? []).map((service): StatusPick => ({
    label: `$(server) ${[service.name, service.version].filter((part) => part !== '').join(' ')}`,
    description: l10n.t(
      '{0} of {1} functions ran · seen {2} ago',
      service.functionsRan,
      service.functions,
      formatAge((Date.now() - service.lastSeenMs) / 1000),
    ),
  }));
  const collectorAction: StatusPick =
    state.embedded.kind === 'running'
      ? { label: l10n.t('$(debug-stop) Stop Embedded Collector'), run: 'hindcast.stopCollector' }
      : { label: l10n.t('$(play) Start Embedded Collector'), run: 'hindcast.startCollector' };
  const picks: StatusPick[] = [
    { ...sentencePick('info', headline(state)), run: 'hindcast.explainFile' },
    ...services,
    { label: l10n.t('Actions'), kind: QuickPickItemKind.Separator },
    {
      label: state.overlayVisible ? l10n.t('$(eye-closed) Hide Overlay') : l10n.t('$(eye) Show Overlay'),
      run: 'hindcast.toggleOverlay',
    },
    { label: l10n.t('$(question) Explain This File'), run: 'hindcast.explainFile' },
    ...(state.embedded.kind === 'external' ? [] : [collectorAction]),
    { label: l10n.t('$(copy) Copy Sensor Command'), run: 'hindcast.copySensorCommand' },
    {
      label: l10n.t('$(gear) Open Settings'),
      run: 'workbench.action.openSettings',
      argument: '@ext:hindcast.hindcast',
    },
    { label: l10n.t('$(output) Open Log'), run: 'hindcast.openLog' },
  ];
  const collector = l10n.t('Collector at {0}', state.status?.collectorAddress ?? state.collectorAddress);
  const pick = await window.showQuickPick(picks, { title: 'Hindcast', placeHolder: collector });
  if (pick?.run !== undefined) await commands.executeCommand(pick.run, pick.argument);
}
