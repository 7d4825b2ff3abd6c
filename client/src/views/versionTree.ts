import { MarkdownString, ThemeIcon, TreeItem, TreeItemCollapsibleState, l10n } from 'vscode';
import type { Event, TreeDataProvider } from 'vscode';
import { LIST_VERSIONS_REQUEST } from '@hindcast/proto/viewMessages';
import type { VersionPage, VersionRow } from '@hindcast/proto/viewMessages';
import type { HindcastClient } from '../hindcastClient.js';
import { PageReader } from './pageReader.js';
import { factsMarkdown, rowLabel } from './rowText.js';

/** A service in an environment, or a version of it. */
export type VersionNode =
  | { readonly kind: 'group'; readonly service: string; readonly environment: string }
  | { readonly kind: 'version'; readonly row: VersionRow };

const icons = { current: 'pass', rolling: 'sync', ended: 'history' } as const;

/** Versions by service: what runs now, what rolls out, what ended. */
export class VersionTree implements TreeDataProvider<VersionNode> {
  readonly #pages: PageReader<VersionPage>;
  readonly onDidChangeTreeData: Event<undefined>;

  constructor(client: HindcastClient) {
    this.#pages = new PageReader(client, LIST_VERSIONS_REQUEST, { versions: [] });
    this.onDidChangeTreeData = this.#pages.onDidChange;
  }

  refresh(): Promise<void> {
    return this.#pages.refresh();
  }

  async getChildren(parent?: VersionNode): Promise<VersionNode[]> {
    const { versions } = await this.#pages.page();
    if (parent?.kind === 'group') {
      const isIn = (row: VersionRow) => row.service === parent.service && row.environment === parent.environment;
      return versions.filter(isIn).map((row) => ({ kind: 'version', row }));
    }
    if (parent) return [];
    const groups = new Map<string, VersionNode>();
    for (const { service, environment } of versions) {
      const key = `${service}\u0000${environment}`;
      if (!groups.has(key)) groups.set(key, { kind: 'group', service, environment });
    }
    return [...groups.values()];
  }

  getTreeItem(node: VersionNode): TreeItem {
    if (node.kind === 'group') {
      const item = new TreeItem(node.service, TreeItemCollapsibleState.Expanded);
      item.id = `${node.service}\u0000${node.environment}`;
      item.description = node.environment;
      item.iconPath = new ThemeIcon('server');
      return item;
    }
    const { row } = node;
    const name = row.version === '' ? l10n.t('no version') : row.version;
    const item = new TreeItem(name);
    item.id = [row.service, row.environment, row.version, row.figures].join('\u0000');
    item.description = row.figures;
    item.tooltip = new MarkdownString(factsMarkdown(`${row.service} ${name}`, row.facts));
    item.iconPath = new ThemeIcon(icons[row.state]);
    item.contextValue = 'hindcastVersion';
    item.accessibilityInformation = { label: rowLabel('version', name, row.figures) };
    return item;
  }

  dispose(): void {
    this.#pages.dispose();
  }
}
