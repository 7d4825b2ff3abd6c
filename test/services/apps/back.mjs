// Fastify and a gRPC server; answers 500 when the trace headers are not what W3C allows.
import { createRequire } from 'node:module';
import Fastify from 'fastify';
import { reservations } from './reservations.mjs';

const grpc = createRequire(import.meta.url)('@grpc/grpc-js');

function check(raw) {
  const named = (wanted) => raw.filter((_, i) => i % 2 === 0 && raw[i].toLowerCase() === wanted).length;
  if (named('traceparent') > 1 || named('tracestate') > 1) throw new Error(`sent twice: ${raw}`);
  const state = raw[raw.findIndex((name) => name.toLowerCase() === 'tracestate') + 1] ?? '';
  if (state.split('hindcast=').length > 2) throw new Error(`two entries: ${state}`);
  return state;
}

/** Only an SDK carries what another vendor sent through to here. */
function sawVendor() {}

async function price(request) {
  const state = check(request.raw.rawHeaders);
  if (/^hindcast=[^,=]+,vendor=1$/.test(state)) sawVendor();
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
  return { state };
}

function reserve(call, callback) {
  if (call.metadata.get('traceparent').length > 1 || call.metadata.get('tracestate').length > 1) callback(new Error('twice'));
  else setTimeout(() => callback(null, { reserved: call.request.id }), Math.random() * 3);
}

const app = Fastify();
app.get('/prices/:id', price);
await app.listen({ port: 0, host: '127.0.0.1' });
const server = new grpc.Server();
server.addService(reservations, { reserve });
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(JSON.stringify({ http: app.server.address().port, grpc: port }));
});
