import { l10n, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { headline } from '../headline.js';
import type { CommandContext } from './commandContext.js';
import { sentencePick } from './sentencePick.js';

/** Shows why the active file shows what it shows: the sentence first, then the counts, the reasons and the origin. */
export async function explainFile({ client }: CommandContext): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (document === undefined) {
    await window.showQuickPick([], { title: 'Hindcast', placeHolder: l10n.t('Open a file first.') });
    return;
  }
  const items = async (): Promise<QuickPickItem[]> => {
    try {
      const { summary, functions, notShownReasons, provenance } = await client.explainFile(document.uri.toString());
      const counts = l10n.t(
        '{0} ran, {1} never ran, {2} not observed',
        functions.ran,
        functions.neverRan,
        functions.notObserved,
      );
      return [
        sentencePick('info', summary),
        { label: l10n.t('$(symbol-function) {0} functions', functions.total), description: counts },
        ...notShownReasons.map(({ reason, functions: count }) => ({
          ...sentencePick('circle-slash', reason),
          description: `${count} ${count === 1 ? 'function' : 'functions'}`,
        })),
        ...provenance.map((line) => sentencePick('server', line)),
      ];
    } catch (error) {
      client.log.warn(`Explaining ${document.uri.toString()} failed: ${String(error)}`);
      return [sentencePick('info', headline(client.state))];
    }
  };
  await window.showQuickPick(items(), { title: l10n.t('Hindcast: Explain This File'), placeHolder: document.fileName });
}
