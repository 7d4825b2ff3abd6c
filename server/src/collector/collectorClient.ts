import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { Client, credentials, status } from '@grpc/grpc-js';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { queryServiceDefinition } from '@hindcast/proto/queryService';
import { collectorStatus, deployedFile, entryPointFacts, serviceSummary } from './decodeFacts.js';
import type { CollectorStatus, DeployedFile, EntryPointFacts, ServiceSummary } from './facts.js';

import v1 = hindcast.v1;

const CALL_DEADLINE_MS = 5000;

/** Files in one request, as the protocol allows. */
export const MAX_FILES_PER_REQUEST = 500;

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Which part of the data to ask about. */
export interface Scope {
  readonly windowSeconds: number;
  /** `service.name`; all when absent. */
  readonly service?: string | undefined;
}

/** A file as the asking side knows it. */
export interface FileReference {
  readonly path: string;
  readonly contentHash: string;
}

/** What went wrong between us and a collector, in a sentence that says what to do. */
export class CollectorClientError extends Error {
  override readonly name = 'CollectorClientError';
  /** `unreachable`: nothing answers there; `refused`: it answered that it will not. */
  readonly kind: 'unreachable' | 'refused';

  /** The status that gRPC gave; undefined when there was none. */
  readonly grpcStatus: number | undefined;

  constructor(kind: CollectorClientError['kind'], message: string, cause: Error & { readonly code?: number }) {
    super(message, { cause });
    this.kind = kind;
    this.grpcStatus = cause.code;
  }
}

/** Asks one collector over `hindcast.v1`. Every call has a deadline; none retries by itself. */
export class CollectorClient {
  readonly address: string;
  readonly #client: Client;

  /** @param address `HOST:PORT` of the query service. Connects at the first call. */
  constructor(address: string) {
    this.address = address;
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': MAX_ANSWER_BYTES,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
      // The caller decides when to try again; the channel must then really try.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
      'grpc.enable_http_proxy': 0,
    });
  }

  /** The deployments of each file, in the order asked: at most `MAX_FILES_PER_REQUEST` files. */
  async getOverlay(files: readonly FileReference[], scope: Scope): Promise<readonly (readonly DeployedFile[])[]> {
    const request = new v1.GetOverlayRequest({ files: [...files], scope: scopeMessage(scope) });
    const answer = await this.#call(queryServiceDefinition.getOverlay, request);
    return files.map((_, index) => (answer.files?.[index]?.deployments ?? []).map(deployedFile));
  }

  async listServices(scope: Scope): Promise<readonly ServiceSummary[]> {
    const request = new v1.ListServicesRequest({ scope: scopeMessage(scope) });
    const answer = await this.#call(queryServiceDefinition.listServices, request);
    return (answer.services ?? []).map(serviceSummary);
  }

  /** Every entry point called within the window; undefined when the collector is older than this question. */
  async listEntryPoints(scope: Scope): Promise<readonly EntryPointFacts[] | undefined> {
    const request = new v1.ListEntryPointsRequest({ scope: scopeMessage(scope) });
    try {
      const answer = await this.#call(queryServiceDefinition.listEntryPoints, request);
      return (answer.entryPoints ?? []).map(entryPointFacts);
    } catch (error) {
      if (error instanceof CollectorClientError && error.grpcStatus === status.UNIMPLEMENTED) return undefined;
      throw error;
    }
  }

  async getStatus(): Promise<CollectorStatus> {
    return collectorStatus(await this.#call(queryServiceDefinition.getStatus, new v1.GetStatusRequest()));
  }

  /**
   * Tells when numbers change until `close` is called or the stream ends.
   * @param onChange called once at once, then at every change
   * @param onEnd called once, when the stream ended for whatever reason but `close`
   */
  watch(scope: Scope, onChange: (services: readonly string[]) => void, onEnd: (error: unknown) => void): () => void {
    const { path, requestSerialize, responseDeserialize } = queryServiceDefinition.watch;
    const request = new v1.WatchRequest({ scope: scopeMessage(scope) });
    const stream: ClientReadableStream<v1.WatchResponse.$Properties> = this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
    );
    let ended = false;
    const end = (error: unknown) => {
      if (ended) return;
      ended = true;
      onEnd(error);
    };
    stream.on('data', ({ services }: v1.WatchResponse.$Properties) => {
      if (!ended) onChange(services ?? []);
    });
    stream.on('error', (error: ServiceError) => end(this.#explain(error)));
    stream.on('end', () => end(undefined));
    return () => {
      ended = true;
      stream.cancel();
    };
  }

  close(): void {
    this.#client.close();
  }

  #call<Request, Response>(
    method: {
      readonly path: string;
      readonly requestSerialize: (message: Request) => Buffer;
      readonly responseDeserialize: (bytes: Buffer) => Response;
    },
    request: Request,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        { deadline: Date.now() + CALL_DEADLINE_MS },
        (error, answer) => {
          if (error) reject(this.#explain(error));
          else if (answer === undefined) reject(this.#explain(new Error('empty answer')));
          else resolve(answer);
        },
      );
    });
  }

  #explain(error: Error & { readonly code?: number; readonly details?: string }): CollectorClientError {
    if (error.code === status.UNAVAILABLE) {
      return new CollectorClientError(
        'unreachable',
        `No collector answers at ${this.address}. Start one with: hindcast collector`,
        error,
      );
    }
    if (error.code === status.DEADLINE_EXCEEDED) {
      return new CollectorClientError(
        'unreachable',
        `The collector at ${this.address} did not answer within ${CALL_DEADLINE_MS / 1000} s. Check it with: hindcast status`,
        error,
      );
    }
    if (error.code === status.UNIMPLEMENTED) {
      return new CollectorClientError(
        'refused',
        `What listens at ${this.address} is not a Hindcast query service. Its address is printed by: hindcast collector`,
        error,
      );
    }
    return new CollectorClientError(
      'refused',
      `The collector at ${this.address} refused: ${error.details ?? error.message}`,
      error,
    );
  }
}

function scopeMessage({ windowSeconds, service }: Scope): v1.Scope {
  const seconds = Math.floor(windowSeconds);
  return new v1.Scope({
    window: { seconds, nanos: Math.round((windowSeconds - seconds) * 1e9) },
    ...(service ? { service } : {}),
  });
}
