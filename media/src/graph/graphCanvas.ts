import { pointer, select, zoom, zoomIdentity, type D3ZoomEvent, type ZoomTransform } from 'd3';
import { onThemeChange, prefersReducedMotion, readPalette } from '../page/theme.js';
import { element } from '../page/element.js';
import { drawGraph, type Focus, type View } from './drawGraph.js';
import { NODE_WIDTH, nodeAt, type Scene } from './scene.js';

/** While a gesture goes on a frame may take this long, milliseconds; beyond it the last picture is moved instead of drawn anew. */
const FRAME_BUDGET_MS = 10;
/** After the last move of a gesture it is drawn sharply again: not before this, nor before several times what that takes. */
const SETTLE_MS = 120;
const SETTLE_DRAWS = 3;
/** The sharp picture reaches this far beyond the canvas on each side, in canvases. */
const MARGIN = 0.25;
const OVERVIEW_PIXELS = 1600;
const MOVE_MS = 250;
/** At this scale names can be read. */
const READABLE_SCALE = 0.8;
const MAX_NODES_TO_READ = 1000;

export interface GraphCanvas {
  readonly element: HTMLCanvasElement;
  setFocus(focus: Focus): void;
  /** Moves the picture so that a node is in the middle, near enough to read it. */
  show(node: number): void;
  /** The whole graph. */
  fit(): void;
  zoomBy(factor: number): void;
  view(): View;
  dispose(): void;
}

interface Events {
  /** A click; undefined beside every node. */
  onSelect(node: number | undefined): void;
  onOpen(node: number): void;
  /** When a gesture pauses. */
  onViewChange(view: View): void;
}

/**
 * The graph on a canvas that is dragged and zoomed. However large the graph, a gesture stays smooth: when drawing takes too long,
 * the last sharp picture and an overview of all are moved along, and the rest is drawn when the gesture pauses.
 */
