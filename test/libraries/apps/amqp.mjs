import { createRequire } from 'node:module';
import amqp from 'amqplib';

const callbackApi = createRequire(import.meta.url)('amqplib/callback_api');
const url = `amqp://guest:guest@127.0.0.1:${process.env.PORT}`;
const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();
await channel.assertQueue('orders');
await channel.assertQueue('mails');
let left = 5;
let finish;
const finished = new Promise((resolve) => (finish = resolve));
const done = () => --left === 0 && finish();

async function pack(message) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  channel.ack(message);
  done();
  if (message.content.toString() === 'broken') throw new TypeError('no');
}

function mail() {
  done();
}

function place(text) {
  return new Promise((resolve, reject) => {
    channel.sendToQueue('orders', Buffer.from(text), {}, (error) => (error ? reject(error) : resolve()));
  });
}

function remind() {
  channel.publish('', 'mails', Buffer.from('hello'));
}

process.on('unhandledRejection', (error) => console.log(error.message));
await channel.consume('orders', pack);
const other = await new Promise((resolve, reject) =>
  callbackApi.connect(url, (error, made) => (error ? reject(error) : resolve(made))),
);
const mails = await new Promise((resolve, reject) =>
  other.createChannel((error, made) => (error ? reject(error) : resolve(made))),
);
await new Promise((resolve, reject) => mails.consume('mails', mail, { noAck: true }, (error) => (error ? reject(error) : resolve())));
await Promise.all(['a', 'b', 'broken'].map((text) => place(text)));
remind();
remind();
await finished;
await channel.close();
await connection.close();
other.close();
