import { HEAT_LEVELS } from '@hindcast/proto/lspMessages';

const SIZE = 16;
const WIDTH = 4;

/** A bar for the gutter, the higher the hotter, in an outline that shows how high it could be. SVG. */
export function heatIcon(level: number, colour: string): string {
  const height = Math.round((SIZE * level) / HEAT_LEVELS);
  const bar = (y: number, tall: number, opacity: number) =>
    `<rect x="${SIZE - WIDTH}" y="${y}" width="${WIDTH}" height="${tall}" fill="${colour}" fill-opacity="${opacity}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}">${bar(0, SIZE, 0.2)}${bar(SIZE - height, height, 1)}</svg>`;
}
