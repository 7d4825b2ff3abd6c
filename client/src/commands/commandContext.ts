import type { ExtensionContext } from 'vscode';
import type { HindcastClient } from '../hindcastClient.js';

/** What every command can reach. */
export interface CommandContext {
  readonly client: HindcastClient;
  readonly extension: ExtensionContext;
}

/** A command: gets the context first, then the arguments it was run with. */
export type Command = (context: CommandContext, argument: unknown) => unknown;
