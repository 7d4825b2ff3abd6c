// What one item may be. Everything over is cut or rejected, and rejections are counted by reason.

export const MAX_NAME_LENGTH = 512;
export const MAX_PATH_LENGTH = 1024;
export const MAX_ERROR_TYPE_LENGTH = 128;
export const MAX_KIND_LENGTH = 32;

const DAY_MS = 86_400_000;
const MAX_AHEAD_MS = DAY_MS;
const MAX_BEHIND_MS = 30 * DAY_MS;
const MAX_INTERVAL_MS = 7 * DAY_MS;

/** Why an item was not taken; stable, shown by GetStatus. */
export type RejectReason =
  | 'timestamp'
  | 'count'
  | 'temporality'
  | 'histogram'
  | 'no_name'
  | 'no_span_id'
  | 'declaration'
  | 'exemplar'
  | 'duplicate';

/** How many items were not taken, by reason. */
export type Rejections = Map<RejectReason, number>;

export function reject(rejections: Rejections, reason: RejectReason, count = 1): void {
  rejections.set(reason, (rejections.get(reason) ?? 0) + count);
}

/** Whether a time is one that a working clock could have: at most a day ahead and 30 days behind. */
export function isPlausibleTime(ms: number, nowMs: number): boolean {
  return ms <= nowMs + MAX_AHEAD_MS && ms >= nowMs - MAX_BEHIND_MS;
}

/** Whether a point may cover this interval: plausible at both ends, forward, and at most a week. */
export function isPlausibleInterval(startMs: number, endMs: number, nowMs: number): boolean {
  return (
    isPlausibleTime(startMs, nowMs) &&
    isPlausibleTime(endMs, nowMs) &&
    startMs <= endMs &&
    endMs - startMs <= MAX_INTERVAL_MS
  );
}

/** A count that can be added up exactly. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** At most `length` UTF-16 units, whole characters, without NUL. */
export function capText(text: string, length: number): string {
  let capped = text.length > length ? text.slice(0, length) : text;
  const last = capped.charCodeAt(capped.length - 1);
  if (capped.length < text.length && last >= 0xd800 && last <= 0xdbff) capped = capped.slice(0, -1);
  return capped.includes('\0') ? capped.replaceAll('\0', '\ufffd') : capped;
}

/** A path as it was reported, with '/' only, without `file://` and capped. */
export function cleanPath(path: string): string {
  const plain = path.startsWith('file://') ? path.slice('file://'.length) : path;
  return capText(plain.includes('\\') ? plain.replaceAll('\\', '/') : plain, MAX_PATH_LENGTH);
}
