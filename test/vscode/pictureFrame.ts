import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Frame } from 'playwright-core';
import { waitFor } from './waitFor.js';
import type { Workbench } from './workbench.js';

/** The frame of the picture whose title matches, once it is drawn. */
export function pictureFrame(workbench: Workbench, title: RegExp): Promise<Frame> {
  let seen: string[] = [];
  return waitFor(
    `the picture ${String(title)}`,
    async () => {
      seen = [];
      for (const frame of workbench.page.frames()) {
        const heading = await headingOf(frame);
        if (heading !== undefined) seen.push(heading);
        if (heading !== undefined && title.test(heading)) return frame;
      }
      return undefined;
    },
    { describe: () => `Pictures there are: ${seen.join(' | ')}` },
  );
}

async function headingOf(frame: Frame): Promise<string | undefined> {
  try {
    return await frame.evaluate(() => {
      const isDrawn = document.querySelector('main[aria-busy="false"]') !== null;
      return isDrawn ? (document.querySelector('h1')?.textContent ?? '') : undefined;
    });
  } catch {
    // A frame that goes away while it is looked at.
    return undefined;
  }
}

/** What axe finds wrong in a frame: rule, and the first elements that break it. */
export async function axeViolations(frame: Frame): Promise<string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // The page's policy lets no script in; the debugger's own evaluation is not bound by it.
  await frame.evaluate(source);
  return frame.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  });
}

export interface FrameRates {
  /** Frames per second of a plain area of the same size that changes its colour: what the machine can do at the most right now. */
  readonly plain: number;
  /** While the graph is zoomed in and out and dragged. */
  readonly moving: number;
}

/** Measures both in turn, three times over; the best of each. */
export function graphFps(frame: Frame): Promise<FrameRates> {
  return frame.evaluate(async () => {
    const canvas = document.querySelector('canvas.graph');
    const box = canvas?.getBoundingClientRect();
    if (!canvas || !box) throw new Error('There is no graph.');
    const at = { clientX: box.width / 2, clientY: box.height / 2, bubbles: true, cancelable: true, view: window };
    const mouse = (type: string, x: number) =>
      (type === 'mousedown' ? canvas : window).dispatchEvent(
        new MouseEvent(type, { ...at, clientX: at.clientX + x, button: 0, buttons: 1 }),
      );
    const zoom = (deltaY: number) => canvas.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY }));
    const measure = (ms: number, act: (count: number) => void) =>
      new Promise<number>((resolve) => {
        const begun = performance.now();
        let frames = 0;
        const step = (now: number) => {
          frames++;
          act(frames);
          if (now - begun < ms) requestAnimationFrame(step);
          else resolve((frames * 1000) / (now - begun));
        };
        requestAnimationFrame(step);
      });
    const rates = { plain: 0, moving: 0 };
    const plain = document.createElement('canvas');
    plain.width = box.width;
    plain.height = box.height;
    plain.style.position = 'absolute';
    const context = plain.getContext('2d');
    for (let round = 0; round < 3; round++) {
      document.querySelector('main')?.append(plain);
      const painting = await measure(1000, (count) => {
        if (!context) return;
        context.fillStyle = count % 2 === 0 ? '#456' : '#654';
        context.fillRect(0, 0, plain.width, plain.height);
      });
      plain.remove();
      rates.plain = Math.max(rates.plain, painting);
      const zooming = await measure(1000, (count) => zoom(count % 30 < 15 ? -14 : 14));
      mouse('mousedown', 0);
      const dragging = await measure(1000, (count) => mouse('mousemove', (count % 60) * 4));
      mouse('mouseup', 0);
      rates.moving = Math.max(rates.moving, Math.min(zooming, dragging));
    }
    return rates;
  });
}
