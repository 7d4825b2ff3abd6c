import { Disposable, MarkdownString, Range, ThemeColor, window, workspace } from 'vscode';
import type { TextEditor } from 'vscode';
import { escapeMarkdown } from '@hindcast/core/markdown';
import { FIRST_LINES, explanationLine, firstLine } from './firstLine.js';
import type { HindcastClient } from './hindcastClient.js';
import { LANGUAGES } from './languages.js';

const HOVER_COMMANDS = ['hindcast.explainFile', 'hindcast.showStatus', 'hindcast.hideExplanations'];
const LINKS =
  '[Explain This File](command:hindcast.explainFile) · [Show Status](command:hindcast.showStatus) · [Do Not Explain on the First Line](command:hindcast.hideExplanations)';

/** Says behind the first line of the active file why it shows no numbers. It moves no code and goes away with the reason. */
export function createFirstLineDecoration(client: HindcastClient): Disposable {
  const type = window.createTextEditorDecorationType({
    after: { color: new ThemeColor('editorCodeLens.foreground'), margin: '0 0 0 3em', fontStyle: 'italic' },
    isWholeLine: true,
  });
  let shownIn: TextEditor | undefined;
  let shownText: string | undefined;
  const show = () => {
    const editor = window.activeTextEditor;
    const line =
      editor === undefined || !isWanted(editor) ? undefined : firstLine(client.state, editor.document.uri.toString());
    if (shownIn === editor && shownText === line?.text) return;
    shownIn?.setDecorations(type, []);
    shownIn = editor;
    shownText = line?.text;
    if (editor === undefined || line === undefined) return;
    const hoverMessage = new MarkdownString(`${escapeMarkdown(`Hindcast: ${line.detail}`, 400)}\n\n${LINKS}`);
    hoverMessage.isTrusted = { enabledCommands: HOVER_COMMANDS };
    const { document } = editor;
    const lengths = Array.from(
      { length: Math.min(document.lineCount, FIRST_LINES) },
      (_, index) => document.lineAt(index).text.length,
    );
    const at = explanationLine(lengths);
    const range = new Range(at, 0, at, 0);
    editor.setDecorations(type, [{ range, hoverMessage, renderOptions: { after: { contentText: line.text } } }]);
  };
  const subscriptions = [
    client.onDidChange(show),
    window.onDidChangeActiveTextEditor(show),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('hindcast')) show();
    }),
  ];
  show();
  return new Disposable(() => {
    for (const subscription of subscriptions) subscription.dispose();
    type.dispose();
  });
}

function isWanted({ document }: TextEditor): boolean {
  const settings = workspace.getConfiguration('hindcast', document);
  return (
    document.uri.scheme === 'file' &&
    (LANGUAGES as readonly string[]).includes(document.languageId) &&
    (settings.get<boolean>('enabled') ?? true) &&
    (settings.get<boolean>('explanations.enabled') ?? true)
  );
}
