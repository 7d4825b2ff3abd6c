import { Position, Range, Uri, commands, window } from 'vscode';
import { isShowFunctionArgument } from './commandArguments.js';
import type { CommandContext } from './commandContext.js';

/** Goes to a function and opens its hover card. */
export async function showFunction({ client }: CommandContext, argument: unknown): Promise<void> {
  if (!isShowFunctionArgument(argument)) {
    client.log.warn('showFunction was run without a place to show.');
    return;
  }
  await revealPlace(argument.uri, argument.line, argument.column);
  await commands.executeCommand('editor.action.showHover', { focus: 'noAutoFocus' });
}

/** Opens a document with the cursor at a 1-based place; 0 means unknown and counts as the first. */
export async function revealPlace(uri: string, line: number, column: number): Promise<void> {
  const place = new Position(Math.max(0, line - 1), Math.max(0, column - 1));
  await window.showTextDocument(Uri.parse(uri, true), { selection: new Range(place, place) });
}
