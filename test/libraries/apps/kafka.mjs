import { Kafka, logLevel } from 'kafkajs';

const kafka = new Kafka({ brokers: [`127.0.0.1:${process.env.PORT}`], logLevel: logLevel.NOTHING });
const producer = kafka.producer();
await producer.connect();
let left = 6;
let finish;
const finished = new Promise((resolve) => (finish = resolve));
const done = () => --left === 0 && finish();

async function pack({ message }) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  if (message.value.toString().startsWith('secret')) done();
}

async function mailAll({ batch }) {
  for (const message of batch.messages) if (message.value) done();
}

async function place(id) {
  await producer.send({ topic: 'orders', messages: [{ key: String(id), value: `secret ${id}` }] });
}

async function remind() {
  await producer.sendBatch({ topicMessages: [{ topic: 'mails', messages: [{ value: 'a' }, { value: 'b' }] }] });
}

await Promise.all([1, 2, 3, 4].map((id) => place(id)));
await remind();
const packer = kafka.consumer({ groupId: 'packers' });
await packer.connect();
await packer.subscribe({ topic: 'orders', fromBeginning: true });
await packer.run({ eachMessage: pack });
const mailer = kafka.consumer({ groupId: 'mailers' });
await mailer.connect();
await mailer.subscribe({ topic: 'mails', fromBeginning: true });
await mailer.run({ eachBatch: mailAll });
await finished;
await packer.disconnect();
await mailer.disconnect();
await producer.disconnect();
