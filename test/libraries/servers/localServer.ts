import { createServer, type Server, type Socket } from 'node:net';

/** What a test talks to. */
export interface LocalServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** A server on this machine that hands each connection to `serve`. */
export async function listenLocally(serve: (socket: Socket) => void): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    serve(socket);
  });
  return {
    port: await portOf(server),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function portOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', reject).listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}

/** A port that nobody listens on now, for programs that have to be told one. */
export async function freePort(): Promise<number> {
  const server = await listenLocally(() => undefined);
  await server.stop();
  return server.port;
}

/** Calls `take` with each whole piece of what arrives; `lengthOf` says how long the next one is, once that can be told. */
export function inPieces(
  socket: Socket,
  lengthOf: (bytes: Buffer) => number | undefined,
  take: (piece: Buffer) => void,
): void {
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (let length = lengthOf(bytes); length !== undefined && bytes.length >= length; length = lengthOf(bytes)) {
      const piece = bytes.subarray(0, length);
      bytes = bytes.subarray(length);
      take(piece);
    }
  });
}
