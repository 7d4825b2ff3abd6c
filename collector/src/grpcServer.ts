import { Server, ServerCredentials, logVerbosity, setLogVerbosity, type ServerOptions } from '@grpc/grpc-js';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { listenOn, tlsServerOptions, type ListenOptions } from './listen.js';
import { Health, healthDefinition } from './operations/health.js';
import { reflectionDefinitions, reflectionImplementation } from './operations/reflection.js';
import { admitReaders } from './security/admissionInterceptor.js';

/** A gRPC server that listens. */
export interface ListeningServer {
  /** `HOST:PORT` it really listens on. */
  readonly address: string;
  /** Stops accepting, waits for calls in flight at most `graceMs`, then ends them. */
  close(graceMs: number): Promise<void>;
}

const LAST_BYTES_MS = 500;

/**
 * Starts a server of grpc-js on connections that we accept, so that limits and TLS are the same for every protocol; with the
 * standard health check and reflection. Everything but health checks takes a token that may read, where there are tokens.
 * @throws CollectorError
 */
export async function listenGrpc(
  address: string,
  listenOptions: ListenOptions,
  options: ServerOptions,
  addServices: (server: Server) => void,
): Promise<ListeningServer> {
  // What goes wrong is told by our errors; gRPC's own lines on the terminal explain nothing.
  if (process.env['GRPC_VERBOSITY'] === undefined) setLogVerbosity(logVerbosity.NONE);
  const { protection, refuse } = listenOptions;
  const server = new Server({ ...options, interceptors: [admitReaders(protection, refuse)] });
  addServices(server);
  const health = new Health();
  server.addService(healthDefinition, health.implementation);
  for (const definition of reflectionDefinitions) server.addService(definition, reflectionImplementation);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const tls = tlsServerOptions(protection, ['h2']);
  const inject = injector.injectConnection.bind(injector);
  const listening = await listenOn(tls ? createTlsServer(tls, inject) : createServer(inject), address, listenOptions);
  return {
    address: listening.address,
    close: (graceMs) =>
      new Promise((resolve) => {
        listening.stop();
        health.stop();
        const force = setTimeout(() => {
          server.forceShutdown();
          listening.destroy();
        }, graceMs);
        server.tryShutdown(() => {
          clearTimeout(force);
          // What was sent last may still be on its way.
          void listening.end(LAST_BYTES_MS).then(resolve);
        });
      }),
  };
}
