// A closed-loop HTTP/1.1 client: so many keep-alive connections, each sends its next request when its answer is complete.
// Bare sockets and no parsing beyond status and length, so that the client is never what is measured.
import { connect } from 'node:net';

const BLOCK_DEADLINE_MS = 30_000;
const HEAD_END = Buffer.from('\r\n\r\n');

/** The bytes of a request; `json` makes it a POST. */
export function requestBytes({ path, headers = {}, json }) {
  const body = json === undefined ? '' : JSON.stringify(json);
  const head = [`${json === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1`, 'host: 127.0.0.1'];
  for (const [name, value] of Object.entries(headers)) head.push(`${name}: ${value}`);
  if (body) head.push('content-type: application/json', `content-length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Length of the first answer in `bytes`, 0 while it is not complete. @throws Error when it is not a 200 with a length. */
function answerLength(bytes) {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return 0;
  const head = bytes.toString('latin1', 0, headEnd).toLowerCase();
  const bodyLength = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (!head.startsWith('http/1.1 200') || bodyLength === undefined) {
    throw new Error(`The program under load answered ${bytes.toString('utf8', 0, 300)}`);
  }
  const length = headEnd + HEAD_END.length + Number(bodyLength);
  return bytes.length >= length ? length : 0;
}

function open(port) {
  return new Promise((done, fail) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => done(socket));
    socket.once('error', fail);
  });
}

/** Sends requests over one socket until `mayGoOn` says no; resolves when the last answer is in. */
function keepAsking(socket, nextRequest, mayGoOn, latenciesMs) {
  return new Promise((done, fail) => {
    let received = Buffer.alloc(0);
    let sentAt = 0;
    const ask = () => {
      if (!mayGoOn()) return done();
      sentAt = performance.now();
      socket.write(nextRequest());
    };
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      try {
        const length = answerLength(received);
        if (length === 0) return;
        received = received.subarray(length);
      } catch (error) {
        return fail(error);
      }
      latenciesMs.push(performance.now() - sentAt);
      ask();
    });
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('The program under load closed a connection.')));
    ask();
  });
}

/**
 * Opens `connections` to a port of this machine. `run(milliseconds)` asks for that long, cycling through `requests`, and
 * gives the latencies and how long it took in all; `close()` ends it.
 * @throws Error when the program answers anything but 200 or does not answer within half a minute.
 */
export async function openLoad(port, requests, connections) {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  let next = 0;
  const nextRequest = () => requests[next++ % requests.length];
  const run = async (milliseconds) => {
    const latenciesMs = [];
    const startedAt = performance.now();
    const mayGoOn = () => performance.now() - startedAt < milliseconds;
    let timer;
    const deadline = new Promise((_, fail) => {
      timer = setTimeout(() => fail(new Error('The program under load stopped answering.')), BLOCK_DEADLINE_MS);
    });
    try {
      await Promise.race([
        Promise.all(sockets.map((socket) => keepAsking(socket, nextRequest, mayGoOn, latenciesMs))),
        deadline,
      ]);
    } finally {
      clearTimeout(timer);
      for (const socket of sockets) socket.removeAllListeners();
    }
    return { latenciesMs, wallMs: performance.now() - startedAt };
  };
  const close = () => {
    for (const socket of sockets) socket.on('error', () => {}).destroy();
  };
  return { run, close };
}
