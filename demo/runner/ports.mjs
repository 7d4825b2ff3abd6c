import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/**
 * A way to choose ports: the preferred one when nothing listens there, else a free one, which it says through `tell`. With
 * `alwaysFree` it is a free one in any case.
 */
export function portChooser({ alwaysFree, tell }) {
  return async (preferred, owner) => {
    if (!alwaysFree && (await listenOnce(preferred))) return preferred;
    const free = await listenOnce(0);
    if (!alwaysFree) tell(`  port ${preferred} is taken: ${owner} uses ${free} instead`);
    return free;
  };
}

/** Listens on a port for a moment. Resolves with the port, or undefined when it is taken. */
function listenOnce(port) {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? done(undefined) : fail(error)));
    server.listen({ host: HOST, port, exclusive: true }, () => {
      const chosen = server.address().port;
      server.close(() => done(chosen));
    });
  });
}
