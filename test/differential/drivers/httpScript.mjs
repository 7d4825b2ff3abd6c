// A scripted HTTP client: sends requests one after the other and prints every answer.
import http from 'node:http';
import { say } from './hindcastSupport.mjs';

/** Starts `server` (a node:http server) on a free port, runs the script of requests, closes the server again. */
export async function converse(server, script) {
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  for (const { method = 'GET', path, headers = {}, body } of script) {
    const answer = await new Promise((done) => {
      const request = http.request(
        { port, host: '127.0.0.1', method, path, headers: { host: 'test.example', connection: 'close', ...headers } },
        (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('end', () =>
            done([response.statusCode, steady(response.headers), Buffer.concat(chunks).toString('latin1')]),
          );
          response.on('error', (error) => done([error.code]));
        },
      );
      request.on('error', (error) => done([error.code]));
      request.end(body);
    });
    say(`${method} ${path}`, answer);
  }
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}

function steady({ date, ...headers }) {
  return { ...headers, date: date === undefined ? 'none' : 'some' };
}
