/** Colours for a terminal, or none. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

const code = (start: number, end: number) => (text: string) => `\u001b[${start}m${text}\u001b[${end}m`;
const plain = (text: string) => text;

export const colours: Paint = {
  bold: code(1, 22),
  dim: code(2, 22),
  red: code(31, 39),
  green: code(32, 39),
  yellow: code(33, 39),
};

export const noColours: Paint = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };

/** Text that cannot steer a terminal: control characters, which names from production may hold, become `\xNN`. */
export function escapeControls(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
