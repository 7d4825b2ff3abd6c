import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/** The preferred port when nothing listens there, else a free one, and says so through `tell`. */
export async function choosePort(preferred, owner, tell) {
  if (await listenOnce(preferred)) return preferred;
  const free = await listenOnce(0);
  tell(`port ${preferred} is taken: ${owner} uses ${free} instead`);
  return free;
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
