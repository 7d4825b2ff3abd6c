import type { Palette } from '../page/theme.js';
import { nodeFigures } from './figures.js';
import { NODE_HEIGHT, NODE_WIDTH, type Scene } from './scene.js';

/** Which part of the picture is where on the canvas: screen = picture * k + (x, y), in CSS pixels. */
export interface View {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

/** What is picked out. */
export interface Focus {
  readonly selected: number | undefined;
  /** Drawn strongly while all else fades; undefined for no fading. */
  readonly lit: ReadonlySet<number> | undefined;
  readonly matches: ReadonlySet<number>;
}

/** Below this many pixels of height a node is a bar without text. */
const TEXT_HEIGHT = 15;
/** With more edges than this, or far away, edges are straight and without arrows. */
const CURVED_EDGES = 1500;
const FADED = 0.16;

/** Draws what is within the canvas, of `width` × `height` CSS pixels. The transform of the context is the device's scale. */
export function drawGraph(
  context: CanvasRenderingContext2D,
  scene: Scene,
  view: View,
  focus: Focus,
  palette: Palette,
  width: number,
  height: number,
): void {
  context.save();
  context.translate(view.x, view.y);
  context.scale(view.k, view.k);
  const bounds = {
    left: -view.x / view.k,
    top: -view.y / view.k,
    right: (width - view.x) / view.k,
    bottom: (height - view.y) / view.k,
  };
  drawEdges(context, scene, view, focus, palette, bounds);
  drawNodes(context, scene, view, focus, palette, bounds);
  context.restore();
}

interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function drawEdges(
  context: CanvasRenderingContext2D,
  { graph, layout, strengthOf }: Scene,
  { k }: View,
  { selected, lit }: Focus,
  palette: Palette,
  bounds: Bounds,
): void {
  const isCurved = graph.edges.length <= CURVED_EDGES && k > 0.15;
  // One path for all edges that look alike: thousands of strokes would be too slow.
  const plain = [new Path2D(), new Path2D(), new Path2D()];
  const strong = new Path2D();
  const arrows = new Path2D();
  for (const [index, { from, to }] of graph.edges.entries()) {
    const x1 = (layout.x[from] ?? 0) + NODE_WIDTH / 2;
    const y1 = layout.y[from] ?? 0;
    const x2 = (layout.x[to] ?? 0) - NODE_WIDTH / 2;
    const y2 = layout.y[to] ?? 0;
    if (Math.max(x1, x2) < bounds.left || Math.min(x1, x2) > bounds.right) continue;
    if (Math.max(y1, y2) < bounds.top || Math.min(y1, y2) > bounds.bottom) continue;
    const isStrong = lit ? lit.has(from) && lit.has(to) : from === selected || to === selected;
    const path = isStrong ? strong : plain[strengthOf[index] ?? 0];
    if (!path) continue;
    path.moveTo(x1, y1);
    if (isCurved || isStrong) {
      const bend = Math.max(40, Math.abs(x2 - x1) / 2);
      path.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
    } else path.lineTo(x2, y2);
    if (isCurved || isStrong) {
      arrows.moveTo(x2 - 7, y2 - 4);
      arrows.lineTo(x2, y2);
      arrows.lineTo(x2 - 7, y2 + 4);
    }
  }
  const thin = Math.max(1, 0.6 / k);
  // Many edges are fainter each, or they would be one grey area.
  const crowd = Math.min(1, Math.max(0.15, CURVED_EDGES / graph.edges.length));
  context.strokeStyle = palette.muted;
  for (const [strength, path] of plain.entries()) {
    context.globalAlpha = lit ? FADED : (palette.isHighContrast ? 0.9 : 0.35 + strength * 0.2) * crowd;
    context.lineWidth = thin * (1 + strength * 0.7);
    context.stroke(path);
  }
  context.globalAlpha = lit ? 0.5 : 0.8;
  context.lineWidth = thin;
  context.stroke(arrows);
  context.globalAlpha = 1;
  context.strokeStyle = palette.focus;
  context.lineWidth = thin * 2;
  context.stroke(strong);
}

function drawNodes(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { k }: View,
  focus: Focus,
  palette: Palette,
  bounds: Bounds,
): void {
  const { graph, layout, colourOf } = scene;
  const hasText = NODE_HEIGHT * k >= TEXT_HEIGHT;
  const visible: number[] = [];
  for (let node = 0; node < graph.nodes.length; node++) {
    const x = layout.x[node] ?? 0;
    const y = layout.y[node] ?? 0;
    if (x + NODE_WIDTH < bounds.left || x - NODE_WIDTH > bounds.right) continue;
    if (y + NODE_HEIGHT < bounds.top || y - NODE_HEIGHT > bounds.bottom) continue;
    visible.push(node);
  }
  if (!hasText) {
    drawBars(context, scene, visible, focus, palette);
    return;
  }
  context.textBaseline = 'middle';
  for (const node of visible) {
    const own = graph.nodes[node];
    if (!own) continue;
    const left = (layout.x[node] ?? 0) - NODE_WIDTH / 2;
    const top = (layout.y[node] ?? 0) - NODE_HEIGHT / 2;
    const isSelected = node === focus.selected;
    const isMatch = focus.matches.has(node);
    const alpha = focus.lit && !focus.lit.has(node) ? FADED : 1;
    context.globalAlpha = alpha;
    context.fillStyle = palette.surface;
    context.strokeStyle = isSelected ? palette.focus : isMatch ? palette.warning : palette.muted;
    context.lineWidth = isSelected || isMatch ? 3 : 1;
    context.setLineDash(own.role === 'dependency' ? [5, 4] : []);
    context.beginPath();
    context.roundRect(left, top, NODE_WIDTH, NODE_HEIGHT, own.role === 'function' ? 4 : 12);
    context.fill();
    if (!isSelected && !isMatch && !palette.isHighContrast) context.globalAlpha = alpha * 0.55;
    context.stroke();
    context.globalAlpha = alpha;
    context.setLineDash([]);
    context.fillStyle = palette.series[(colourOf[node] ?? 0) % palette.series.length] ?? palette.foreground;
    context.fillRect(left + 6, top + 8, 4, NODE_HEIGHT - 16);
    const textWidth = NODE_WIDTH - 28;
    context.fillStyle = palette.foreground;
    context.font = `600 13px ${palette.fontFamily}`;
    context.fillText(cut(context, own.label, textWidth), left + 18, top + 16);
    context.fillStyle = own.errors > 0 ? palette.error : palette.muted;
    context.font = `11px ${palette.fontFamily}`;
    context.fillText(cut(context, nodeFigures(own), textWidth), left + 18, top + 33);
  }
  context.globalAlpha = 1;
}

/** From far away: bars in the colours of the services; what failed and what was found stands out. */
function drawBars(
  context: CanvasRenderingContext2D,
  { graph, layout, colourOf }: Scene,
  visible: readonly number[],
  focus: Focus,
  palette: Palette,
): void {
  const bars = new Map<string, { colour: string; isFaded: boolean; path: Path2D }>();
  const add = (colour: string, isFaded: boolean, node: number, grow: number) => {
    const key = `${colour} ${isFaded}`;
    const bar = bars.get(key) ?? { colour, isFaded, path: new Path2D() };
    bars.set(key, bar);
    const width = NODE_WIDTH + grow;
    const height = NODE_HEIGHT + grow;
    bar.path.rect((layout.x[node] ?? 0) - width / 2, (layout.y[node] ?? 0) - height / 2, width, height);
  };
  for (const node of visible) {
    const isFaded = focus.lit !== undefined && !focus.lit.has(node);
    const hasErrors = (graph.nodes[node]?.errors ?? 0) > 0;
    const own = palette.series[(colourOf[node] ?? 0) % palette.series.length] ?? palette.foreground;
    if (node === focus.selected || focus.matches.has(node)) add(palette.foreground, false, node, 30);
    else add(hasErrors ? palette.error : own, isFaded, node, 0);
  }
  for (const { colour, isFaded, path } of bars.values()) {
    context.globalAlpha = isFaded ? FADED : 0.85;
    context.fillStyle = colour;
    context.fill(path);
  }
  context.globalAlpha = 1;
}

const cuts = new Map<string, string>();
const MAX_CUTS = 20_000;

/** The text, or as much of it as fits with an ellipsis. Measuring is slow, so it is remembered. */
function cut(context: CanvasRenderingContext2D, text: string, width: number): string {
  const key = `${context.font} ${width} ${text}`;
  const known = cuts.get(key);
  if (known !== undefined) return known;
  let fitting = text.slice(0, 80);
  while (fitting.length > 1 && context.measureText(fitting === text ? text : `${fitting}…`).width > width) {
    fitting = fitting.slice(0, -1);
  }
  const result = fitting === text ? text : `${fitting}…`;
  if (cuts.size >= MAX_CUTS) cuts.clear();
  cuts.set(key, result);
  return result;
}
