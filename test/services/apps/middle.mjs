// Express; asks `back` by fetch and by gRPC.
import { createRequire } from 'node:module';
import express from 'express';
import { reservations } from './reservations.mjs';

const grpc = createRequire(import.meta.url)('@grpc/grpc-js');
const back = process.env.BACK;
const Client = grpc.makeGenericClientConstructor(reservations, 'Reservations');
const client = new Client(process.env.BACK_GRPC, grpc.credentials.createInsecure());

async function listItem(request, response) {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
  await fetchPrice(request.params.id);
  response.json({ id: request.params.id });
}

async function fetchPrice(id) {
  const answer = await fetch(`${back}/prices/${id}`, { headers: { 'x-id': id } });
  if (!answer.ok) throw new Error(`price: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}

async function placeOrder(request, response) {
  await Promise.all([reserve(request.params.id), reserve(request.params.id), audit()]);
  response.json({ placed: true });
}

function reserve(id) {
  return new Promise((resolve, reject) => {
    client.reserve({ id }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

async function audit() {
  const answer = await fetch(new URL('/prices/audit', back));
  if (!answer.ok) throw new Error(`audit: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}

const app = express();
app.use(express.json());
app.get('/items/:id', listItem);
const orders = express.Router();
orders.post('/:id', placeOrder);
app.use('/orders', orders);
const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ http: server.address().port })));
