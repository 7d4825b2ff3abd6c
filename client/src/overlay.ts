import { commands } from 'vscode';
import type { Memento } from 'vscode';
import type { HindcastClient } from './hindcastClient.js';

const MEMENTO_KEY = 'overlayVisible';
const CONTEXT_KEY = 'hindcast.overlayVisible';

/** Whether the overlay was visible when this workspace was last open; true at first. */
export function rememberedVisibility(memento: Memento): boolean {
  return memento.get<boolean>(MEMENTO_KEY) ?? true;
}

/** Makes the visibility known to `when` clauses. */
export async function publishVisibility(visible: boolean): Promise<void> {
  await commands.executeCommand('setContext', CONTEXT_KEY, visible);
}

/** Shows or hides everything in this workspace, whatever the settings say, and remembers it. */
export async function setOverlayVisible(client: HindcastClient, memento: Memento, visible: boolean): Promise<void> {
  client.setOverlayVisible(visible);
  await Promise.all([memento.update(MEMENTO_KEY, visible), publishVisibility(visible)]);
}
