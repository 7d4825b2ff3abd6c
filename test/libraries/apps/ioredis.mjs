import Redis from 'ioredis';

const redis = new Redis({ host: '127.0.0.1', port: Number(process.env.PORT) });

async function write(key) {
  await redis.set(key, 'secret');
}

function read(key) {
  return new Promise((resolve, reject) => redis.get(key, (error, value) => (error ? reject(error) : resolve(value))));
}

async function batch() {
  const [[, set], [, value]] = await redis.pipeline().set('k', '1').get('k').exec();
  if (set !== 'OK' || value !== '1') throw new Error(`wrong: ${value}`);
  const [, last] = await redis.multi().set('k', '2').get('k').exec();
  if (last[1] !== '2') throw new Error(`wrong: ${last}`);
}

async function brokenBatch() {
  const [[error]] = await redis.pipeline().hget('k', 'x').exec();
  console.log(error.message.slice(0, 9));
}

async function broken() {
  await redis.hget('k', 'x').catch((error) => console.log(error.message.slice(0, 9)));
}

// Before there is a connection, and after.
await Promise.all(['a', 'b', 'c'].map((key) => write(key)));
for (const value of await Promise.all(['a', 'b', 'c'].map((key) => read(key)))) {
  if (value !== 'secret') throw new Error(value);
}
await batch();
await brokenBatch();
await broken();
redis.disconnect();
