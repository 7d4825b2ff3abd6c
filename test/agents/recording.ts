import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { opentelemetry } from '@hindcast/proto/generated/otlp.js';
import { OtlpClient } from '../integration/collectorClient.js';
import { commitSources } from './repositoryOf.mjs';

import otlp = opentelemetry.proto.collector;

const here = dirname(fileURLToPath(import.meta.url));

/** What a real system under traffic told its collector (record.mjs), with the sources that it ran. */
export interface Recording {
  readonly name: string;
  /** The commit that the services reported; the same sources give it again. */
  readonly revision: string;
  readonly endedMs: number;
  /** Path from the repository's root → text. */
  readonly sources: Readonly<Record<string, string>>;
  readonly requests: readonly {
    readonly signal: 'metrics' | 'trace' | 'logs';
    readonly atMs: number;
    readonly base64: string;
  }[];
}

export function readRecording(name: 'shop' | 'slowShop' | 'slowStock' | 'slowGateway' | 'lending'): Recording {
  const bytes = readFileSync(join(here, 'recordings', `${name}.json.gz`));
  return JSON.parse(gunzipSync(bytes).toString('utf8')) as Recording;
}

/** The recorded repository in a folder of its own, at the commit that was deployed. */
export function checkOut({ name, sources }: Recording): { readonly root: string; remove(): void } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), `hindcast-${name}-`)));
  commitSources(root, sources);
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Makes a folder's packages those of this repository. */
export function linkPackages(root: string): void {
  symlinkSync(join(here, '..', '..', 'node_modules'), join(root, 'node_modules'), 'dir');
}

const codecs = {
  metrics: otlp.metrics.v1.ExportMetricsServiceRequest,
  trace: otlp.trace.v1.ExportTraceServiceRequest,
  logs: otlp.logs.v1.ExportLogsServiceRequest,
};

export type MetricsRequest = ReturnType<typeof otlp.metrics.v1.ExportMetricsServiceRequest.decode>;
export type LogsRequest = ReturnType<typeof otlp.logs.v1.ExportLogsServiceRequest.decode>;

export function decodeRequests(recording: Recording): { metrics: MetricsRequest[]; logs: LogsRequest[] } {
  const bytesOf = (signal: string) =>
    recording.requests.filter((each) => each.signal === signal).map(({ base64 }) => Buffer.from(base64, 'base64'));
  return {
    metrics: bytesOf('metrics').map((bytes) => codecs.metrics.decode(bytes)),
    logs: bytesOf('logs').map((bytes) => codecs.logs.decode(bytes)),
  };
}

/**
 * Sends a recording to a collector, with every time moved.
 * @param endsMs when the recording is to have ended, milliseconds since 1970
 * @param change may change the bytes of each request
 */
export async function replay(
  recording: Recording,
  otlpGrpc: string,
  endsMs: number,
  change: (bytes: Buffer, signal: string) => Buffer = (bytes) => bytes,
): Promise<void> {
  const client = new OtlpClient(otlpGrpc);
  try {
    for (const { signal, base64 } of recording.requests) {
      const bytes = moveTimes(Buffer.from(base64, 'base64'), recording.endedMs, endsMs);
      await client.export(signal === 'trace' ? 'traces' : signal, change(bytes, signal));
    }
  } finally {
    client.close();
  }
}

const HOUR_NANOS = 3600n * 1_000_000_000n;
const FIXED64_WIRE_TYPE = 1;

/** Times are OTLP's only 64-bit numbers of that size: they are moved where they lie, so that nothing else is encoded anew. */
function moveTimes(bytes: Buffer, endedMs: number, endsMs: number): Buffer {
  const ended = BigInt(endedMs) * 1_000_000n;
  const shift = BigInt(Math.round(endsMs - endedMs)) * 1_000_000n;
  for (let at = 1; at + 8 <= bytes.length; at++) {
    if (((bytes[at - 1] ?? 0) & 7) !== FIXED64_WIRE_TYPE) continue;
    const value = bytes.readBigUInt64LE(at);
    if (value < ended - HOUR_NANOS || value > ended + HOUR_NANOS) continue;
    bytes.writeBigUInt64LE(value + shift, at);
    at += 7;
  }
  return bytes;
}
