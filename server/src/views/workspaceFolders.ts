import type { Connection } from 'vscode-languageserver';
import { URI } from 'vscode-uri';

/** Absolute paths of the folders that the editor has open, with `/`; none when it does not say. */
export async function workspaceFolders(connection: Connection): Promise<readonly string[]> {
  try {
    const folders = (await connection.workspace.getWorkspaceFolders()) ?? [];
    return folders
      .map(({ uri }) => URI.parse(uri))
      .filter(({ scheme }) => scheme === 'file')
      .map(({ fsPath }) => fsPath.replaceAll('\\', '/'));
  } catch {
    // An editor without this request.
    return [];
  }
}
