import { Server, ServerCredentials, logVerbosity, setLogVerbosity, type ServerOptions } from '@grpc/grpc-js';
import { formatAddress, parseListenAddress } from './address.js';
import { listenError } from './listenError.js';

/** A gRPC server that listens. */
export interface ListeningServer {
  /** `HOST:PORT` it really listens on. */
  readonly address: string;
  /** Stops accepting, waits for calls in flight at most `graceMs`, then ends them. */
  close(graceMs: number): Promise<void>;
}

/**
 * Starts a server without TLS on a loopback address.
 * @param flag the option that changes the address, for messages
 * @throws CollectorError BAD_ADDRESS, NOT_LOOPBACK, PORT_IN_USE, LISTEN_FAILED
 */
export async function listenGrpc(
  addressText: string,
  flag: string,
  options: ServerOptions,
  addServices: (server: Server) => void,
): Promise<ListeningServer> {
  const { host, port } = parseListenAddress(addressText, flag);
  // A port that is taken is told by our error; gRPC's own line on the terminal explains nothing.
  if (process.env['GRPC_VERBOSITY'] === undefined) setLogVerbosity(logVerbosity.NONE);
  // With so_reuseport two collectors would share one port and each get half of the data.
  const server = new Server({ 'grpc.so_reuseport': 0, ...options });
  addServices(server);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(formatAddress(host, port), ServerCredentials.createInsecure(), (error, boundPort) => {
      if (error) reject(listenError(error, addressText, flag));
      else resolve(boundPort);
    });
  });
  return {
    address: formatAddress(host, bound),
    close: (graceMs) =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.forceShutdown(), graceMs);
        server.tryShutdown(() => {
          clearTimeout(force);
          resolve();
        });
      }),
  };
}
