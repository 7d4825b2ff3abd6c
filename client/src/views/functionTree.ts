import { EventEmitter, MarkdownString, ThemeColor, ThemeIcon, TreeItem, l10n } from 'vscode';
import type { TreeDataProvider } from 'vscode';
import { formatCount } from '@hindcast/core/format';
import { LIST_FUNCTIONS_REQUEST } from '@hindcast/proto/viewMessages';
import type { FunctionList, FunctionPage, FunctionRow, ListFunctionsParams } from '@hindcast/proto/viewMessages';
import type { HindcastClient } from '../hindcastClient.js';
import { factsMarkdown, rowLabel } from './rowText.js';

const PAGE = 50;

/** A row of a list of functions, or the last one that fetches more. */
export type FunctionNode = FunctionRow | 'more';

const icons: Readonly<Record<FunctionList, ThemeIcon>> = {
  hot: new ThemeIcon('flame'),
  failing: new ThemeIcon('error'),
  slow: new ThemeIcon('watch'),
  regressed: new ThemeIcon('arrow-up'),
  neverRan: new ThemeIcon('circle-slash'),
};

/** One list of functions as a native tree: rows come from the language server, a page at a time. */
export class FunctionTree implements TreeDataProvider<FunctionNode> {
  readonly #changed = new EventEmitter<undefined>();
  #count = PAGE;
  #text = '';
  #page: FunctionPage = { rows: [], total: 0 };
  #isRead = false;
  #shown = '';

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    readonly list: FunctionList,
    private readonly client: HindcastClient,
    /** Called after every reading: how many there are in all. */
    private readonly onRead: (page: FunctionPage) => void,
  ) {}

  /** Only functions with these words. */
  filter(text: string): Promise<void> {
    this.#text = text;
    this.#count = PAGE;
    return this.refresh();
  }

  /** One page more. */
  showMore(): Promise<void> {
    this.#count += PAGE;
    return this.refresh();
  }

  /** Reads anew; the tree is touched only when something on it has changed. */
  async refresh(): Promise<void> {
    const page = await this.#read();
    const shown = JSON.stringify(page);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#changed.fire(undefined);
  }

  async getChildren(parent?: FunctionNode): Promise<FunctionNode[]> {
    if (parent !== undefined) return [];
    if (!this.#isRead) this.#shown = JSON.stringify(await this.#read());
    const { rows, total } = this.#page;
    return rows.length < total ? [...rows, 'more'] : [...rows];
  }

  getTreeItem(node: FunctionNode): TreeItem {
    return node === 'more' ? this.#moreItem() : this.#rowItem(node);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #read(): Promise<FunctionPage> {
    const params: ListFunctionsParams = { list: this.list, text: this.#text, count: this.#count };
    try {
      this.#page = await this.client.request<FunctionPage>(LIST_FUNCTIONS_REQUEST, params);
    } catch (error) {
      this.client.log.debug(`The list ${this.list} was not read: ${String(error)}`);
      this.#page = { rows: [], total: 0 };
    }
    this.#isRead = true;
    this.onRead(this.#page);
    return this.#page;
  }

  #rowItem(row: FunctionRow): TreeItem {
    const { name, filePath, line, column } = row.place;
    const item = new TreeItem(name);
    item.id = [this.list, row.origin, filePath, name, line, column, row.state].join('\u0000');
    item.description = `${row.figures} · ${row.origin}`;
    item.tooltip = new MarkdownString(factsMarkdown(name, row.facts));
    item.iconPath =
      row.state === 'confirmed'
        ? new ThemeIcon('arrow-up', new ThemeColor('list.warningForeground'))
        : icons[this.list];
    item.contextValue = filePath === '' ? 'hindcastRow' : 'hindcastFunction';
    const state = row.state === 'plain' ? '' : row.state;
    item.accessibilityInformation = { label: rowLabel(name, state, row.figures, row.origin, filePath) };
    item.command = { command: 'hindcast.openFunction', title: l10n.t('Open Code'), arguments: [row.place] };
    return item;
  }

  #moreItem(): TreeItem {
    const { rows, total } = this.#page;
    const item = new TreeItem(l10n.t('Show more ({0} of {1})', formatCount(rows.length), formatCount(total)));
    item.id = `${this.list}\u0000more`;
    item.iconPath = new ThemeIcon('ellipsis');
    item.command = { command: 'hindcast.showMore', title: l10n.t('Show More'), arguments: [this.list] };
    return item;
  }
}
