import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inPieces, listenLocally, type LocalServer } from './localServer.js';

/** Numbers of methods, and how they are written; from amqplib, which has them from the specification. */
type Definitions = Record<string, number> & {
  decode(id: number, bytes: Buffer): Record<string, unknown>;
  encodeMethod(id: number, channel: number, fields: object): Buffer;
  encodeProperties(id: number, channel: number, size: bigint | number, fields: object): Buffer;
};

interface Publication {
  readonly key: string;
  readonly exchange: string;
}

const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const FRAME_END = 0xce;

/** Enough of AMQP 0-9-1 (https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf) for one queue's messages to reach its consumer. */
export function startAmqpStub(libraries: string): Promise<LocalServer> {
  const defs = createRequire(import.meta.url)(join(libraries, 'node_modules/amqplib/lib/defs.js')) as Definitions;
  const consumers = new Map<string, (content: Buffer) => void>();
  return listenLocally((socket) => {
    let hasStarted = false;
    let publication: Publication | undefined;
    let isConfirming = false;
    let published = 0;
    let delivered = 0;
    const lengthOf = (bytes: Buffer): number | undefined =>
      !hasStarted ? 8 : bytes.length < 7 ? undefined : 8 + bytes.readUInt32BE(3);
    const send = (name: string, channel: number, fields: object): void =>
      void socket.write(defs.encodeMethod(defs[name] ?? 0, channel, fields));

    const answers: Record<string, (channel: number, fields: Record<string, unknown>) => void> = {
      ConnectionStartOk: () => send('ConnectionTune', 0, { channelMax: 10, frameMax: 131_072, heartbeat: 0 }),
      ConnectionOpen: () => send('ConnectionOpenOk', 0, { knownHosts: '' }),
      ConnectionClose: () => send('ConnectionCloseOk', 0, {}),
      ChannelOpen: (channel) => send('ChannelOpenOk', channel, { channelId: Buffer.alloc(0) }),
      ChannelClose: (channel) => send('ChannelCloseOk', channel, {}),
      QueueDeclare: (channel, { queue }) =>
        send('QueueDeclareOk', channel, { queue, messageCount: 0, consumerCount: 0 }),
      ConfirmSelect(channel) {
        isConfirming = true;
        send('ConfirmSelectOk', channel, {});
      },
      BasicConsume(channel, { queue }) {
        const consumerTag = `tag ${String(queue)}`;
        consumers.set(String(queue), (content) => {
          const deliveryTag = ++delivered;
          send('BasicDeliver', channel, {
            ...{ consumerTag, deliveryTag, redelivered: false },
            ...{ exchange: '', routingKey: queue },
          });
          socket.write(defs.encodeProperties(defs['BasicProperties'] ?? 0, channel, content.length, {}));
          socket.write(frame(BODY, channel, content));
        });
        send('BasicConsumeOk', channel, { consumerTag });
      },
      BasicPublish(_, { exchange, routingKey }) {
        publication = { exchange: String(exchange), key: String(routingKey) };
      },
    };
    const names = new Map(Object.keys(answers).map((name) => [defs[name], name]));

    function take(bytes: Buffer): void {
      if (!hasStarted) {
        hasStarted = true;
        const server = { versionMajor: 0, versionMinor: 9, serverProperties: {} };
        send('ConnectionStart', 0, { ...server, mechanisms: Buffer.from('PLAIN'), locales: Buffer.from('en_US') });
        return;
      }
      const [type, channel, payload] = [bytes[0], bytes.readUInt16BE(1), bytes.subarray(7, -1)];
      if (type === METHOD) {
        const id = payload.readUInt32BE(0);
        const name = names.get(id);
        if (name !== undefined) answers[name]?.(channel, defs.decode(id, payload.subarray(4)));
      } else if (type === BODY && publication) {
        const { key } = publication;
        published++;
        if (isConfirming) send('BasicAck', channel, { deliveryTag: published, multiple: false });
        consumers.get(key)?.(Buffer.from(payload));
      } else if (type !== HEADER) throw new Error(`frame of type ${String(type)}`);
    }

    inPieces(socket, lengthOf, take);
  });
}

function frame(type: number, channel: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([FRAME_END])]);
}
