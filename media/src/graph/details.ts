import { formatCount, formatDuration, formatShare } from '@hindcast/core/format';
import { errorRate } from '@hindcast/core/rates';
import type { GraphNode } from '@hindcast/proto/webviewMessages';
import { button, element } from '../page/element.js';
import { tell } from '../page/host.js';
import type { Scene } from './scene.js';

const MAX_NEIGHBOURS = 12;
const MAX_ENTRY_POINTS = 8;

interface Actions {
  onSelect(node: number): void;
  onBlastRadius(): void;
}

/** The panel beside the graph: what is known of the selected node, and where one can go from it. */
export function detailsOf(
  scene: Scene,
  node: number,
  radius: ReadonlySet<number> | undefined,
  actions: Actions,
): HTMLElement[] {
  const own = scene.graph.nodes[node];
  if (!own) return [];
  const { edges, nodes } = scene.graph;
  const callers = (scene.adjacency.incoming[node] ?? []).flatMap((index) => edges[index] ?? []);
  const callees = (scene.adjacency.outgoing[node] ?? []).flatMap((index) => edges[index] ?? []);
  const neighbours = (title: string, found: readonly { node: number; calls: number }[]) =>
    found.length === 0
      ? []
      : [
          element('h3', { text: `${title} (${found.length})` }),
          element('ul', {
            class: 'plain',
            children: found.slice(0, MAX_NEIGHBOURS).map(({ node: other, calls }) =>
              element('li', {
                children: [
                  button(nodes[other]?.label ?? '', () => actions.onSelect(other), { class: 'link' }),
                  element('span', { class: 'muted', text: ` ${formatCount(calls)}` }),
                ],
              }),
            ),
          }),
        ];
  return [
    element('h2', { text: own.label }),
    element('p', { class: 'muted', text: [own.service, own.detail].filter((part) => part !== own.label).join(' · ') }),
    facts(own),
    element('div', { class: 'actions', children: actionsOf(own, radius !== undefined, actions) }),
    ...(radius ? radiusOf(scene, own, radius) : []),
    ...neighbours(
      'Called by',
      callers.map(({ from, calls }) => ({ node: from, calls })),
    ),
    ...neighbours(
      'Calls',
      callees.map(({ to, calls }) => ({ node: to, calls })),
    ),
  ];
}

function facts({ calls, errors, meanSeconds, p99Seconds }: GraphNode): HTMLElement {
  const rows: [string, string][] = [
    ['Calls', formatCount(calls)],
    ['Failed', errors === 0 ? 'none' : `${formatCount(errors)} (${formatShare(errorRate(errors, calls))})`],
    ['Mean', meanSeconds === null ? 'not timed' : formatDuration(meanSeconds)],
    ['p99', p99Seconds === null ? 'not timed' : formatDuration(p99Seconds)],
  ];
  return element('dl', {
    children: rows.flatMap(([name, value]) => [element('dt', { text: name }), element('dd', { text: value })]),
  });
}

function actionsOf(own: GraphNode, isShown: boolean, actions: Actions): HTMLElement[] {
  const { place } = own;
  const radius = button('Blast Radius', () => actions.onBlastRadius(), {
    attributes: { 'aria-pressed': String(isShown) },
  });
  if (place) {
    return [
      button('Open Code', () => tell({ type: 'open', place }), { class: 'primary' }),
      radius,
      button('Center Graph Here', () =>
        tell({ type: 'picture', request: { kind: 'functions', service: '', root: place } }),
      ),
      button('Latency by Version', () => tell({ type: 'picture', request: { kind: 'latency', place } })),
      button('Timeline', () => tell({ type: 'picture', request: { kind: 'timeline', place } })),
    ];
  }
  if (own.role !== 'service') return [radius];
  return [
    button(
      'Functions',
      () => tell({ type: 'picture', request: { kind: 'functions', service: own.service, root: null } }),
      {
        class: 'primary',
      },
    ),
    button('Critical Path', () =>
      tell({ type: 'picture', request: { kind: 'criticalPath', service: own.service, entryPoint: '' } }),
    ),
    radius,
  ];
}

function radiusOf({ graph }: Scene, own: GraphNode, radius: ReadonlySet<number>): HTMLElement[] {
  const services = new Set([...radius].flatMap((node) => graph.nodes[node]?.service ?? []));
  const unit = graph.level === 'services' ? 'services' : 'functions';
  const entryPoints = own.entryPoints.slice(0, MAX_ENTRY_POINTS);
  const more = own.entryPoints.length - entryPoints.length;
  return [
    element('h3', { text: 'Who is reached by a change here' }),
    element('p', {
      text:
        `${formatCount(radius.size - 1)} calling ${unit}` +
        (graph.level === 'functions' ? ` in ${services.size} ${services.size === 1 ? 'service' : 'services'}` : '') +
        ', through edges: the most it can be. Shown in the picture.',
    }),
    ...(entryPoints.length === 0
      ? []
      : [
          element('p', { text: 'Entry points that its calls belong to:' }),
          element('ul', {
            children: [
              ...entryPoints.map(({ name, calls }) => element('li', { text: `${name} · ${formatCount(calls)} calls` })),
              ...(more > 0 ? [element('li', { text: `and ${more} more` })] : []),
            ],
          }),
        ]),
  ];
}
