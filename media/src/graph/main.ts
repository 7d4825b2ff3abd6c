import { formatCount, formatDuration, formatShare } from '@hindcast/core/format';
import { errorRate } from '@hindcast/core/rates';
import type { Graph, Picture } from '@hindcast/proto/webviewMessages';
import { button, element, table } from '../page/element.js';
import { recall, remember, tell } from '../page/host.js';
import { startPage, type Page } from '../page/page.js';
import { blastRadius } from './adjacency.js';
import { detailsOf } from './details.js';
import type { View } from './drawGraph.js';
import { nodeFigures } from './figures.js';
import { createGraphCanvas } from './graphCanvas.js';
import { findNodes, neighbour, sceneOf, type Scene } from './scene.js';

const MAX_TABLE_ROWS = 200;
const KEYS =
  'Arrow left and right go to the hottest caller and callee, up and down within the layer, Enter opens the code, B shows the blast radius, plus and minus zoom, 0 shows all.';

function draw(graph: Graph, page: Page, request: unknown): () => void {
  const { main, toolbar } = page;
  if (graph.nodes.length === 0) {
    main.append(
      element('div', { class: 'notice', children: [element('p', { text: 'Nothing was called within this time.' })] }),
    );
    return () => {};
  }
  const scene = sceneOf(graph);
  const asked = JSON.stringify(request);
  const before = viewOf(recall('view'), asked, graph.nodes.length);
  let selected = before?.selected ?? firstNode(scene);
  let radius: ReadonlySet<number> | undefined;
  let found: number[] = [];

  const details = element('aside', { attributes: { 'aria-label': 'Selected node' } });
  const canvas = createGraphCanvas(scene, before?.view, {
    onSelect: (node) => {
      if (node !== undefined) choose(node, false);
    },
    onOpen: (node) => open(node),
    onViewChange: (view) => remember('view', { asked, view, selected }),
  });
  const update = () => {
    canvas.setFocus({ selected, lit: radius, matches: new Set(found) });
    details.replaceChildren(
      ...detailsOf(scene, selected, radius, { onSelect: (node) => choose(node, true), onBlastRadius: toggleRadius }),
    );
    const own = graph.nodes[selected];
    canvas.element.setAttribute(
      'aria-label',
      `${graph.title}. Selected: ${own?.label ?? ''}, ${own ? nodeFigures(own) : ''}. ${KEYS}`,
    );
  };
  const choose = (node: number, isMoved: boolean) => {
    selected = node;
    if (radius) radius = blastRadius(selected, scene.adjacency, graph.edges);
    if (isMoved) canvas.show(node);
    remember('view', { asked, view: canvas.view(), selected });
    update();
    const own = graph.nodes[node];
    if (own) page.say(`${own.label}, ${own.service}: ${nodeFigures(own)}`);
  };
  const toggleRadius = () => {
    radius = radius ? undefined : blastRadius(selected, scene.adjacency, graph.edges);
    update();
    page.say(radius ? `Blast radius: ${radius.size - 1} callers, through edges.` : 'Blast radius is hidden.');
  };
  const open = (node: number) => {
    const own = graph.nodes[node];
    if (own?.place) tell({ type: 'open', place: own.place });
    else if (own?.role === 'service') {
      tell({ type: 'picture', request: { kind: 'functions', service: own.service, root: null } });
    }
  };
  canvas.element.addEventListener('keydown', (event) => {
    const to = ({ ArrowLeft: 'caller', ArrowRight: 'callee', ArrowUp: 'up', ArrowDown: 'down' } as const)[event.key];
    if (to !== undefined) {
      const next = neighbour(scene, selected, to);
      if (next === undefined)
        page.say(`There is nothing ${to === 'up' || to === 'down' ? to : `that is a ${to}`} from here.`);
      else choose(next, true);
    } else if (event.key === 'Enter') open(selected);
    else if (event.key === 'b' || event.key === 'B') toggleRadius();
    else if (event.key === '+' || event.key === '=') canvas.zoomBy(1.4);
    else if (event.key === '-') canvas.zoomBy(1 / 1.4);
    else if (event.key === '0') canvas.fit();
    else return;
    event.preventDefault();
  });

  const picture = element('div', { class: 'split', children: [canvas.element, details] });
  const asTable = element('div', { class: 'as-table hidden' });
  main.append(picture, asTable);
  toolbar.append(
    ...searchBox(scene, page, (matches, shown) => {
      found = matches;
      if (shown === undefined) update();
      else choose(shown, true);
    }),
    button('+', () => canvas.zoomBy(1.4), { attributes: { 'aria-label': 'Zoom in' } }),
    button('−', () => canvas.zoomBy(1 / 1.4), { attributes: { 'aria-label': 'Zoom out' } }),
    button('Fit', () => canvas.fit()),
    tableButton(picture, asTable, () => tableOf(graph)),
    button('Refresh', () => tell({ type: 'refresh' })),
  );
  update();
  const omitted = graph.omitted > 0 ? ` ${formatCount(graph.omitted)} more are left out.` : '';
  page.say(`${formatCount(graph.nodes.length)} ${graph.level}, ${formatCount(graph.edges.length)} edges.${omitted}`);
  return () => canvas.dispose();
}

