import { QuickPickItemKind, commands, window } from 'vscode';
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
    description: `${service.functionsRan} of ${service.functions} functions ran · seen ${formatAge((Date.now() - service.lastSeenMs) / 1000)} ago`,
  }));
  const collectorAction: StatusPick =
    state.embedded.kind === 'running'
      ? { label: '$(debug-stop) Stop Embedded Collector', run: 'hindcast.stopCollector' }
      : { label: '$(play) Start Embedded Collector', run: 'hindcast.startCollector' };
  const picks: StatusPick[] = [
    { ...sentencePick('info', headline(state)), run: 'hindcast.explainFile' },
    ...services,
    { label: 'Actions', kind: QuickPickItemKind.Separator },
    {
      label: state.overlayVisible ? '$(eye-closed) Hide Overlay' : '$(eye) Show Overlay',
      run: 'hindcast.toggleOverlay',
    },
    { label: '$(question) Explain This File', run: 'hindcast.explainFile' },
    ...(state.embedded.kind === 'external' ? [] : [collectorAction]),
    { label: '$(copy) Copy Sensor Command', run: 'hindcast.copySensorCommand' },
    { label: '$(gear) Open Settings', run: 'workbench.action.openSettings', argument: '@ext:hindcast.hindcast' },
    { label: '$(output) Open Log', run: 'hindcast.openLog' },
  ];
  const collector = `Collector at ${state.status?.collectorAddress ?? state.collectorAddress}`;
  const pick = await window.showQuickPick(picks, { title: 'Hindcast', placeHolder: collector });
  if (pick?.run !== undefined) await commands.executeCommand(pick.run, pick.argument);
}
