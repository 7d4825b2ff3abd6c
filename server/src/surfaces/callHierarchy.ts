import { formatCount } from '@hindcast/core/format';
import { UNRESOLVED_SCHEME } from '@hindcast/proto/lspMessages';
import {
  SymbolKind,
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type CancellationToken,
  type Position,
  type Range,
} from 'vscode-languageserver';
import type { CallGraph, GraphEdge, GraphNode } from '../collector/callGraph.js';
import type { CollectorClient } from '../collector/collectorClient.js';
import type { FunctionReference } from '../collector/facts.js';
import type { Scope } from '../collector/scope.js';
import type { CallerLinks, SourceRoot } from '../callerLinks.js';
import { functionAround, reportedPath, type OverlayContext } from './overlayContext.js';

/** What an item carries so that its own callers can be asked for. */
export interface HierarchyData {
  readonly reference: Required<FunctionReference>;
  readonly source: SourceRoot;
}

/** A person asked and waits; more than this and they think that nothing happens. */
const DEADLINE_MS = 3000;
const MAX_NODES = 500;

/** Runtime callers and callees, across services and repositories. Only this surface waits for the collector, and not for long. */
export class CallHierarchy {
  readonly #context: (uri: string) => OverlayContext | undefined;
  readonly #client: () => CollectorClient | undefined;
  readonly #scope: () => Scope;
  readonly #links: CallerLinks;
  readonly #onError: (what: string, error: unknown) => void;

  constructor(
    context: (uri: string) => OverlayContext | undefined,
    client: () => CollectorClient | undefined,
    scope: () => Scope,
    links: CallerLinks,
    onError: (what: string, error: unknown) => void,
  ) {
    this.#context = context;
    this.#client = client;
    this.#scope = scope;
    this.#links = links;
    this.#onError = onError;
  }

  /** The function at a position, once for each service that runs it. Undefined where none is, or nothing is known of it. */
  prepare(uri: string, position: Position): CallHierarchyItem[] | undefined {
    const context = this.#context(uri);
    const items = context ? preparedItems(context, position) : [];
    return items.length > 0 ? items : undefined;
  }

  /** Most calls first. */
  async incoming(item: CallHierarchyItem, token: CancellationToken): Promise<CallHierarchyIncomingCall[]> {
    const found = await this.#neighbours(item, 'callers', token);
    return found.map((from) => ({ from, fromRanges: [from.selectionRange] }));
  }

  /** Most calls first. Where in the function the calls stand is not known: all stand at its beginning. */
  async outgoing(item: CallHierarchyItem, token: CancellationToken): Promise<CallHierarchyOutgoingCall[]> {
    const found = await this.#neighbours(item, 'callees', token);
    return found.map((to) => ({ to, fromRanges: [item.selectionRange] }));
  }

  async #neighbours(
    item: CallHierarchyItem,
    direction: 'callers' | 'callees',
    token: CancellationToken,
  ): Promise<CallHierarchyItem[]> {
    const from = hierarchyData(item);
    const client = this.#client();
    if (!from || !client) return [];
    const asking = new AbortController();
    const subscription = token.onCancellationRequested(() => asking.abort());
    const question = { roots: [from.reference], direction, depth: 1, maxNodes: MAX_NODES } as const;
    const options = { signal: asking.signal, deadlineMs: DEADLINE_MS };
    try {
      const graph = await client.getCallGraph(question, this.#scope(), options);
      return graph ? neighbours(graph, direction, from, this.#links) : [];
    } catch (error) {
      if (!asking.signal.aborted) this.#onError('call hierarchy', error);
      return [];
    } finally {
      subscription.dispose();
    }
  }
}

function preparedItems(context: OverlayContext, position: Position): CallHierarchyItem[] {
  const own = functionAround(context.facts, position.line + 1, position.character + 1);
  return (own?.services ?? []).flatMap((view) => {
    if (!own || !view.facts) return [];
    const path = reportedPath(context.facts, view.service);
    const { name, line, column } = view.facts.id;
    const data: HierarchyData = {
      reference: { service: view.service, filePath: path, name, line, column },
      source: {
        service: view.service,
        root: context.document.path.endsWith(`/${path}`) ? context.document.path.slice(0, -path.length) : '',
        hasRepository: view.deployment.revision !== '',
      },
    };
    const range = lines(own.source.line, own.source.column, own.source.endLine);
    const item: CallHierarchyItem = {
      name: own.source.name,
      kind: SymbolKind.Function,
      detail: `${view.service} · ${formatCount(view.facts.calls)} calls`,
      uri: context.document.uri,
      range,
      selectionRange: { start: range.start, end: range.start },
      data,
    };
    return [item];
  });
}

/** What an item carries back; undefined when it is not one of ours. */
function hierarchyData(item: CallHierarchyItem): HierarchyData | undefined {
  const data = item.data as Partial<HierarchyData> | null | undefined;
  return data?.reference && data.source ? { reference: data.reference, source: data.source } : undefined;
}

function neighbours(
  graph: CallGraph,
  direction: 'callers' | 'callees',
  from: HierarchyData,
  links: CallerLinks,
): CallHierarchyItem[] {
  const isRoot = (index: number) => graph.nodes[index]?.distance === 0;
  return graph.edges
    .filter(({ caller, callee }) => isRoot(direction === 'callers' ? callee : caller))
    .sort((a, b) => b.calls - a.calls)
    .flatMap((edge) => {
      const node = graph.nodes[direction === 'callers' ? edge.caller : edge.callee];
      return node ? [itemOf(node, edge, from, links.uriFrom(node, from.source))] : [];
    });
}

/** A file that is not on this machine is named, and its URI opens a page that says so. */
function itemOf(node: GraphNode, edge: GraphEdge, from: HierarchyData, uri: string | undefined): CallHierarchyItem {
  const { service, filePath, id } = node;
  const place = filePath === '' ? 'known by name only' : `${filePath}${id.line > 0 ? `:${id.line}` : ''}`;
  const estimated = edge.sampledCalls < edge.calls ? '≈ ' : '';
  const calls = `${estimated}${formatCount(edge.calls)} ${edge.calls === 1 ? 'call' : 'calls'}`;
  const data: HierarchyData = {
    reference: { service, filePath, name: id.name, line: id.line, column: id.column },
    // What is elsewhere may lead back here: the root is that of the service that was begun with.
    source: from.source,
  };
  const range = lines(id.line, id.column, id.endLine);
  return {
    name: id.name,
    kind: SymbolKind.Function,
    detail: `${service} · ${calls} · ${place}${uri === undefined ? ' · not in this workspace' : ''}`,
    uri:
      uri ??
      `${UNRESOLVED_SCHEME}:/${encodeURIComponent(service)}/${filePath.split('/').map(encodeURIComponent).join('/')}`,
    range,
    selectionRange: { start: range.start, end: range.start },
    data,
  };
}

function lines(line: number, column: number, endLine: number): Range {
  const start = { line: Math.max(0, line - 1), character: Math.max(0, column - 1) };
  return { start, end: { line: Math.max(start.line, endLine - 1), character: start.character } };
}