/** What the graph is about; without a root the node with most neighbours. */
function firstNode({ graph, adjacency }: Scene): number {
  const root = graph.nodes.findIndex(({ isRoot }) => isRoot);
  if (root >= 0) return root;
  const degrees = graph.nodes.map(
    (_, node) => (adjacency.incoming[node]?.length ?? 0) + (adjacency.outgoing[node]?.length ?? 0),
  );
  return degrees.reduce((best, degree, node) => (degree > (degrees[best] ?? 0) ? node : best), 0);
}

/** What was looked at before, if it was this graph. */
function viewOf(value: unknown, asked: string, nodes: number): { view: View; selected: number } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { view, selected, asked: before } = value as { view?: View; selected?: unknown; asked?: unknown };
  const isView = view !== undefined && [view.k, view.x, view.y].every(Number.isFinite);
  return before === asked && isView && typeof selected === 'number' && selected < nodes
    ? { view, selected }
    : undefined;
}

/** A field that finds nodes; Enter goes from one to the next. */
function searchBox(
  scene: Scene,
  page: Page,
  onFound: (matches: number[], shown: number | undefined) => void,
): HTMLElement[] {
  const field = element('input', {
    attributes: { type: 'search', placeholder: 'Find', 'aria-label': 'Find a node by name, service or file' },
  });
  let matches: number[] = [];
  let at = -1;
  field.addEventListener('input', () => {
    matches = findNodes(scene, field.value);
    at = -1;
    onFound(matches, undefined);
    if (field.value !== '') page.say(`${matches.length} found. Enter goes from one to the next.`);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || matches.length === 0) return;
    at = (at + 1) % matches.length;
    onFound(matches, matches[at]);
  });
  return [field];
}

function tableButton(picture: HTMLElement, asTable: HTMLElement, make: () => HTMLElement): HTMLElement {
  const toggle = button(
    'Table',
    () => {
      const isTable = picture.classList.toggle('hidden');
      asTable.classList.toggle('hidden', !isTable);
      if (isTable && asTable.childElementCount === 0) asTable.append(make());
      toggle.setAttribute('aria-pressed', String(isTable));
    },
    { attributes: { 'aria-pressed': 'false' } },
  );
  return toggle;
}

function tableOf({ nodes, level }: Graph): HTMLElement {
  const hottest = [...nodes].sort((a, b) => b.calls - a.calls).slice(0, MAX_TABLE_ROWS);
  const rows = hottest.map((node) => {
    const { place } = node;
    const name = place ? button(node.label, () => tell({ type: 'open', place }), { class: 'link' }) : node.label;
    const seconds = (value: number | null) => (value === null ? 'not timed' : formatDuration(value));
    return [
      name,
      node.service,
      node.detail,
      formatCount(node.calls),
      formatShare(errorRate(node.errors, node.calls)),
      seconds(node.meanSeconds),
      seconds(node.p99Seconds),
    ];
  });
  const caption = `The ${hottest.length} ${level} with most calls`;
  return table(caption, ['Name', 'Service', 'Where', 'Calls', 'Failed', 'Mean', 'p99'], rows);
}

startPage((picture: Picture): picture is Graph => picture.kind === 'graph', draw);
