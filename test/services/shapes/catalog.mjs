// Express, asks pricing for streams.
import { createRequire } from 'node:module';
import express from 'express';
import { note, sayAtEnd } from './book.mjs';
import { pricingService } from './pricingService.mjs';

const grpc = createRequire(import.meta.url)('@grpc/grpc-js');
const Client = grpc.makeGenericClientConstructor(pricingService, 'Pricing');
const pricing = new Client(process.env.PRICING, grpc.credentials.createInsecure());

function as(caller) {
  const metadata = new grpc.Metadata();
  metadata.set('x-caller', caller);
  return metadata;
}

function historyOf(id) {
  return new Promise((resolve, reject) => {
    let seen = 0;
    pricing
      .history({ id }, as('historyOf'))
      .on('data', () => seen++)
      .on('error', reject)
      .on('end', () => (seen === 3 ? resolve() : reject(new Error(`saw ${seen}`))));
  });
}

function talk() {
  return new Promise((resolve, reject) => {
    const call = pricing.chat(as('talk'));
    let left = 2;
    call.on('data', () => --left === 0 && call.end());
    call.on('error', reject).on('end', resolve);
    call.write({ a: 1 });
    call.write({ b: 2 });
  });
}

async function product(request, response) {
  note(request.headers['x-caller'], 'product');
  await historyOf(request.params.id);
  response.json({ id: request.params.id });
}

async function search(request, response) {
  note(request.headers['x-caller'], 'search');
  await Promise.all([talk(), historyOf('all')]);
  response.json([]);
}

const app = express();
const products = express.Router();
products.get('/:id', product);
app.use('/products', products);
app.get('/search', search);
sayAtEnd();
const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ http: server.address().port })));
server.keepAliveTimeout = 600_000;
