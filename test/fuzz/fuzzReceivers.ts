import { gzipSync } from 'node:zlib';
import { silentLogger } from '@hindcast/core/logger';
import { Ingest } from '@hindcast/collector/ingest';
import { SpanFunctions } from '@hindcast/collector/processors/spanFunctions';
import { SpanLinker } from '@hindcast/collector/processors/spanLinker';
import { decodeJson, decodeProtobuf, type Signal } from '@hindcast/collector/receivers/decode';
import { failureOf } from '@hindcast/collector/receivers/exportStatus';
import { startCollector } from '@hindcast/collector/startCollector';
import { MemoryStore } from '@hindcast/collector/store/memoryStore';
import { defaultStoreLimits } from '@hindcast/collector/store/store';
import {
  OtlpClient,
  declarationRequest,
  metricsRequest,
  sumsRequest,
  tracesRequest,
} from '../integration/collectorClient.js';
import { Random, nearlyJson, nearlyRequest } from './mutations.js';

const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];
const GROUP = 1_024;
/** Every so many inputs one goes through the sockets too. */
const SOCKET_SHARE = 200;
/** Longer than any input may take on the slowest machine; what takes longer hangs. */
const HANG_MS = 20_000;

export interface FuzzResult {
  readonly inputs: number;
  readonly accepted: number;
  /** By reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly overSockets: number;
  readonly slowestMs: number;
  readonly rssStartMb: number;
  readonly rssEndMb: number;
}

/** What did not go as it should, with the seed and number of the input that did it. */
export class FuzzError extends Error {
  override readonly name = 'FuzzError';
}

/**
 * Gives nearly valid requests to the decoders and the processors, into a store with small limits, and some of them to both receivers
 * over sockets. Each must be taken or refused with a reason.
 * @throws FuzzError
 */
export async function fuzzReceivers(inputs: number, seed: number, log: (line: string) => void): Promise<FuzzResult> {
  const seeds = seedRequests();
  const random = new Random(seed);
  const limits = {
    ...defaultStoreLimits,
    functionsPerDeployment: 300,
    filesPerDeployment: 50,
    deployments: 30,
    callers: 500,
  };
  const store = new MemoryStore(limits);
  const ingest = new Ingest(store, new SpanFunctions(new SpanLinker()), () => undefined, silentLogger);
  const local = '127.0.0.1:0';
  const collector = await startCollector(
    { otlpGrpc: local, otlpHttp: local, query: local, store: 'memory' },
    silentLogger,
  );
  const grpc = new OtlpClient(collector.addresses.otlpGrpc ?? '');
  const refused: Record<string, number> = {};
  let [accepted, overSockets, slowestMs, rssStartMb] = [0, 0, 0, 0];
  const rss = (): number => Math.round(process.memoryUsage.rss() / 1024 / 1024);
  const take = async (number: number): Promise<void> => {
    const signal = random.pick(SIGNALS);
    const isJson = random.below(6) === 0;
    const input = isJson ? nearlyJson(seeds.json[signal], random) : nearlyRequest(seeds.protobuf[signal], random);
    const begun = performance.now();
    try {
      await ingest.accept(isJson ? decodeJson(signal, input) : decodeProtobuf(signal, input), input.length);
      accepted++;
    } catch (error) {
      const { reason } = failureOf(error);
      if (reason === 'internal')
        throw new FuzzError(`input ${number} of seed ${seed} failed: ${String((error as Error).stack)}`);
      refused[reason] = (refused[reason] ?? 0) + 1;
    }
    slowestMs = Math.max(slowestMs, performance.now() - begun);
    if (slowestMs > HANG_MS) throw new FuzzError(`input ${number} of seed ${seed} took ${Math.round(slowestMs)} ms`);
    if (number % SOCKET_SHARE === 0) {
      overSockets++;
      await overBoth(collector.addresses.otlpHttp ?? '', grpc, signal, input, isJson, random);
    }
  };
  try {
    for (let number = 0; number < inputs; number += GROUP) {
      await Promise.all(Array.from({ length: Math.min(GROUP, inputs - number) }, (_, i) => take(number + i)));
      if (number === Math.floor(inputs / 4 / GROUP) * GROUP) rssStartMb = rss();
      if (number % (GROUP * 100) === 0 && number > 0) log(`${number} inputs, ${accepted} accepted, ${rss()} MB`);
    }
    await ingest.drain();
  } finally {
    grpc.close();
    await collector.close();
  }
  return { inputs, accepted, refused, overSockets, slowestMs: Math.round(slowestMs), rssStartMb, rssEndMb: rss() };
}

/** An answer is what counts, whatever it says, as long as it does not blame the collector. */
async function overBoth(
  http: string,
  grpc: OtlpClient,
  signal: Signal,
  input: Buffer,
  isJson: boolean,
  random: Random,
): Promise<void> {
  const INTERNAL = 13;
  if (!isJson) {
    await grpc.export(signal, input).catch((error: unknown) => {
      if ((error as { code?: number }).code === INTERNAL) throw new FuzzError(`over gRPC: ${String(error)}`);
    });
  }
  const isZipped = random.below(2) === 0;
  const zipped = isZipped ? gzipSync(input) : input;
  const body = isZipped && random.below(4) === 0 ? zipped.subarray(0, random.below(zipped.length)) : zipped;
  const url = `http://${http}/v1/${signal}`;
  const request = {
    method: 'POST',
    headers: {
      'content-type': isJson ? 'application/json' : 'application/x-protobuf',
      ...(isZipped && { 'content-encoding': 'gzip' }),
    },
    body: new Uint8Array(body),
    signal: AbortSignal.timeout(HANG_MS),
  };
  // A connection that is kept may be closed just as it is used again: the second time it is a new one.
  const response = await fetch(url, request).catch(() => fetch(url, request));
  await response.arrayBuffer();
  if (response.status === 500) throw new FuzzError(`over HTTP: ${response.status}`);
}

function seedRequests(): { protobuf: Record<Signal, Buffer[]>; json: Record<Signal, string[]> } {
  const now = Date.now();
  const service = { name: 'fuzzed', instance: 'one' };
  const functions = [1, 2, 3].map((line) => ({ name: `f${line}`, line, calls: line, errors: 1 }));
  const traces = tracesRequest(service, [
    {
      name: 'GET /',
      id: 1,
      startMs: now - 50,
      endMs: now,
      kind: 2,
      attributes: { 'http.request.method': 'GET', 'http.route': '/' },
    },
    {
      name: 'f',
      id: 2,
      parent: 1,
      startMs: now - 40,
      endMs: now - 10,
      error: 'TypeError',
      attributes: { 'code.function.name': 'f', 'code.file.path': 'a.ts', 'code.line.number': 3 },
    },
    {
      name: 'SELECT',
      id: 3,
      parent: 2,
      startMs: now - 30,
      endMs: now - 20,
      kind: 3,
      attributes: { 'db.system.name': 'sqlite', 'server.port': 1 },
    },
  ]);
  const metrics = metricsRequest(service, 'a.ts', now - 1_000, now, functions);
  const sums = sumsRequest(service, now - 100_000, now, {
    'hindcast.entry.calls': [[{ 'hindcast.entry.kind': 'http', 'hindcast.entry.name': 'GET /' }, 7]],
  });
  const logs = declarationRequest(service, 'a.ts', 'a'.repeat(40), functions);
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const nano = String(BigInt(now) * 1_000_000n);
  const resource = { attributes: [attribute('service.name', 'fuzzed')] };
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name: 'f',
    kind: 1,
    startTimeUnixNano: nano,
    endTimeUnixNano: nano,
  };
  const point = {
    attributes: [attribute('code.function.name', 'f')],
    startTimeUnixNano: nano,
    timeUnixNano: nano,
    asInt: '4',
  };
  const record = {
    timeUnixNano: nano,
    eventName: 'hindcast.file.loaded',
    attributes: [attribute('code.file.path', 'a.ts')],
    body: { arrayValue: { values: [{ kvlistValue: { values: [attribute('name', 'f')] } }] } },
  };
  const sum = {
    name: 'hindcast.function.calls',
    sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [point] },
  };
  return {
    protobuf: {
      traces: [Buffer.from(traces)],
      metrics: [metrics, sums].map((it) => Buffer.from(it)),
      logs: [Buffer.from(logs)],
    },
    json: {
      traces: [JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] })],
      metrics: [JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [sum] }] }] })],
      logs: [JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] })],
    },
  };
}
