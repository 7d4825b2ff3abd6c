import { Position, Range, Uri, ViewColumn, l10n, window } from 'vscode';
import { LOCATE_REQUEST } from '@hindcast/proto/viewMessages';
import type { Located, LocateParams } from '@hindcast/proto/viewMessages';
import type { FunctionPlace } from '@hindcast/proto/webviewMessages';
import type { HindcastClient } from '../hindcastClient.js';

/**
 * Goes to where a reported function is in the working tree. Resolves with a sentence when there is something to say: how sure the place
 * is, or why there is none.
 */
export async function openPlace(client: HindcastClient, place: FunctionPlace): Promise<string> {
  let located: Located;
  try {
    located = await client.request<Located>(LOCATE_REQUEST, {
      place,
      folders: [...client.codeFolders],
    } satisfies LocateParams);
  } catch (error) {
    client.log.warn(`${place.name} was not located: ${String(error)}`);
    return l10n.t('The language server did not say where it is; the log says why.');
  }
  if (located.found) await reveal(located.uri, located.line, located.column);
  return located.message;
}

/** Beside a picture rather than in front of it: where text is already, or in the first column. */
async function reveal(uri: string, line: number, column: number): Promise<void> {
  const place = new Position(Math.max(0, line - 1), Math.max(0, column - 1));
  const editor = window.activeTextEditor ?? window.visibleTextEditors.find((one) => one.viewColumn !== undefined);
  await window.showTextDocument(Uri.parse(uri, true), {
    selection: new Range(place, place),
    viewColumn: editor?.viewColumn ?? ViewColumn.One,
  });
}

/** The same for a click in a view: says what there is to say to who clicked. */
export async function openAndSay(client: HindcastClient, place: FunctionPlace): Promise<void> {
  const message = await openPlace(client, place);
  if (message !== '') void window.showInformationMessage(`${place.name}: ${message}`);
}
