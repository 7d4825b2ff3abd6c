// node:http without a framework; asks pricing, and catalog by node:http.
import http from 'node:http';
import { createRequire } from 'node:module';
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

function quoteFor(id) {
  return new Promise((resolve) =>
    pricing.quote({ id }, as('quoteFor'), (error, answer) => resolve(answer ?? error.code)),
  );
}

function sendAll(items) {
  return new Promise((resolve, reject) => {
    const call = pricing.upload(as('sendAll'), (error, answer) => (error ? reject(error) : resolve(answer.count)));
    for (const item of items) call.write(item);
    call.end();
  });
}

function askCatalog() {
  return new Promise((resolve, reject) => {
    const headers = { 'x-caller': 'askCatalog' };
    http
      .get(`${process.env.CATALOG}/search`, { headers }, (answer) => answer.resume().on('end', resolve))
      .on('error', reject);
  });
}

async function handle(request, response) {
  note(request.headers['x-caller'], 'handle');
  if (request.url === '/add') await Promise.all([quoteFor('gone'), quoteFor('x')]);
  else await Promise.all([sendAll([{}, {}]), askCatalog()]);
  response.end('{}');
}

sayAtEnd();
const server = http.createServer(handle);
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ http: server.address().port })));
server.keepAliveTimeout = 600_000;
