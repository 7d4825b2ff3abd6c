import { Disposable, MarkdownString, StatusBarAlignment, ThemeColor, window } from 'vscode';
import type { HindcastClient } from './hindcastClient.js';
import { statusView } from './statusView.js';

const TOOLTIP_COMMANDS = [
  'hindcast.chooseScope',
  'hindcast.toggleOverlay',
  'hindcast.explainFile',
  'hindcast.showChange',
  'hindcast.openLog',
];
const LINKS =
  '[Choose What to Show](command:hindcast.chooseScope) · [Toggle Overlay](command:hindcast.toggleOverlay) · [Explain This File](command:hindcast.explainFile) · [Show Change](command:hindcast.showChange) · [Open Log](command:hindcast.openLog)';

let clock: Intl.DateTimeFormat | undefined;

/** Loading the locale's data takes tens of milliseconds, which activation must not wait for. */
function formatTime(ms: number): string {
  clock ??= new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
  return clock.format(ms);
}

/** The one status item: what is connected, and a click for the rest. */
export function createStatusItem(client: HindcastClient): Disposable {
  const item = window.createStatusBarItem('status', StatusBarAlignment.Right, 100);
  item.name = 'Hindcast';
  item.command = 'hindcast.showStatus';
  const show = () => {
    const view = statusView(client.state, Date.now(), formatTime);
    item.text = view.text;
    const tooltip = new MarkdownString(`${view.tooltip}\n\n${LINKS}`);
    tooltip.supportThemeIcons = true;
    tooltip.isTrusted = { enabledCommands: TOOLTIP_COMMANDS };
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: view.accessibleLabel };
    item.backgroundColor = view.needsAttention ? new ThemeColor('statusBarItem.warningBackground') : undefined;
  };
  show();
  item.show();
  const subscription = client.onDidChange(show);
  return new Disposable(() => {
    subscription.dispose();
    item.dispose();
  });
}
