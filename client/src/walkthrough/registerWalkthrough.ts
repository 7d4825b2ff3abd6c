import { commands } from 'vscode';
import type { Disposable, ExtensionContext } from 'vscode';

/** The command that opens the walkthrough of the first five minutes. It never opens by itself. */
export function registerWalkthrough(extension: ExtensionContext): Disposable {
  return commands.registerCommand('hindcast.openWalkthrough', () =>
    commands.executeCommand('workbench.action.openWalkthrough', `${extension.extension.id}#firstFiveMinutes`, false),
  );
}
