import { Queue, Worker } from 'bullmq';

const connection = { host: '127.0.0.1', port: Number(process.env.PORT), maxRetriesPerRequest: null };
const queue = new Queue('orders', { connection });
let left = 6;
let finish;
const finished = new Promise((resolve) => (finish = resolve));

async function pack(job) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  if (job.data.broken) throw new TypeError('no');
}

async function place(id) {
  await queue.add('place', { id });
}

async function placeMany() {
  await queue.addBulk([
    { name: 'place', data: { id: 4 } },
    { name: 'place', data: { broken: true } },
  ]);
}

const worker = new Worker('orders', pack, { connection, concurrency: 3 });
const done = () => --left === 0 && finish();
worker.on('completed', done).on('failed', done);
await Promise.all([0, 1, 2, 3].map((id) => place(id)));
await placeMany();
await finished;
await worker.close();
await queue.close();
