import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { Client, Metadata, credentials } from '@grpc/grpc-js';
import { CollectorClientError, explainFailure, type Asking } from './collectorClientError.js';

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** How to reach a collector that wants more than an address. */
export interface CollectorAccess {
  /** Sent as `authorization: Bearer …` with every call. */
  readonly token?: string | undefined;
  /** Undefined: without TLS. An object without a CA trusts the machine's certificate authorities. */
  readonly tls?: CollectorTls | undefined;
}

/** PEM texts. */
export interface CollectorTls {
  /** Certificate authorities to trust instead of the machine's. */
  readonly caPem?: string | undefined;
  /** Our own certificate and its key, for collectors that ask who we are. */
  readonly certPem?: string | undefined;
  readonly keyPem?: string | undefined;
  /** The name that the certificate is for, when it is not the address's host. */
  readonly serverName?: string | undefined;
}

/** One rpc, as `queryServiceDefinition` describes it. */
export interface CollectorMethod<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (message: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

/** One connection to one collector. Every call has a deadline and can be given up; none retries by itself. */
export class CollectorChannel {
  readonly #client: Client;
  readonly #metadata = new Metadata();
  readonly #asking: Omit<Asking, 'deadlineMs'>;

  /**
   * @param address `HOST:PORT`. Connects at the first call.
   * @throws Error when a PEM text cannot be read
   */
  constructor(address: string, { token, tls }: CollectorAccess = {}) {
    this.#asking = { address, hasToken: Boolean(token), isTls: tls !== undefined };
    if (token) this.#metadata.set('authorization', `Bearer ${token}`);
    this.#client = new Client(address, tls ? secured(tls) : credentials.createInsecure(), {
      'grpc.max_receive_message_length': MAX_ANSWER_BYTES,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
      // The caller decides when to try again; the channel must then really try.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
      'grpc.enable_http_proxy': 0,
      ...(tls?.serverName
        ? { 'grpc.ssl_target_name_override': tls.serverName, 'grpc.default_authority': tls.serverName }
        : {}),
    });
  }

  /** @throws CollectorClientError */
  call<Request, Response>(
    method: CollectorMethod<Request, Response>,
    request: Request,
    deadlineMs: number,
    signal?: AbortSignal,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(explainFailure(error, { ...this.#asking, deadlineMs }));
      if (signal?.aborted) {
        fail(Object.assign(new Error('given up before it was asked'), { code: 1 }));
        return;
      }
      const call = this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        this.#metadata,
        { deadline: Date.now() + deadlineMs },
        (error, answer) => {
          signal?.removeEventListener('abort', cancel);
          if (error) fail(error);
          else if (answer === undefined) fail(new Error('empty answer'));
          else resolve(answer);
        },
      );
      const cancel = () => call.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /**
   * A stream of answers until the returned function is called or the stream ends.
   * @param onEnd called once, when it ended for whatever reason but that call
   */
  stream<Request, Response>(
    method: CollectorMethod<Request, Response>,
    request: Request,
    onData: (message: Response) => void,
    onEnd: (error: CollectorClientError | undefined) => void,
  ): () => void {
    const stream: ClientReadableStream<Response> = this.#client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      this.#metadata,
    );
    let ended = false;
    const end = (error: CollectorClientError | undefined) => {
      if (ended) return;
      ended = true;
      onEnd(error);
    };
    stream.on('data', (message: Response) => {
      if (!ended) onData(message);
    });
    stream.on('error', (error: ServiceError) => end(explainFailure(error, { ...this.#asking, deadlineMs: 0 })));
    stream.on('end', () => end(undefined));
    return () => {
      ended = true;
      stream.cancel();
    };
  }

  close(): void {
    this.#client.close();
  }
}

function secured({ caPem, certPem, keyPem }: CollectorTls): ReturnType<typeof credentials.createSsl> {
  const pem = (text: string | undefined) => (text ? Buffer.from(text) : null);
  return credentials.createSsl(pem(caPem), pem(keyPem), pem(certPem));
}
