import { env, l10n, window } from 'vscode';
import { FUNCTION_MARKDOWN_REQUEST } from '@hindcast/proto/lspMessages';
import { isShowFunctionArgument } from './commandArguments.js';
import type { CommandContext } from './commandContext.js';

const MESSAGE_MS = 5_000;

/** Copies what is known of a function, as Markdown: of the one that the argument names, else of the one at the cursor. */
export async function copyFacts({ client }: CommandContext, argument: unknown): Promise<void> {
  const place = isShowFunctionArgument(argument) ? argument : placeOfCursor();
  if (place === undefined) return;
  const markdown = await client.request<string | null>(FUNCTION_MARKDOWN_REQUEST, place);
  if (markdown !== null) await env.clipboard.writeText(markdown);
  const message = markdown === null ? l10n.t('Nothing is known of this function.') : l10n.t('Copied as Markdown.');
  window.setStatusBarMessage(message, MESSAGE_MS);
}

function placeOfCursor(): { uri: string; line: number; column: number } | undefined {
  const editor = window.activeTextEditor;
  if (editor === undefined) return undefined;
  const { line, character } = editor.selection.active;
  return { uri: editor.document.uri.toString(), line: line + 1, column: character + 1 };
}
