// Asks `middle` by node:http, from two functions at the same time, as often as it is told.
import http from 'node:http';

const [middle, browses, checkouts] = [process.env.MIDDLE, Number(process.env.BROWSES), Number(process.env.CHECKOUTS)];
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

async function browse() {
  await ask('/items/1');
}

async function checkout() {
  await new Promise((resolve) => setImmediate(resolve));
  await viaPost('/orders/2');
  await ask('/items/3');
}

function ask(path) {
  return new Promise((resolve, reject) => {
    http.get(middle + path, { agent }, (answer) => finish(answer, resolve, reject)).on('error', reject);
  });
}

function viaPost(path) {
  return new Promise((resolve, reject) => {
    const request = http.request(middle + path, { agent, method: 'POST', headers: { 'content-type': 'application/json' } });
    request.on('response', (answer) => finish(answer, resolve, reject));
    request.on('error', reject);
    request.end('{"some":"body"}');
  });
}

function finish(answer, resolve, reject) {
  answer.resume();
  answer.on('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`status ${answer.statusCode}`))));
}

const work = [...Array(browses).fill(browse), ...Array(checkouts).fill(checkout)];
// Interleaved the same way every time.
work.sort((a, b) => (work.indexOf(a) === work.indexOf(b) ? 0 : 1)).reverse();
const queue = work.map((task, i) => ({ task, at: (i * 7919) % work.length })).sort((a, b) => a.at - b.at);

async function worker() {
  for (let next = queue.pop(); next; next = queue.pop()) await next.task();
}

await Promise.all(Array.from({ length: 24 }, worker));
agent.destroy();
console.log('done');
