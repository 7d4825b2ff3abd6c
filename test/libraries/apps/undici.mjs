import http from 'node:http';
import { Agent, fetch as undiciFetch, request } from 'undici';

const server = http.createServer((asked, response) => {
  response.statusCode = asked.url === '/bad' ? 500 : 200;
  response.end(String(asked.headers.tracestate ?? '').split(':')[3]);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}`;
const agent = new Agent({ connections: 2 });

async function viaRequest(path) {
  const { body } = await request(url + path, { dispatcher: agent });
  return body.text();
}

async function viaFetch() {
  return (await undiciFetch(url, { dispatcher: agent })).text();
}

const told = await Promise.all([viaRequest('/'), viaRequest('/'), viaFetch(), viaFetch(), viaFetch()]);
console.log(told.join());
await viaRequest('/bad');
await agent.close();
server.close();
