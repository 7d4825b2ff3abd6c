import { MongoClient } from 'mongodb';

const client = new MongoClient(`mongodb://127.0.0.1:${process.env.PORT}/shop`);
await client.connect();
const orders = client.db('shop').collection('orders');

async function place(id) {
  await orders.insertOne({ _id: id, card: 'secret' });
}

async function all() {
  const found = await orders.find({ state: 'open' }, { batchSize: 2 }).toArray();
  if (found.length !== 3) throw new Error(`found ${found.length}`);
}

async function walk() {
  let found = 0;
  for await (const order of orders.find().batchSize(2)) found += order._id > 0 ? 1 : 0;
  if (found !== 3) throw new Error(`found ${found}`);
}

async function change() {
  await orders.updateOne({ _id: 1 }, { $set: { state: 'done' } });
}

async function twice() {
  await orders.insertOne({ _id: 'twice' }).catch((error) => console.log(error.code));
}

await Promise.all([1, 2, 3, 4].map((id) => place(id)));
await all();
await walk();
await change();
await twice();
await client.close();