export function createGraphCanvas(scene: Scene, initial: View | undefined, events: Events): GraphCanvas {
  const canvas = element('canvas', { class: 'graph', attributes: { tabindex: '0', role: 'application' } });
  const context = canvas.getContext('2d');
  const sharp = document.createElement('canvas');
  const overview = document.createElement('canvas');
  let palette = readPalette();
  let focus: Focus = { selected: undefined, lit: undefined, matches: new Set() };
  let view: View = initial ?? { k: 1, x: 0, y: 0 };
  let sharpView: View | undefined;
  /** How long the first sharp picture took; undefined before. */
  let drawMs: number | undefined;
  let size = { width: 0, height: 0 };
  let frame = 0;
  let settle = 0;
  let isFitted = initial !== undefined;

  const ratio = () => Math.min(2, window.devicePixelRatio || 1);

  const drawOverview = () => {
    const { width, height } = scene.layout;
    const k = Math.min(1, OVERVIEW_PIXELS / Math.max(width, height, 1));
    overview.width = Math.max(1, Math.ceil(width * k));
    overview.height = Math.max(1, Math.ceil(height * k));
    const its = overview.getContext('2d');
    if (its) drawGraph(its, scene, { k, x: 0, y: 0 }, focus, palette, overview.width, overview.height);
  };

  const drawSharp = () => {
    if (size.width === 0) return;
    const begun = performance.now();
    const scale = ratio();
    const width = size.width * (1 + 2 * MARGIN);
    const height = size.height * (1 + 2 * MARGIN);
    sharp.width = Math.ceil(width * scale);
    sharp.height = Math.ceil(height * scale);
    const its = sharp.getContext('2d');
    if (!its) return;
    its.scale(scale, scale);
    const shifted = { k: view.k, x: view.x + size.width * MARGIN, y: view.y + size.height * MARGIN };
    drawGraph(its, scene, shifted, focus, palette, width, height);
    sharpView = view;
    if (drawMs === undefined) {
      // Stroking may be put off until the picture is needed: reading a pixel makes it happen now. Once, for reading is slow itself.
      its.getImageData(0, 0, 1, 1);
      drawMs = performance.now() - begun;
    }
  };

  const paint = (isMoving: boolean) => {
    if (!context) return;
    const scale = ratio();
    // What moves need not be smooth, and without a graphics card smoothing is most of the work.
    context.imageSmoothingEnabled = !isMoving;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, size.width, size.height);
    if (!sharpView) return;
    const grow = view.k / sharpView.k;
    const left = view.x - (sharpView.x + size.width * MARGIN) * grow;
    const top = view.y - (sharpView.y + size.height * MARGIN) * grow;
    const width = size.width * (1 + 2 * MARGIN) * grow;
    const height = size.height * (1 + 2 * MARGIN) * grow;
    const isCovered = left <= 0 && top <= 0 && left + width >= size.width && top + height >= size.height;
    if (!isCovered) {
      const { layout } = scene;
      context.drawImage(overview, view.x, view.y, layout.width * view.k, layout.height * view.k);
      context.clearRect(left, top, width, height);
    }
    context.drawImage(sharp, left, top, width, height);
  };

  const request = (isMoving: boolean) => {
    clearTimeout(settle);
    if (isMoving) {
      settle = window.setTimeout(
        () => {
          events.onViewChange(view);
          request(false);
        },
        Math.max(SETTLE_MS, SETTLE_DRAWS * (drawMs ?? 0)),
      );
    }
    if (frame !== 0 && isMoving) return;
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      frame = 0;
      if (!isMoving || (drawMs ?? 0) < FRAME_BUDGET_MS) drawSharp();
      paint(isMoving);
    });
  };

  const behaviour = zoom<HTMLCanvasElement, unknown>()
    .scaleExtent([0.01, 4])
    .on('zoom', ({ transform }: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
      view = { k: transform.k, x: transform.x, y: transform.y };
      request(true);
    });
  const selection = select(canvas);
  selection.call(behaviour).on('dblclick.zoom', null);

  const goTo = (target: ZoomTransform, isAnimated: boolean) => {
    if (isAnimated && !prefersReducedMotion()) {
      // Steps of our own: d3's zoom would fly out and back in.
      const from = view;
      const begun = performance.now();
      const step = (now: number) => {
        const part = Math.min(1, Math.max(0, (now - begun) / MOVE_MS));
        const eased = 1 - (1 - part) ** 3;
        const between = (a: number, b: number) => a + (b - a) * eased;
        const next = zoomIdentity
          .translate(between(from.x, target.x), between(from.y, target.y))
          .scale(between(from.k, target.k));
        selection.call((own) => behaviour.transform(own, next));
        if (part < 1) requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    } else selection.call((own) => behaviour.transform(own, target));
  };

  const centred = (x: number, y: number, k: number) =>
    zoomIdentity.translate(size.width / 2 - x * k, size.height / 2 - y * k).scale(k);

  const fittingScale = () => {
    const { width, height } = scene.layout;
    return Math.min(1.1, (size.width - 32) / Math.max(1, width), (size.height - 32) / Math.max(1, height));
  };

  const fitted = () => {
    const { width, height } = scene.layout;
    return centred(width / 2, height / 2, Math.max(0.01, fittingScale()));
  };

  /** All of it where it can be read then, or where it is too much to be read at all; else the selected node and what is near. */
  const first = () => {
    const { selected } = focus;
    const isReadable = fittingScale() >= READABLE_SCALE || scene.graph.nodes.length > MAX_NODES_TO_READ;
    if (isReadable || selected === undefined) return fitted();
    return centred(scene.layout.x[selected] ?? 0, scene.layout.y[selected] ?? 0, READABLE_SCALE);
  };

  const resized = new ResizeObserver(() => {
    const { clientWidth, clientHeight } = canvas;
    if (clientWidth === 0 || clientHeight === 0) return;
    size = { width: clientWidth, height: clientHeight };
    canvas.width = Math.ceil(clientWidth * ratio());
    canvas.height = Math.ceil(clientHeight * ratio());
    const { k, x, y } = view;
    goTo(isFitted ? zoomIdentity.translate(x, y).scale(k) : first(), false);
    isFitted = true;
    drawSharp();
    paint(false);
  });
  resized.observe(canvas);

  const placeOf = (event: MouseEvent) => {
    const [x, y] = pointer(event, canvas);
    return nodeAt(scene, (x - view.x) / view.k, (y - view.y) / view.k);
  };
  canvas.addEventListener('click', (event) => events.onSelect(placeOf(event)));
  canvas.addEventListener('dblclick', (event) => {
    const node = placeOf(event);
    if (node !== undefined) events.onOpen(node);
  });
  canvas.addEventListener('pointermove', (event) => {
    canvas.classList.toggle('over-node', event.buttons === 0 && placeOf(event) !== undefined);
  });
  const stopTheme = onThemeChange(() => {
    palette = readPalette();
    drawOverview();
    request(false);
  });
  drawOverview();

  return {
    element: canvas,
    setFocus: (next) => {
      focus = next;
      request(false);
    },
    show: (node) => {
      const k = Math.max(view.k, Math.min(1, size.width / (NODE_WIDTH * 3)));
      goTo(centred(scene.layout.x[node] ?? 0, scene.layout.y[node] ?? 0, k), true);
    },
    fit: () => goTo(fitted(), true),
    zoomBy: (factor) => selection.call((own) => behaviour.scaleBy(own, factor)),
    view: () => view,
    dispose: () => {
      resized.disconnect();
      stopTheme();
      cancelAnimationFrame(frame);
      clearTimeout(settle);
    },
  };
}
