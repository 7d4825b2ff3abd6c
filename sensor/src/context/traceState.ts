import { TRACESTATE_KEY } from '@hindcast/proto/semconv';

/** A function as it is told across services. The grammar is in docs/wire.md. */
export interface CallerPlace {
  readonly service: string;
  readonly path: string;
  readonly name: string;
  /** 1-based; 0 when not known. */
  readonly line: number;
  readonly column: number;
}

const VERSION = '1';
/** What W3C allows a value to have. */
const MAX_VALUE = 256;
/** Both from W3C Trace Context: what a receiver must keep of the header, and how many entries it may have. */
const MAX_HEADER = 512;
const MAX_ENTRIES = 32;
const MAX_SERVICE = 64;
const CUT = '*';

const utf8 = new TextEncoder();

/** Percent-encodes everything but letters, digits and `-_./*@`. Never throws, whatever the text. */
function encodePart(text: string): string {
  return text.replace(/[^\w\-./*@]/gu, (character) =>
    [...utf8.encode(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** The value of our entry: at most 256 characters; FILE is cut at its front first, then NAME at its end. */
export function encodeCaller({ service, path, name, line, column }: CallerPlace): string {
  const whole = cutEnd(encodePart(service), MAX_SERVICE);
  const rest = `${VERSION}:${whole}:::${line}:${column}`.length;
  const encodedName = encodePart(name);
  const file = cutStart(encodePart(path), Math.max(MAX_VALUE - rest - encodedName.length, CUT.length));
  return `${VERSION}:${whole}:${file}:${cutEnd(encodedName, MAX_VALUE - rest - file.length)}:${line}:${column}`;
}

/** Cuts behind a character, never inside an escape sequence. */
function cutEnd(encoded: string, length: number): string {
  return encoded.length <= length ? encoded : encoded.slice(0, length).replace(/%.?$/, '');
}

function cutStart(encoded: string, length: number): string {
  if (encoded.length <= length) return encoded;
  const kept = length <= CUT.length ? '' : encoded.slice(CUT.length - length);
  const before = encoded.slice(0, encoded.length - kept.length);
  const halves = /%.?$/.exec(before)?.[0].length ?? 0;
  return CUT + (halves === 0 ? kept : kept.slice(3 - halves));
}

/** Reads our entry out of a tracestate header; undefined when there is none that this version understands. */
export function parseCaller(traceState: string): CallerPlace | undefined {
  if (traceState.length > 8 * MAX_HEADER) return undefined;
  const value = entriesOf(traceState).find(([key]) => key === TRACESTATE_KEY)?.[1];
  if (value === undefined || value.length > MAX_VALUE) return undefined;
  const [version, ...parts] = value.split(':');
  const [service, path, name, line, column] = parts;
  if (version !== VERSION || parts.length !== 5 || line === undefined || column === undefined) return undefined;
  if (!/^\d{1,9}$/.test(line) || !/^\d{1,9}$/.test(column)) return undefined;
  const texts = [service, path, name].map((part) => decodePart(part ?? ''));
  const [decodedService, decodedPath, decodedName] = texts;
  if (!decodedService || decodedPath === undefined || !decodedName) return undefined;
  return { service: decodedService, path: decodedPath, name: decodedName, line: Number(line), column: Number(column) };
}

/** Undefined for what this sensor would not have written, or what has control characters in it. */
function decodePart(encoded: string): string | undefined {
  if (!/^(?:[\w\-./*@]|%[\dA-Fa-f]{2})*$/.test(encoded)) return undefined;
  const bytes = Buffer.from(
    encoded.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
  // A cut may have gone through a character of several bytes; what is left of it reads as U+FFFD.
  const text = bytes.toString('utf8');
  return /[\u0000-\u001f\u007f]/.test(text) ? undefined : text;
}

/**
 * A tracestate header with our entry first and those of others after it, in their order. An earlier entry of ours is replaced;
 * what exceeds W3C's limits is cut at the end, entry by entry.
 */
export function mergeTraceState(value: string, others: string | undefined): string {
  const entries = [`${TRACESTATE_KEY}=${value}`];
  let length = entries[0]?.length ?? 0;
  for (const [key, other] of entriesOf(others ?? '')) {
    const entry = `${key}=${other}`;
    if (key === TRACESTATE_KEY || entries.length >= MAX_ENTRIES) continue;
    if (length + 1 + entry.length > MAX_HEADER) break;
    entries.push(entry);
    length += 1 + entry.length;
  }
  return entries.join(',');
}

/** The header without our entry; empty when nothing is left. */
export function withoutCaller(traceState: string): string {
  return entriesOf(traceState)
    .filter(([key]) => key !== TRACESTATE_KEY)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

function entriesOf(traceState: string): [string, string][] {
  return traceState.split(',').flatMap((entry) => {
    const trimmed = entry.trim();
    const equals = trimmed.indexOf('=');
    return equals <= 0 ? [] : [[trimmed.slice(0, equals), trimmed.slice(equals + 1)] as [string, string]];
  });
}
