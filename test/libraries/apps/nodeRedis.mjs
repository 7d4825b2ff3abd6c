import { createClient } from 'redis';

const client = createClient({ socket: { host: '127.0.0.1', port: Number(process.env.PORT) } });
await client.connect();

async function write(key) {
  await client.set(key, 'secret');
}

async function read(key) {
  if ((await client.get(key)) !== 'secret') throw new Error('wrong');
}

async function batch() {
  const [, value] = await client.multi().set('k', '1').get('k').exec();
  if (value !== '1') throw new Error(`wrong: ${value}`);
}

async function broken() {
  await client.hGet('k', 'x').catch((error) => console.log(error.message.slice(0, 9)));
}

await Promise.all(['a', 'b', 'c'].map((key) => write(key)));
await Promise.all(['a', 'b', 'c'].map((key) => read(key)));
await batch();
await broken();
client.destroy();
