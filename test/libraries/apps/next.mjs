// What `next start` does with a route handler, without Next.js: its runtime's class is prepared with each request, then the handler is called.
import http from 'node:http';
import runtime from 'next/dist/compiled/next-server/app-route-turbo.runtime.prod.js';

async function GET(request, { params }) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return params.id;
}

const module = new runtime.AppRouteRouteModule({ definition: { pathname: '/api/orders/[id]' }, userland: { GET } });

async function serve(request, response) {
  await module.prepare(request, response, { srcPage: '/api/orders/[id]/route' });
  response.end(await module.userland[request.method](request, { params: { id: request.url } }));
}

const server = http.createServer().on('request', (...args) => void serve(...args));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}`;
const headers = { tracestate: 'hindcast=1:front:src/ask.js:ask:3:4' };
for (const i of [1, 2, 3]) await (await fetch(`${url}/api/orders/${i}`, { headers })).text();
server.close();
server.closeAllConnections();
