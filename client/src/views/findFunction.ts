import { l10n, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { LIST_FUNCTIONS_REQUEST } from '@hindcast/proto/viewMessages';
import type { FunctionPage, FunctionRow, ListFunctionsParams } from '@hindcast/proto/viewMessages';
import type { HindcastClient } from '../hindcastClient.js';
import { openAndSay } from './openPlace.js';

const PAUSE_MS = 150;
const ROWS = 50;

/** Finds any function that production knows, by service, path or name, while one types; picking one goes to its code. */
export function findFunction(client: HindcastClient): void {
  const pick = window.createQuickPick<QuickPickItem & { row?: FunctionRow }>();
  pick.title = l10n.t('Find a function by what it does in production');
  pick.placeholder = l10n.t('Words of its name, path or service; hottest first');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  let asked = 0;
  let timer: NodeJS.Timeout | undefined;
  const ask = async (text: string) => {
    const own = ++asked;
    pick.busy = true;
    try {
      const params: ListFunctionsParams = { list: 'hot', text, count: ROWS };
      const { rows, problem } = await client.request<FunctionPage>(LIST_FUNCTIONS_REQUEST, params);
      if (own !== asked) return;
      pick.items = problem
        ? [{ label: `$(info) ${problem.message}`, alwaysShow: true }]
        : rows.map((row) => ({
            label: `$(symbol-function) ${row.place.name}`,
            description: `${row.figures} · ${row.origin}`,
            detail: `${row.place.filePath}:${row.place.line}`,
            row,
          }));
    } catch (error) {
      client.log.warn(`Nothing could be searched: ${String(error)}`);
    } finally {
      if (own === asked) pick.busy = false;
    }
  };
  pick.onDidChangeValue((text) => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(text), PAUSE_MS);
  });
  pick.onDidAccept(() => {
    const row = pick.selectedItems[0]?.row;
    pick.hide();
    if (row) void openAndSay(client, row.place);
  });
  pick.onDidHide(() => {
    clearTimeout(timer);
    asked++;
    pick.dispose();
  });
  pick.show();
  void ask('');
}
