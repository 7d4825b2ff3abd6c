import { hindcast } from '@hindcast/proto/generated/query.js';

import v1 = hindcast.v1;

// A snapshot is a text file of lines, so that version control shows what has changed: a line that says what it is, one for services, one
// for entry points, and one for each source file, by path. Facts are messages of hindcast.v1 in base64, read by the same code
// as a collector's answers.

export const SNAPSHOT_FORMAT = 'hindcast-snapshot';
export const SNAPSHOT_VERSION = 1;
export const MAX_SNAPSHOT_CHARACTERS = 64 * 1024 * 1024;
/** Longest window that a collector answers (hindcast/v1/query.proto). */
const MAX_WINDOW_SECONDS = 400 * 86_400;

/** What a collector knew of a repository's files at one time. */
export interface Snapshot {
  /** ISO-8601, to the minute. */
  readonly takenAt: string;
  readonly windowSeconds: number;
  /** Of the collector. */
  readonly collectorVersion: string;
  /** Files with facts that were left out because the snapshot would have become too large. */
  readonly filesOmitted: number;
  readonly services: v1.ListServicesResponse.$Properties;
  readonly entryPoints: v1.ListEntryPointsResponse.$Properties;
  /** By path, relative to the repository's root. */
  readonly files: readonly v1.FileOverlay.$Properties[];
}

/** A text that is no snapshot, or one of a newer Hindcast; the message says which and what to do. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

/**
 * The snapshot as text: equal snapshots give equal texts.
 * @param maxBytes the files with fewest calls are left out until it is not longer
 */
export function snapshotText(snapshot: Snapshot, maxBytes: number): string {
  const lines = snapshot.files
    .map((file) => ({
      path: file.path ?? '',
      calls: callsOf(file),
      line: JSON.stringify({ file: file.path, facts: base64(v1.FileOverlay.encode(file).finish()) }),
    }))
    .sort((a, b) => b.calls - a.calls || (a.path < b.path ? -1 : 1));
  const fixed = [
    JSON.stringify({ services: base64(v1.ListServicesResponse.encode(snapshot.services).finish()) }),
    JSON.stringify({ entryPoints: base64(v1.ListEntryPointsResponse.encode(snapshot.entryPoints).finish()) }),
  ];
  const HEAD_BYTES = 400;
  let room = maxBytes - HEAD_BYTES - fixed.reduce((sum, line) => sum + line.length + 1, 0);
  const kept = lines.filter(({ line }) => {
    room -= Buffer.byteLength(line) + 1;
    return room >= 0;
  });
  const head = JSON.stringify({
    format: SNAPSHOT_FORMAT,
    version: SNAPSHOT_VERSION,
    takenAt: snapshot.takenAt,
    windowSeconds: snapshot.windowSeconds,
    collectorVersion: snapshot.collectorVersion,
    filesOmitted: snapshot.filesOmitted + lines.length - kept.length,
  });
  kept.sort((a, b) => (a.path < b.path ? -1 : 1));
  return [head, ...fixed, ...kept.map(({ line }) => line), ''].join('\n');
}

/** @throws SnapshotError */
export function parseSnapshot(text: string): Snapshot {
  if (text.length > MAX_SNAPSHOT_CHARACTERS) throw new SnapshotError('The snapshot is larger than 64 M characters.');
  try {
    const [head, services, entryPoints, ...files] = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    if (head?.['format'] !== SNAPSHOT_FORMAT) throw new SnapshotError('This is not a snapshot of hindcast.');
    if (head['version'] !== SNAPSHOT_VERSION) {
      throw new SnapshotError(
        `The snapshot is of version ${String(head['version'])}: use a newer Hindcast, or take it again.`,
      );
    }
    return {
      takenAt: moment(head['takenAt']),
      windowSeconds: windowOf(head['windowSeconds']),
      collectorVersion: String(head['collectorVersion']),
      filesOmitted: Number(head['filesOmitted']),
      services: v1.ListServicesResponse.decode(bytes(services?.['services'])),
      entryPoints: v1.ListEntryPointsResponse.decode(bytes(entryPoints?.['entryPoints'])),
      files: files.map((file) => v1.FileOverlay.decode(bytes(file['facts']))),
    };
  } catch (error) {
    if (error instanceof SnapshotError) throw error;
    throw new SnapshotError('The snapshot is damaged: take it again with hindcast snapshot.', { cause: error });
  }
}

function callsOf({ deployments }: v1.FileOverlay.$Properties): number {
  return (deployments ?? [])
    .flatMap(({ functions }) => functions ?? [])
    .reduce((sum, { calls }) => sum + (calls ?? 0), 0);
}

function moment(value: unknown): string {
  const ms = Date.parse(String(value));
  if (Number.isNaN(ms)) throw new Error('no time at which it was taken');
  return new Date(ms).toISOString();
}

function windowOf(value: unknown): number {
  const seconds = Number(value);
  if (!(seconds > 0 && seconds <= MAX_WINDOW_SECONDS)) throw new Error('no window');
  return seconds;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function bytes(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw new Error('a line without facts');
  return Buffer.from(value, 'base64');
}
