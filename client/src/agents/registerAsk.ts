import { Disposable, ProgressLocation, Uri, commands, l10n, window, workspace } from 'vscode';
import type { HindcastClient } from '../hindcastClient.js';
import { ask } from './ask.js';
import { readable } from './readable.js';
import { agentQuestions, type QuestionSubject } from './questions.js';

const SCHEME = 'hindcast-answer';
/** Answers that stay readable in their tabs. */
const MAX_KEPT = 30;

/** "Ask About Production": what agents can ask, for people and without a model. The answer opens as a Markdown preview. */
export function registerAsk(client: HindcastClient): Disposable {
  const answers = new Map<string, string>();
  let count = 0;
  const show = async (title: string, markdown: string) => {
    const uri = Uri.from({ scheme: SCHEME, path: `/${title} ${++count}.md` });
    answers.set(uri.toString(), markdown);
    const [oldest] = answers.keys();
    if (answers.size > MAX_KEPT && oldest !== undefined) answers.delete(oldest);
    await commands.executeCommand('markdown.showPreview', uri).then(undefined, async () => {
      await window.showTextDocument(uri, { preview: false });
    });
  };
  return Disposable.from(
    workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: (uri) =>
        answers.get(uri.toString()) ?? 'This answer is no longer kept. *Hindcast: Ask About Production* asks again.',
    }),
    commands.registerCommand('hindcast.ask', async () => {
      const picked = await window.showQuickPick([...agentQuestions], {
        title: l10n.t('Hindcast: Ask About Production'),
        placeHolder: l10n.t('The same facts that agents get'),
        matchOnDetail: true,
      });
      const input = await picked?.input(subject());
      if (!picked || !input) return;
      const answer = await window.withProgress(
        { location: ProgressLocation.Notification, title: l10n.t('Reading production facts'), cancellable: true },
        (_, token) => ask(client, picked.tool, input, token),
      );
      const title = picked.label.replace(/^\$\([\w-]+\) /, '').replaceAll('?', '');
      if ('problem' in answer) void window.showInformationMessage(answer.problem);
      else await show(title, readable(answer.markdown));
    }),
  );
}

/** What the person looks at. */
function subject(): QuestionSubject {
  const editor = window.activeTextEditor;
  const path =
    editor?.document.uri.scheme === 'file' ? workspace.asRelativePath(editor.document.uri, false) : undefined;
  return {
    file: path,
    place: path === undefined || !editor ? undefined : `${path}:${editor.selection.active.line + 1}`,
    askText: async (prompt, value) => window.showInputBox({ prompt, value }),
    choose: async (prompt, from) => window.showQuickPick([...from], { placeHolder: prompt }),
  };
}
