import type { FastifyInstance } from 'fastify';

/** Says how long an answer took, in a header. */
export default function (server: FastifyInstance): void {
  const started = new WeakMap<object, bigint>();
  server.addHook('onRequest', (request, _reply, done) => {
    started.set(request, process.hrtime.bigint());
    done();
  });
  server.addHook('onSend', async (request, reply, payload) => {
    const from = started.get(request);
    if (from !== undefined) reply.header('x-took-us', String((process.hrtime.bigint() - from) / 1000n));
    return payload;
  });
}
