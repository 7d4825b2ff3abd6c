import { CHANGE_MARKDOWN_REQUEST, SHOW_CHANGE_COMMAND } from '@hindcast/proto/changeMessages';
import { Disposable, commands, env, l10n, window } from 'vscode';
import type { TreeDataProvider, TreeView } from 'vscode';
import { FUNCTION_LISTS } from '@hindcast/proto/viewMessages';
import type { FunctionList } from '@hindcast/proto/viewMessages';
import type { ClientState } from '../clientState.js';
import type { HindcastClient } from '../hindcastClient.js';
import { ChangeTree, changeMessage } from './changeTree.js';
import { findCallers } from './findCallers.js';
import { findFunction } from './findFunction.js';
import { FunctionTree } from './functionTree.js';
import { openAndSay } from './openPlace.js';
import { factsOf, placeOf } from './rowArguments.js';
import { factsMarkdown } from './rowText.js';
import { ServiceTree } from './serviceTree.js';
import { VersionTree } from './versionTree.js';
import { viewState } from './viewState.js';

/** Between two readings of a view, however often numbers change. */
const READ_EVERY_MS = 5_000;
/** The same of what is answered from memory. */
const READ_MEMORY_EVERY_MS = 500;
const MESSAGE_MS = 4_000;

interface Reader {
  refresh(): Promise<void>;
}

/** A view that is read when it is seen and the numbers have changed since, and not otherwise. */
class LiveView<T> {
  #read: number | undefined;
  #readBeginMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly view: TreeView<T>,
    private readonly tree: Reader,
    private readonly client: HindcastClient,
    /** What is another one when there is something new to see; undefined while there is nothing. */
    private readonly newestOf: (state: ClientState) => number | undefined,
    private readonly everyMs: number,
  ) {
    view.onDidChangeVisibility(() => this.update());
  }

  /** Reads when there is something new to see. */
  update(): void {
    const newest = this.newestOf(this.client.state);
    if (!this.view.visible || newest === undefined || newest === this.#read || this.#timer) return;
    const wait = Math.max(0, this.#readBeginMs + this.everyMs - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.read();
    }, wait);
  }

  async read(): Promise<void> {
    this.#read = this.newestOf(this.client.state);
    this.#readBeginMs = Date.now();
    await this.tree.refresh();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.view.dispose();
  }
}

const setContext = (key: string, value: unknown) => void commands.executeCommand('setContext', key, value);

/** The views of the container and their commands. */
export function registerViews(client: HindcastClient): Disposable {
  const live: LiveView<unknown>[] = [];
  const disposables: { dispose(): unknown }[] = [];
  const show = <T>(
    id: string,
    tree: TreeDataProvider<T> & Reader & { dispose(): void },
    newestOf = (state: ClientState) => state.status?.readAtMs,
    everyMs = READ_EVERY_MS,
  ) => {
    const view = window.createTreeView(id, { treeDataProvider: tree, showCollapseAll: false });
    const own = new LiveView(view, tree, client, newestOf, everyMs);
    live.push(own);
    disposables.push(own, tree);
    return view;
  };

  const functionViews = new Map<FunctionList, { tree: FunctionTree; view: TreeView<unknown> }>();
  let filterText = '';
  const describe = (list: FunctionList, total: number) => {
    const view = functionViews.get(list)?.view;
    if (view) view.description = filterText === '' ? (total > 0 ? String(total) : '') : `“${filterText}” · ${total}`;
  };
  for (const list of FUNCTION_LISTS) {
    const tree = new FunctionTree(list, client, ({ total }) => describe(list, total));
    functionViews.set(list, { tree, view: show(`hindcast.${list}`, tree) });
  }
  const change: TreeView<unknown> = show(
    'hindcast.change',
    new ChangeTree(client, (page) => {
      change.message = changeMessage(page);
      const [riskiest] = page.repositories;
      change.description = riskiest ? `risk ${riskiest.risk} · since ${riskiest.since}` : '';
    }),
    ({ status }) => status?.change?.revision ?? (status ? 0 : undefined),
    READ_MEMORY_EVERY_MS,
  );
  show('hindcast.services', new ServiceTree(client));
  show('hindcast.versions', new VersionTree(client));

  const refreshAll = async () => {
    client.lookAtChange();
    await Promise.all(live.filter(({ view }) => view.visible).map((one) => one.read()));
  };
  const filter = async (text: string) => {
    filterText = text.trim();
    setContext('hindcast.filtered', filterText !== '');
    await Promise.all([...functionViews.values()].map(({ tree }) => tree.filter(filterText)));
  };
  let state: string | undefined;
  const follow = () => {
    const next = viewState(client.state);
    if (next !== state) {
      state = next;
      setContext('hindcast.viewState', next);
      // Stays when the collector goes away: numbers that are there do not vanish.
      if (next === 'connected') setContext('hindcast.hasNumbers', true);
    }
    for (const one of live) one.update();
  };
  follow();
  disposables.push(client.onDidChange(follow));

  const register = (id: string, run: (argument: unknown) => unknown) =>
    disposables.push(commands.registerCommand(id, run));
  register('hindcast.refreshViews', refreshAll);
  register('hindcast.filterFunctions', async () => {
    const text = await window.showInputBox({
      title: l10n.t('Filter the lists of functions'),
      prompt: l10n.t('Words that must all occur in service, path or name. Empty shows all.'),
      value: filterText,
    });
    if (text !== undefined) await filter(text);
  });
  register('hindcast.clearFilter', () => filter(''));
  register('hindcast.showMore', async (list) => {
    await functionViews.get(list as FunctionList)?.tree.showMore();
  });
  register('hindcast.findFunction', () => findFunction(client));
  register('hindcast.openFunction', async (argument) => {
    const place = placeOf(argument);
    if (place) await openAndSay(client, place);
  });
  register('hindcast.findCallers', async (argument) => {
    const place = placeOf(argument);
    if (place) await findCallers(client, place);
  });
  register(SHOW_CHANGE_COMMAND, () => commands.executeCommand('hindcast.change.focus'));
  register('hindcast.copyChange', async () => {
    const markdown = await client.request<string | null>(CHANGE_MARKDOWN_REQUEST);
    if (markdown !== null) await env.clipboard.writeText(markdown);
    const said =
      markdown === null
        ? l10n.t('Nothing differs from what production runs.')
        : l10n.t('Copied the change as Markdown.');
    window.setStatusBarMessage(said, MESSAGE_MS);
  });
  disposables.push(window.onDidChangeWindowState(({ focused }) => focused && client.lookAtChange()));
  register('hindcast.copyRowFacts', async (argument) => {
    const own = factsOf(argument);
    if (!own) return;
    await env.clipboard.writeText(factsMarkdown(own.title, own.facts));
    window.setStatusBarMessage(l10n.t('Copied what is known about {0}.', own.title), MESSAGE_MS);
  });
  return new Disposable(() => disposables.forEach((one) => one.dispose()));
}
