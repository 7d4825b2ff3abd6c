import http from 'node:http';
import { once } from 'node:events';
import { require, say } from './hindcastSupport.mjs';

const WebSocket = require('./');
const server = http.createServer((req, res) => res.end('plain'));
const wss = new WebSocket.WebSocketServer({
  server,
  perMessageDeflate: { threshold: 10 },
  maxPayload: 200_000,
  handleProtocols: (set) => [...set].at(-1),
  verifyClient: ({ req }, done) => done(req.url !== '/no', 403, 'Forbidden'),
});
wss.on('connection', (socket, req) => {
  socket.on('error', (error) => say('server error', `${error.name} ${error.message} ${error.code}`));
  socket.on('message', (data, binary) => {
    if (!binary && data.toString() === 'close') socket.close(4001, 'as asked');
    else if (!binary && data.toString() === 'terminate') socket.terminate();
    else socket.send(binary ? Buffer.from(data).reverse() : `${req.url} ${data.toString().toUpperCase()}`);
  });
  socket.on('ping', (data) => say('server ping', data.toString()));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const url = `ws://127.0.0.1:${server.address().port}`;
async function client(path, act, options = {}, protocols = []) {
  const socket = new WebSocket(url + path, protocols, options);
  const events = [];
  socket.on('open', () => events.push(`open ${socket.protocol} ${socket.extensions}`));
  socket.on('message', (data, binary) => events.push([binary, data.length, data.toString('latin1').slice(0, 50)]));
  socket.on('pong', (data) => events.push(`pong ${data}`));
  socket.on('error', (error) => events.push(`error ${error.message.replace(/\d{4,5}/, 'PORT')}`));
  socket.on('unexpected-response', (req, res) => {
    events.push(`unexpected ${res.statusCode}`);
    req.destroy();
  });
  const closed = new Promise((done) => socket.on('close', (code, reason) => done([code, reason.toString()])));
  await Promise.race([once(socket, 'open').catch(() => {}), closed, once(socket, 'unexpected-response')]);
  if (socket.readyState === WebSocket.OPEN)
    await act(
      socket,
      (n) =>
        new Promise((done) => {
          const check = () => (events.filter(Array.isArray).length >= n ? done() : socket.once('message', check));
          check();
        }),
    );
  if (socket.readyState === WebSocket.OPEN) socket.close(1000, 'done');
  say(`client ${path}`, [events, options.refused ? 'refused' : await closed]);
}
await client('/echo', async (s, got) => {
  s.send('hello');
  s.send(Buffer.from([1, 2, 3]));
  s.send('ü'.repeat(1000));
  s.ping('p');
  await got(3);
});
await client(
  '/fragments',
  async (s, got) => {
    s.send('a', { fin: false });
    s.send('b', { fin: false });
    s.send('c');
    await got(1);
  },
  { perMessageDeflate: false },
);
await client(
  '/protocols',
  async (s, got) => {
    s.send('x');
    await got(1);
  },
  {},
  ['one', 'two'],
);
await client('/close', async (s) => {
  s.send('close');
  await once(s, 'close');
});
await client('/terminate', async (s) => {
  s.send('terminate');
  await once(s, 'close');
});
await client('/big', async (s, got) => {
  s.send('y'.repeat(150_000));
  await got(1);
});
await client('/too-big', async (s) => {
  s.send('z'.repeat(300_000));
  await once(s, 'close');
});
await client('/no', async () => {}, { refused: true });
await client('/stream', async (s, got) => {
  const duplex = WebSocket.createWebSocketStream(s, { encoding: 'utf8' });
  duplex.write('via stream');
  const [chunk] = await once(duplex, 'data');
  say('stream', chunk);
  duplex.destroy();
  await once(s, 'close');
});
await Promise.all(
  Array.from(
    { length: 20 },
    (_, i) =>
      new Promise((done) => {
        const s = new WebSocket(`${url}/many${i}`);
        let n = 0;
        s.on('open', () => s.send('0'));
        s.on('message', () => (++n < 50 ? s.send(String(n)) : (s.close(), done())));
      }),
  ),
);
for (const bad of ['ws://', 'ws://h#f', ''])
  try {
    new WebSocket(bad);
    say(bad, 'no error');
  } catch (error) {
    say(bad, `${error.name} ${error.message}`);
  }
wss.close();
server.close();
server.closeAllConnections();
