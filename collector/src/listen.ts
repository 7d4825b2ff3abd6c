import type { AddressInfo, Server, Socket } from 'node:net';
import { Server as TlsServer, type TlsOptions } from 'node:tls';
import { formatAddress, parseListenAddress } from './address.js';
import { listenError } from './listenError.js';
import { clientOf, exposureOf, type Protection } from './security/protection.js';

const HANDSHAKE_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 5_000;

/** Something that accepts connections. */
export interface Listening {
  /** `HOST:PORT` it really listens on. */
  readonly address: string;
  /** Accepts no more; connections that are open stay. */
  stop(): void;
  /** Resolves when every connection has ended; those that have not by then are cut. */
  end(graceMs: number): Promise<void>;
  /** Cuts every connection. */
  destroy(): void;
}

export interface ListenOptions {
  /** The option that changes the address, for messages. */
  readonly flag: string;
  readonly protection: Protection;
  /** Told of connections that were not taken: `tls`, `connection_limit`. */
  readonly refuse: (reason: string) => void;
}

/** What a server that speaks these protocols is made with; undefined where there is no TLS. */
export function tlsServerOptions({ tls }: Protection, protocols: readonly string[]): TlsOptions | undefined {
  return (
    tls && {
      ...tls.options,
      requestCert: tls.asksClients,
      rejectUnauthorized: tls.asksClients,
      ALPNProtocols: [...protocols],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    }
  );
}

/**
 * Has a server listen, with what is the same for every protocol: the rule for addresses, limits on connections, new certificates.
 * @throws CollectorError BAD_ADDRESS, NOT_LOOPBACK, NOT_ENCRYPTED, PORT_IN_USE, LISTEN_FAILED
 */
export async function listenOn(
  server: Server,
  addressText: string,
  { flag, protection, refuse }: ListenOptions,
): Promise<Listening> {
  const { host, port } = parseListenAddress(addressText, flag, exposureOf(protection));
  const { meter, tls } = protection;
  const sockets = new Set<Socket>();
  server.maxConnections = MAX_CONNECTIONS;
  server.on('drop', () => refuse('connection_limit'));
  server.on('connection', (socket: Socket) => {
    const client = clientOf(socket.remoteAddress);
    // Whoever goes away in the middle is told by the protocol above; without a listener it would end the process.
    socket.on('error', () => socket.destroy());
    if (!meter.open(client)) {
      refuse('connection_limit');
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      meter.close(client);
    });
  });
  if (tls && server instanceof TlsServer) {
    server.on('tlsClientError', () => refuse('tls'));
    tls.onChange((options) => server.setSecureContext(options));
  }
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error): void => reject(listenError(error, addressText, flag));
    server.once('error', failed);
    server.listen(port, host, () => {
      server.removeListener('error', failed).on('error', () => refuse('listener'));
      resolve();
    });
  });
  const destroy = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: formatAddress(host, (server.address() as AddressInfo).port),
    stop: () => void server.close(),
    end: async (graceMs) => {
      const force = setTimeout(destroy, graceMs);
      await Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
      clearTimeout(force);
    },
    destroy,
  };
}
