// gRPC alone, in each of its four forms.
import { createRequire } from 'node:module';
import { note, sayAtEnd } from './book.mjs';
import { pricingService } from './pricingService.mjs';

const grpc = createRequire(import.meta.url)('@grpc/grpc-js');
const callerOf = (call) => call.metadata.get('x-caller')[0];
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3));

async function quote(call, callback) {
  note(callerOf(call), 'quote');
  await pause();
  if (call.request.id === 'gone') callback({ code: grpc.status.NOT_FOUND });
  else callback(null, { cents: 5 });
}

async function history(call) {
  note(callerOf(call), 'history');
  for (let i = 0; i < 3; i++) {
    await pause();
    call.write({ cents: i });
  }
  call.end();
}

function upload(call, callback) {
  note(callerOf(call), 'upload');
  let count = 0;
  call.on('data', () => count++);
  call.on('end', () => callback(null, { count }));
}

function chat(call) {
  note(callerOf(call), 'chat');
  call.on('data', (message) => call.write(message));
  call.on('end', () => call.end());
}

const server = new grpc.Server();
server.addService(pricingService, { quote, history, upload, chat });
sayAtEnd();
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(JSON.stringify({ grpc: port }));
});
