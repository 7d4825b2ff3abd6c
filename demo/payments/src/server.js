import { createServer } from 'node:http';
import { CardDeclined, pay } from './payments.js';

async function readJson(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

function send(response, status, answer) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

async function handle(request, response) {
  if (request.method !== 'POST' || request.url !== '/payments')
    return send(response, 404, { error: 'not served here' });
  try {
    send(response, 201, await pay(await readJson(request)));
  } catch (error) {
    send(response, error instanceof CardDeclined ? 402 : 500, { error: error.message });
  }
}

const server = createServer(handle);
server.listen(Number(process.env.PORT ?? 46103), '127.0.0.1', () => {
  console.log(JSON.stringify({ ready: 'payments', port: server.address().port }));
});
