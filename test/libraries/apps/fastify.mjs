import Fastify from 'fastify';

const app = Fastify();

async function item(request) {
  return { id: request.params.item };
}

await app.register(async (shop) => shop.get('/items/:item', item), { prefix: '/shops/:shop' });
const url = await app.listen({ port: 0, host: '127.0.0.1' });
for (const i of [1, 2, 3]) await (await fetch(`${url}/shops/${i}/items/${i}`)).text();
app.server.closeAllConnections();
await app.close();
