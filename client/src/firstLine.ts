import type { ClientState } from './clientState.js';
import { headline } from './headline.js';

/** The explanation that stands behind the first line of a file without numbers. */
export interface FirstLine {
  /** Short enough for a line's end. */
  readonly text: string;
  /** The whole sentence. Plain text. */
  readonly detail: string;
}

const MAX_TEXT_LENGTH = 96;

/**
 * Why the file shows nothing, or undefined when it does show numbers, when it is not known yet, or when a person hid the overlay.
 */
export function firstLine(state: ClientState, uri: string): FirstLine | undefined {
  if (!state.overlayVisible) return undefined;
  const detail = reason(state, uri);
  if (detail === undefined) return undefined;
  const text = `Hindcast: ${detail}`;
  return { text: text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH - 1)}…` : text, detail };
}

function reason(state: ClientState, uri: string): string | undefined {
  if (state.server === 'failed') return headline(state);
  const { status, embedded } = state;
  if (status === undefined || status.state === 'connecting' || embedded.kind === 'starting') return undefined;
  if (status.state !== 'connected') return headline(state);
  if (status.file?.uri !== uri) return undefined;
  switch (status.file.state) {
    case 'unknown':
    case 'ambiguous':
    case 'not-observed':
      return status.file.message;
    case 'shown':
    case 'pending':
    case 'unsupported':
    case 'no-functions':
      return undefined;
  }
}

/** How many lines at the top count as first. */
export const FIRST_LINES = 5;
const MAX_CODE_LENGTH = 40;

/** Index of the line to stand behind: the first that leaves room for a sentence, or else the shortest of the first few. */
export function explanationLine(lineLengths: readonly number[]): number {
  const candidates = lineLengths.slice(0, FIRST_LINES);
  const roomy = candidates.findIndex((length) => length <= MAX_CODE_LENGTH);
  return Math.max(0, roomy >= 0 ? roomy : candidates.indexOf(Math.min(...candidates)));
}
