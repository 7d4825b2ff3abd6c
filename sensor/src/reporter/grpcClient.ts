import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';

/** gRPC status codes that mean "later, perhaps": https://opentelemetry.io/docs/specs/otlp/#failures. */
const RETRYABLE = new Set([1, 4, 8, 10, 11, 14, 15]);
const UNAVAILABLE = 14;
const MAX_RESPONSE_BYTES = 1_000_000;

export class GrpcError extends Error {
  override name = 'GrpcError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  get isRetryable(): boolean {
    return RETRYABLE.has(this.status);
  }
}

export interface GrpcClientOptions {
  readonly endpoint: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly userAgent: string;
  /** PEM texts for `https://`. */
  readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  /** Hears of every new connection, before anything is sent over it. */
  readonly onConnect: () => void;
}

/** Unary gRPC over one HTTP/2 connection, which is made when needed. */
export class GrpcClient {
  readonly #options: GrpcClientOptions;
  #session: ClientHttp2Session | undefined;

  constructor(options: GrpcClientOptions) {
    this.#options = options;
  }

  /** Connects if need be; rejects with GrpcError UNAVAILABLE. */
  async connect(deadlineMs: number): Promise<void> {
    await this.#connected(deadlineMs);
  }

  /** Calls `/package.Service/Method`; resolves to the response message. Rejects with GrpcError. */
  async call(path: string, message: Uint8Array, deadlineMs: number): Promise<Buffer> {
    const session = await this.#connected(deadlineMs);
    return new Promise<Buffer>((resolve, reject) => {
      const stream = session.request({
        ...this.#options.headers,
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
        'grpc-timeout': `${Math.ceil(deadlineMs)}m`,
        'user-agent': this.#options.userAgent,
      });
      const chunks: Buffer[] = [];
      let size = 0;
      let headers: IncomingHttpHeaders = {};
      const timer = setTimeout(() => {
        fail(new GrpcError(4, 'no answer within the deadline'));
        // A connection that swallowed a call may be dead: the next call gets a fresh one.
        session.destroy();
      }, deadlineMs);
      const fail = (error: GrpcError): void => {
        clearTimeout(timer);
        reject(error);
        stream.close(constants.NGHTTP2_CANCEL);
      };
      stream.on('response', (response) => (headers = { ...headers, ...response }));
      stream.on('trailers', (trailers: IncomingHttpHeaders) => (headers = { ...headers, ...trailers }));
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_RESPONSE_BYTES) fail(new GrpcError(8, 'the answer is too large'));
        else chunks.push(chunk);
      });
      stream.on('error', (error: Error) => fail(new GrpcError(UNAVAILABLE, error.message)));
      stream.on('close', () => {
        clearTimeout(timer);
        try {
          resolve(readResponse(headers, Buffer.concat(chunks)));
        } catch (error) {
          reject(error instanceof GrpcError ? error : new GrpcError(13, String(error)));
        }
      });
      stream.end(frame(message));
    });
  }

  close(): void {
    this.#session?.destroy();
    this.#session = undefined;
  }

  async #connected(deadlineMs: number): Promise<ClientHttp2Session> {
    if (this.#session && !this.#session.destroyed && !this.#session.closed) return this.#session;
    const session = await this.#open(deadlineMs);
    this.#session = session;
    this.#options.onConnect();
    return session;
  }

  #open(deadlineMs: number): Promise<ClientHttp2Session> {
    return new Promise((resolve, reject) => {
      const session = connect(this.#options.endpoint.origin, this.#options.tls);
      const timer = setTimeout(() => fail(new Error('no connection within the deadline')), deadlineMs);
      const fail = (error: Error): void => {
        clearTimeout(timer);
        session.destroy();
        reject(new GrpcError(UNAVAILABLE, error.message));
      };
      // Stays for the session's life: an error between calls is no one's but must not be thrown.
      session.on('error', fail);
      session.once('close', () => fail(new Error('the connection was closed')));
      // Anything can accept a connection; only an HTTP/2 server sends its settings.
      session.once('remoteSettings', () => {
        clearTimeout(timer);
        resolve(session);
      });
    });
  }
}

function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(5 + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, 5);
  return framed;
}

function readResponse(headers: IncomingHttpHeaders, body: Buffer): Buffer {
  const status = headers['grpc-status'];
  if (status === undefined) {
    const http = headers[':status'];
    throw new GrpcError(statusOfHttp(Number(http)), `the answer is not gRPC (HTTP ${String(http ?? 'nothing')})`);
  }
  if (status !== '0') throw new GrpcError(Number(status), decodeMessage(String(headers['grpc-message'] ?? '')));
  if (body.length < 5) return Buffer.alloc(0);
  return body.subarray(5, 5 + body.readUInt32BE(1));
}

/** https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md; nothing at all is a broken connection. */
function statusOfHttp(http: number): number {
  const known: Readonly<Record<number, number>> = {
    400: 13,
    401: 16,
    403: 7,
    404: 12,
    429: 14,
    502: 14,
    503: 14,
    504: 14,
  };
  return known[http] ?? (Number.isNaN(http) ? UNAVAILABLE : 2);
}

function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
