import { MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, l10n } from 'vscode';
import type { Event, TreeDataProvider } from 'vscode';
import { CHANGE_REQUEST } from '@hindcast/proto/changeMessages';
import type {
  ChangedFunction,
  ChangeFactor,
  ChangeLevel,
  ChangeLine,
  ChangePage,
  ChangePlace,
  RepositoryChange,
  UnmatchedRow,
} from '@hindcast/proto/changeMessages';
import { OPEN_PLACE_COMMAND } from '@hindcast/proto/lspMessages';
import type { HindcastClient } from '../hindcastClient.js';
import { PageReader } from './pageReader.js';
import { factsMarkdown, rowLabel } from './rowText.js';

/** A row of the Change view. */
export type ChangeNode =
  | { readonly kind: 'repository'; readonly of: RepositoryChange }
  | { readonly kind: 'risk'; readonly of: RepositoryChange }
  | { readonly kind: 'factor'; readonly row: ChangeFactor; readonly of: RepositoryChange }
  | { readonly kind: 'function'; readonly row: ChangedFunction; readonly of: RepositoryChange }
  | { readonly kind: 'line'; readonly row: ChangeLine; readonly in: ChangedFunction; readonly of: RepositoryChange }
  | { readonly kind: 'unmatchedGroup'; readonly of: RepositoryChange }
  | { readonly kind: 'unmatched'; readonly row: UnmatchedRow; readonly of: RepositoryChange }
  | { readonly kind: 'note'; readonly text: string; readonly of: RepositoryChange };

const levelIcons: Readonly<Record<ChangeLevel, ThemeIcon>> = {
  low: new ThemeIcon('pass'),
  medium: new ThemeIcon('info', new ThemeColor('notificationsInfoIcon.foreground')),
  high: new ThemeIcon('warning', new ThemeColor('list.warningForeground')),
  critical: new ThemeIcon('error', new ThemeColor('list.errorForeground')),
};
const lineIcons: Readonly<Record<ChangeLine['kind'], string>> = {
  cost: 'graph',
  added: 'diff-added',
  removed: 'diff-removed',
  entryPoint: 'sign-in',
  services: 'server',
  note: 'info',
};

/** The change that is being made: its risk with the factors, its functions with what they cost, and what could not be matched. */
export class ChangeTree implements TreeDataProvider<ChangeNode> {
  readonly #pages: PageReader<ChangePage>;
  readonly onDidChangeTreeData: Event<undefined>;

  constructor(
    client: HindcastClient,
    /** Called after every reading. */
    private readonly onRead: (page: ChangePage) => void,
  ) {
    this.#pages = new PageReader<ChangePage>(client, CHANGE_REQUEST, { isAssessed: false, repositories: [] });
    this.onDidChangeTreeData = this.#pages.onDidChange;
  }

