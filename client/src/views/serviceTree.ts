import { MarkdownString, ThemeIcon, TreeItem, TreeItemCollapsibleState, l10n } from 'vscode';
import type { Event, TreeDataProvider } from 'vscode';
import { LIST_SERVICES_REQUEST } from '@hindcast/proto/viewMessages';
import type { EntryPointRow, ServicePage, ServiceRow } from '@hindcast/proto/viewMessages';
import type { HindcastClient } from '../hindcastClient.js';
import { PageReader } from './pageReader.js';
import { factsMarkdown, rowLabel } from './rowText.js';

/** A service, an entry point of it, or something that it calls. */
export type ServiceNode =
  | { readonly kind: 'service'; readonly row: ServiceRow }
  | { readonly kind: 'entryPoint'; readonly row: EntryPointRow; readonly of: ServiceRow }
  | { readonly kind: 'dependency'; readonly row: ServiceRow['dependencies'][number]; readonly of: ServiceRow };

const idOf = ({ service, environment, version }: ServiceRow) => [service, environment, version].join('\u0000');

/** Services with their entry points and what they call. */
export class ServiceTree implements TreeDataProvider<ServiceNode> {
  readonly #pages: PageReader<ServicePage>;
  readonly onDidChangeTreeData: Event<undefined>;

  constructor(client: HindcastClient) {
    this.#pages = new PageReader(client, LIST_SERVICES_REQUEST, { services: [] });
    this.onDidChangeTreeData = this.#pages.onDidChange;
  }

  refresh(): Promise<void> {
    return this.#pages.refresh();
  }

  async getChildren(parent?: ServiceNode): Promise<ServiceNode[]> {
    if (parent?.kind === 'service') {
      const { row } = parent;
      return [
        ...row.entryPoints.map((one): ServiceNode => ({ kind: 'entryPoint', row: one, of: row })),
        ...row.dependencies.map((one): ServiceNode => ({ kind: 'dependency', row: one, of: row })),
      ];
    }
    if (parent) return [];
    const page = await this.#pages.page();
    return page.services.map((row) => ({ kind: 'service', row }));
  }

  getTreeItem(node: ServiceNode): TreeItem {
    switch (node.kind) {
      case 'service':
        return serviceItem(node.row);
      case 'entryPoint':
        return entryPointItem(node.row, node.of);
      case 'dependency': {
        const { label, figures } = node.row;
        const item = new TreeItem(label);
        item.id = `${idOf(node.of)}\u0000dependency\u0000${label}`;
        item.description = figures;
        item.iconPath = new ThemeIcon('database');
        item.accessibilityInformation = { label: rowLabel('calls', label, figures) };
        return item;
      }
    }
  }

  dispose(): void {
    this.#pages.dispose();
  }
}

function serviceItem(row: ServiceRow): TreeItem {
  const isEmpty = row.entryPoints.length + row.dependencies.length === 0;
  const item = new TreeItem(row.service, isEmpty ? TreeItemCollapsibleState.None : TreeItemCollapsibleState.Collapsed);
  item.id = idOf(row);
  item.description = [row.version, row.environment, row.figures].filter((part) => part !== '').join(' · ');
  item.tooltip = new MarkdownString(factsMarkdown(row.service, row.facts));
  item.iconPath = new ThemeIcon('server');
  item.contextValue = 'hindcastService';
  item.accessibilityInformation = {
    label: rowLabel('service', row.service, row.version, row.environment, row.figures),
  };
  return item;
}

function entryPointItem(row: EntryPointRow, of: ServiceRow): TreeItem {
  const item = new TreeItem(row.name);
  item.id = `${idOf(of)}\u0000${row.kind}\u0000${row.name}`;
  item.description = [row.kind, row.figures].join(' · ');
  item.iconPath = new ThemeIcon('sign-in');
  item.contextValue = 'hindcastEntryPoint';
  item.accessibilityInformation = { label: rowLabel('entry point', row.kind, row.name, row.figures) };
  if (row.place)
    item.command = { command: 'hindcast.openFunction', title: l10n.t('Open Code'), arguments: [row.place] };
  return item;
}
