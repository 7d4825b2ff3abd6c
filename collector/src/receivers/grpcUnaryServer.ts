import {
  constants,
  createSecureServer,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { listenOn, tlsServerOptions, type ListenOptions } from '../listen.js';
import type { ListeningServer } from '../grpcServer.js';
import { OverloadedError } from '../ingest.js';
import { clientOf } from '../security/protection.js';
import { MAX_MESSAGE_BYTES } from './exportStatus.js';
import { ReceiveBudget } from './receiveBudget.js';

// gRPC's protocol for calls of one message each way, straight on HTTP/2: the receiver's bytes are read once and handed on as they are.
// Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md

/** How a call ends. */
export interface GrpcStatus {
  readonly code: status;
  readonly message: string;
  /** An encoded google.rpc.Status. */
  readonly details?: Uint8Array | undefined;
}

export interface GrpcCalls {
  /** Decides on a call before its message is read; undefined lets it go on. */
  admit(path: string, headers: IncomingHttpHeaders, client: string): GrpcStatus | undefined;
  /** Answers a message; undefined for a path that there is not. */
  handle(path: string, message: Buffer, client: string): Promise<Uint8Array> | undefined;
  /** What an error of `handle` is told as. */
  statusOf(error: unknown): GrpcStatus;
  /** Told of calls that ended before they were handled: `too_large`, `malformed`, `half_sent`, `overloaded`. */
  refuse(reason: string): void;
}

const PREFIX_BYTES = 5;
/** Senders of batches are few and their messages large: whole messages should fit without a pause for permission. */
const STREAM_WINDOW_BYTES = 4 * 1024 * 1024;
const SESSION_WINDOW_BYTES = 16 * 1024 * 1024;
const MAX_FRAME_BYTES = 1024 * 1024;
const MAX_STREAMS = 128;
/** A call whose message does not arrive is ended. */
const CALL_TIMEOUT_MS = 30_000;
const LAST_BYTES_MS = 500;
const MAX_HEADER_LIST_BYTES = 16 * 1024;

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_STATUS, HTTP2_HEADER_CONTENT_TYPE, NGHTTP2_NO_ERROR } =
  constants;
