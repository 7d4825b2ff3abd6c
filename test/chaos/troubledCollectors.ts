import { createServer as createHttp2Server } from 'node:http2';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Something that listens where the sensor reports to, and does not do what a collector does. */
export interface TroubledCollector {
  readonly endpoint: string;
  /** Connections that were made. */
  readonly connections: () => number;
  stop(): Promise<void>;
}

type Behaviour = (socket: Socket) => void;

const onFirstBytes =
  (act: Behaviour): Behaviour =>
  (socket) =>
    socket.once('data', () => act(socket));

/** Bytes that are the same in every run and look like nothing. */
const noise = Buffer.from(Array.from({ length: 65_536 }, (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> 13) & 255));

const behaviours = {
  'accepts and never answers': () => undefined,
  'resets every connection at once': (socket) => socket.resetAndDestroy(),
  'resets every connection at the first bytes': onFirstBytes((socket) => socket.resetAndDestroy()),
  'closes every connection at the first bytes': onFirstBytes((socket) => socket.end()),
  'answers noise': onFirstBytes((socket) => socket.write(noise)),
  'answers noise, one byte at a time': onFirstBytes((socket) => {
    let at = 0;
    const timer = setInterval(() => socket.write(noise.subarray(at, ++at)), 5);
    socket.on('close', () => clearInterval(timer));
  }),
  'is a web server': onFirstBytes((socket) => socket.end('HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno')),
} satisfies Record<string, Behaviour>;

/** HTTP/2 servers, so the trouble starts one layer up. */
const http2Behaviours = {
  'takes calls and never answers': () => undefined,
  'answers a call without end': (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
    const more = (): void => {
      while (!stream.destroyed && stream.write(noise));
    };
    stream.on('drain', more);
    more();
  },
  'answers with a status that is none': (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': 'many' });
    stream.end(noise.subarray(0, 3));
  },
  'says that it is busy': (stream) => {
    stream.respond({ ':status': 503 });
    stream.end('later');
  },
} satisfies Record<string, (stream: import('node:http2').ServerHttp2Stream) => void>;

export type Trouble = keyof typeof behaviours | keyof typeof http2Behaviours;

export const troubles = [...Object.keys(behaviours), ...Object.keys(http2Behaviours)] as Trouble[];

export function startTroubled(trouble: Trouble): Promise<TroubledCollector> {
  if (trouble in behaviours) {
    const behave: Behaviour = behaviours[trouble as keyof typeof behaviours];
    return listen(createServer(behave));
  }
  const server = createHttp2Server();
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    http2Behaviours[trouble as keyof typeof http2Behaviours](stream);
  });
  server.on('sessionError', () => undefined);
  return listen(server);
}

/** A port where nobody listens. */
export async function nobody(): Promise<string> {
  const server = await listen(createServer());
  await server.stop();
  return server.endpoint;
}

async function listen(server: Server): Promise<TroubledCollector> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
