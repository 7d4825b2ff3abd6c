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

/** Frames per second of the graph while it is zoomed in and out and dragged for some seconds. */
export function graphFps(frame: Frame, seconds: number): Promise<number> {
  return frame.evaluate(
    (duration) =>
      new Promise<number>((resolve) => {
        const canvas = document.querySelector('canvas.graph');
        const box = canvas?.getBoundingClientRect();
        if (!canvas || !box) throw new Error('There is no graph.');
        const at = { clientX: box.width / 2, clientY: box.height / 2, bubbles: true, cancelable: true, view: window };
        const begun = performance.now();
        let frames = 0;
        const mouse = (type: string, x: number) =>
          (type === 'mousedown' ? canvas : window).dispatchEvent(
            new MouseEvent(type, { ...at, clientX: at.clientX + x, button: 0, buttons: 1 }),
          );
        let isDown = false;
        const step = (now: number) => {
          frames++;
          const phase = Math.floor(frames / 45) % 3;
          if (phase === 2) {
            if (!isDown) mouse('mousedown', 0);
            isDown = true;
            mouse('mousemove', (frames % 45) * 4);
          } else {
            if (isDown) mouse('mouseup', 0);
            isDown = false;
            canvas.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY: phase === 0 ? -14 : 14 }));
          }
          if (now - begun < duration * 1000) requestAnimationFrame(step);
          else resolve((frames * 1000) / (now - begun));
        };
        requestAnimationFrame(step);
      }),
    seconds,
  );
}