const CONTENT_TYPE = 'application/grpc+proto';
const unzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/** @throws CollectorError */
export async function startGrpcUnaryServer(
  address: string,
  listenOptions: ListenOptions,
  calls: GrpcCalls,
): Promise<ListeningServer> {
  const budget = new ReceiveBudget();
  const sessions = new Set<ServerHttp2Session>();
  const tls = tlsServerOptions(listenOptions.protection, ['h2']);
  const options = {
    settings: {
      initialWindowSize: STREAM_WINDOW_BYTES,
      maxFrameSize: MAX_FRAME_BYTES,
      maxConcurrentStreams: MAX_STREAMS,
      maxHeaderListSize: MAX_HEADER_LIST_BYTES,
      enablePush: false,
    },
  };
  const server = tls ? createSecureServer({ ...options, ...tls }) : createServer(options);
  server.on('session', (session) => {
    sessions.add(session);
    session.setLocalWindowSize(SESSION_WINDOW_BYTES);
    session.once('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
  });
  server.on('sessionError', () => undefined);
  server.on('stream', (stream, headers) => {
    new UnaryCall(stream, headers, calls, budget).start();
  });
  const listening = await listenOn(server, address, listenOptions);
  return {
    address: listening.address,
    close: async (graceMs) => {
      listening.stop();
      const force = setTimeout(() => listening.destroy(), graceMs);
      // A session closes once its streams have ended; it takes no new ones.
      await Promise.all(
        [...sessions].map(
          (session) =>
            new Promise<void>((resolve) => {
              if (session.destroyed) resolve();
              else session.once('close', resolve).close();
            }),
        ),
      );
      clearTimeout(force);
      await listening.end(LAST_BYTES_MS);
    },
  };
}

/** One call: reads a message, has it handled, answers. */
class UnaryCall {
  private readonly path: string;
  private readonly client: string;
  private chunks: Buffer[] = [];
  private received = 0;
  private taken = 0;
  private isAnswered = false;

  constructor(
    private readonly stream: ServerHttp2Stream,
    private readonly headers: IncomingHttpHeaders,
    private readonly calls: GrpcCalls,
    private readonly budget: ReceiveBudget,
  ) {
    this.path = String(headers[HTTP2_HEADER_PATH] ?? '');
    this.client = clientOf(stream.session?.socket.remoteAddress);
  }

  start(): void {
    const { stream, headers } = this;
    stream.on('error', () => undefined);
    stream.once('close', () => {
      this.release();
      if (!this.isAnswered) this.calls.refuse('half_sent');
      this.isAnswered = true;
    });
    if (
      headers[HTTP2_HEADER_METHOD] !== 'POST' ||
      !String(headers[HTTP2_HEADER_CONTENT_TYPE]).startsWith('application/grpc')
    ) {
      this.isAnswered = true;
      this.calls.refuse('content_type');
      stream.respond({ [HTTP2_HEADER_STATUS]: 415 }, { endStream: true });
      return;
    }
    const refusal = this.calls.admit(this.path, headers, this.client);
    if (refusal) {
      this.end(refusal);
      return;
    }
    stream.setTimeout(CALL_TIMEOUT_MS, () => {
      if (!this.isAnswered) this.refuse('half_sent', status.DEADLINE_EXCEEDED, 'The message did not arrive in time.');
    });
    stream.on('data', (chunk: Buffer) => this.receive(chunk));
    stream.on('end', () => void this.answer());
  }

  private receive(chunk: Buffer): void {
    if (this.isAnswered) return;
    this.received += chunk.length;
    if (this.received > MAX_MESSAGE_BYTES + PREFIX_BYTES || this.announced(chunk) > MAX_MESSAGE_BYTES) {
      this.refuse('too_large', status.RESOURCE_EXHAUSTED, `The message is larger than ${MAX_MESSAGE_BYTES} bytes.`);
    } else if (!this.budget.take(chunk.length)) {
      this.end(this.calls.statusOf(new OverloadedError('The collector is busy receiving what others send.')));
    } else {
      this.taken += chunk.length;
      this.chunks.push(chunk);
    }
  }

  /** The length that the message's prefix tells, once it is there. */
  private announced(chunk: Buffer): number {
    if (this.chunks.length > 0 || chunk.length < PREFIX_BYTES) return 0;
    return chunk.readUInt32BE(1);
  }

  private async answer(): Promise<void> {
    if (this.isAnswered) return;
    const { chunks } = this;
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, this.received);
    this.chunks = [];
    if (body.length < PREFIX_BYTES || body.length !== PREFIX_BYTES + body.readUInt32BE(1)) {
      this.refuse('malformed', status.INVALID_ARGUMENT, 'The body is not one gRPC message.');
      return;
    }
    try {
      const message = await this.message(body);
      if (!message) return;
      const handled = this.calls.handle(this.path, message, this.client);
      if (handled) this.respond(await handled);
      else this.end({ code: status.UNIMPLEMENTED, message: 'There is no such method here.' });
    } catch (error) {
      this.end(this.calls.statusOf(error));
    } finally {
      this.release();
    }
  }

  private async message(body: Buffer): Promise<Buffer | undefined> {
    const plain = body.subarray(PREFIX_BYTES);
    if (body[0] === 0) return plain;
    const encoding = this.headers['grpc-encoding'];
    if (encoding !== 'gzip') {
      this.refuse(
        'malformed',
        status.UNIMPLEMENTED,
        `The encoding ${String(encoding)} is not understood: use gzip or none.`,
      );
      return undefined;
    }
    try {
      return await unzip(plain, { maxOutputLength: MAX_MESSAGE_BYTES });
    } catch (error) {
      if (error instanceof RangeError) {
        this.refuse(
          'too_large',
          status.RESOURCE_EXHAUSTED,
          `The message is larger than ${MAX_MESSAGE_BYTES} bytes once unzipped.`,
        );
      } else this.refuse('malformed', status.INVALID_ARGUMENT, 'The message is not valid gzip.');
      return undefined;
    }
  }

  private respond(message: Uint8Array): void {
    if (!this.claim()) return;
    const { stream } = this;
    const prefix = Buffer.alloc(PREFIX_BYTES);
    prefix.writeUInt32BE(message.length, 1);
    stream.respond(
      { [HTTP2_HEADER_STATUS]: 200, [HTTP2_HEADER_CONTENT_TYPE]: CONTENT_TYPE },
      { waitForTrailers: true },
    );
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.concat([prefix, message]));
  }

  private refuse(reason: string, code: status, message: string): void {
    if (this.isAnswered) return;
    this.calls.refuse(reason);
    this.end({ code, message });
  }

  /** Ends the call with a status and nothing else; what is still on its way is not waited for. */
  private end({ code, message, details }: GrpcStatus): void {
    if (!this.claim()) return;
    this.release();
    const { stream } = this;
    stream.respond(
      {
        [HTTP2_HEADER_STATUS]: 200,
        [HTTP2_HEADER_CONTENT_TYPE]: CONTENT_TYPE,
        'grpc-status': String(code),
        'grpc-message': percentEncoded(message),
        'grpc-accept-encoding': 'identity,gzip',
        ...(details && { 'grpc-status-details-bin': Buffer.from(details).toString('base64') }),
      },
      { endStream: true },
    );
    if (!stream.readableEnded) stream.once('finish', () => stream.close(NGHTTP2_NO_ERROR));
  }

  private claim(): boolean {
    if (this.isAnswered || this.stream.destroyed || this.stream.headersSent) return false;
    return (this.isAnswered = true);
  }

  private release(): void {
    this.budget.give(this.taken);
    this.taken = 0;
    this.chunks = [];
  }
}

/** ASCII without `%`; everything else as its UTF-8 bytes, percent-encoded. */
function percentEncoded(text: string): string {
  return text.replace(/[^\x20-\x24\x26-\x7e]+/g, (others) =>
    [...Buffer.from(others)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}