  async refresh(): Promise<void> {
    await this.#pages.refresh();
    this.onRead(await this.#pages.page());
  }

  async getChildren(parent?: ChangeNode): Promise<ChangeNode[]> {
    if (parent) return childrenOf(parent);
    const page = await this.#pages.page();
    this.onRead(page);
    const { repositories } = page;
    const [only, another] = repositories;
    return only && !another ? rowsOf(only) : repositories.map((of) => ({ kind: 'repository', of }));
  }

  getTreeItem(node: ChangeNode): TreeItem {
    const item = itemOf(node);
    item.id = [node.of.name, node.kind, idOf(node)].join('\u0000');
    return item;
  }

  dispose(): void {
    this.#pages.dispose();
  }
}

/** What stands in the view while it has no rows; empty while it has some. */
export function changeMessage({ problem, isAssessed, repositories }: ChangePage): string {
  if (repositories.length > 0) return '';
  if (problem) return problem.message;
  return isAssessed
    ? l10n.t('Nothing differs from what production runs.')
    : l10n.t('Assessing what differs from production …');
}

function rowsOf(of: RepositoryChange): ChangeNode[] {
  return [
    { kind: 'risk', of },
    ...of.functions.map((row): ChangeNode => ({ kind: 'function', row, of })),
    ...(of.functionsOmitted > 0
      ? [{ kind: 'note', text: l10n.t('and {0} more functions', of.functionsOmitted), of } as const]
      : []),
    ...(of.unmatched.length > 0 ? [{ kind: 'unmatchedGroup', of } as const] : []),
  ];
}

function childrenOf(parent: ChangeNode): ChangeNode[] {
  const { of } = parent;
  switch (parent.kind) {
    case 'repository':
      return rowsOf(of);
    case 'risk':
      return [
        ...of.factors.map((row): ChangeNode => ({ kind: 'factor', row, of })),
        ...of.notes.map((text): ChangeNode => ({ kind: 'note', text, of })),
      ];
    case 'function':
      return parent.row.lines.map((row): ChangeNode => ({ kind: 'line', row, in: parent.row, of }));
    case 'unmatchedGroup':
      return [
        ...of.unmatched.map((row): ChangeNode => ({ kind: 'unmatched', row, of })),
        ...(of.unmatchedOmitted > 0
          ? [{ kind: 'note', text: l10n.t('and {0} more', of.unmatchedOmitted), of } as const]
          : []),
      ];
    default:
      return [];
  }
}

function itemOf(node: ChangeNode): TreeItem {
  const { of } = node;
  switch (node.kind) {
    case 'repository': {
      const item = new TreeItem(of.name, TreeItemCollapsibleState.Expanded);
      return described(item, l10n.t('risk {0} · since {1}', of.risk, of.since), new ThemeIcon('repo'), 'repository');
    }
    case 'risk': {
      const hasMore = of.factors.length + of.notes.length > 0;
      const state = hasMore ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None;
      const item = new TreeItem(l10n.t('Risk {0}', of.risk), state);
      return described(item, l10n.t('{0} · since {1}', of.level, of.since), levelIcons[of.level], '');
    }
    case 'factor': {
      const item = new TreeItem(node.row.name);
      item.tooltip = new MarkdownString(factsMarkdown(node.row.name, node.row.facts));
      return described(item, node.row.points, new ThemeIcon('symbol-number'), 'factor');
    }
    case 'function':
      return functionItem(node.row);
    case 'line': {
      const item = new TreeItem(node.row.text);
      item.tooltip = node.row.text;
      return opening(described(item, '', new ThemeIcon(lineIcons[node.row.kind]), ''), node.row.place);
    }
    case 'unmatchedGroup': {
      const item = new TreeItem(l10n.t('Not matched'), TreeItemCollapsibleState.Collapsed);
      const count = of.unmatched.length + of.unmatchedOmitted;
      return described(item, String(count), new ThemeIcon('question'), '');
    }
    case 'unmatched': {
      const item = new TreeItem(node.row.label);
      item.tooltip = `${node.row.label}: ${node.row.reason}`;
      return opening(described(item, node.row.reason, new ThemeIcon('circle-outline'), 'not matched'), node.row.place);
    }
    case 'note': {
      const item = new TreeItem(node.text);
      item.tooltip = node.text;
      return described(item, '', new ThemeIcon('info'), '');
    }
  }
}

function functionItem(row: ChangedFunction): TreeItem {
  const closed = row.isRisky ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
  const item = new TreeItem(row.name, row.lines.length > 0 ? closed : TreeItemCollapsibleState.None);
  item.tooltip = new MarkdownString(factsMarkdown(row.name, row.facts));
  const icon = row.isRisky
    ? new ThemeIcon('warning', new ThemeColor('list.warningForeground'))
    : new ThemeIcon('symbol-function');
  return opening(described(item, row.figures, icon, 'function'), row.place);
}

function described(item: TreeItem, description: string, icon: ThemeIcon, spoken: string): TreeItem {
  const label = typeof item.label === 'string' ? item.label : '';
  item.description = description;
  item.iconPath = icon;
  item.accessibilityInformation = { label: rowLabel(spoken, label, description) };
  return item;
}

function opening(item: TreeItem, place: ChangePlace | undefined): TreeItem {
  if (place) item.command = { command: OPEN_PLACE_COMMAND, title: l10n.t('Open Code'), arguments: [place] };
  return item;
}

/** Within its kind: rows keep what is opened below them while numbers change. */
function idOf(node: ChangeNode): string {
  switch (node.kind) {
    case 'factor':
      return node.row.name;
    case 'function':
      return `${node.row.file}\u0000${node.row.name}\u0000${node.of.functions.indexOf(node.row)}`;
    case 'line':
      return `${node.in.file}\u0000${node.in.name}\u0000${node.of.functions.indexOf(node.in)}\u0000${node.in.lines.indexOf(node.row)}`;
    case 'unmatched':
      return String(node.of.unmatched.indexOf(node.row));
    case 'note':
      return node.text;
    default:
      return '';
  }
}
