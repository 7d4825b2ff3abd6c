import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inPieces, listenLocally, type LocalServer } from './localServer.js';

type Document = Record<string, unknown>;

interface Bson {
  serialize(document: Document): Uint8Array;
  deserialize(bytes: Uint8Array): Document;
  readonly Long: { fromNumber(value: number): unknown };
}

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

/**
 * Enough of MongoDB's wire protocol for a driver to believe in it (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/):
 * everything that is inserted succeeds but `_id` 'twice', and every search finds three documents in two batches.
 */
export function startMongoStub(libraries: string): Promise<LocalServer> {
  const bson = createRequire(join(libraries, 'package.json'))('bson') as Bson;
  const hello = {
    ismaster: true,
    isWritablePrimary: true,
    helloOk: true,
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    logicalSessionTimeoutMinutes: 30,
    minWireVersion: 0,
    maxWireVersion: 21,
    readOnly: false,
    ok: 1,
  };

  function answer(command: Document, rest: Buffer): Document {
    const [name = ''] = Object.keys(command);
    const cursor = (id: number, batch: string, ...found: number[]): Document => ({
      ok: 1,
      cursor: { id: bson.Long.fromNumber(id), ns: 'shop.orders', [batch]: found.map((_id) => ({ _id })) },
    });
    if (/^(?:hello|ismaster)$/i.test(name)) return hello;
    if (name === 'insert' && rest.includes('twice')) {
      return { ok: 1, n: 0, writeErrors: [{ index: 0, code: 11000, errmsg: 'duplicate key' }] };
    }
    if (name === 'find' || name === 'aggregate') return cursor(5, 'firstBatch', 1, 2);
    if (name === 'getMore') return cursor(0, 'nextBatch', 3);
    return { ok: 1, n: 1, nModified: 1 };
  }

  return listenLocally((socket) => {
    const lengthOf = (bytes: Buffer): number | undefined => (bytes.length < 4 ? undefined : bytes.readInt32LE(0));
    inPieces(socket, lengthOf, (message) => {
      const id = message.readInt32LE(4);
      const isLegacy = message.readInt32LE(12) === OP_QUERY;
      const start = isLegacy ? message.indexOf(0, 20) + 9 : 21;
      const end = start + message.readInt32LE(start);
      const command = bson.deserialize(message.subarray(start, end));
      const body = bson.serialize(answer(command, message.subarray(start)));
      // OP_REPLY: flags, cursor, first, one document. OP_MSG: flags, a body section.
      const head = Buffer.alloc(isLegacy ? 36 : 21);
      if (isLegacy) head.writeInt32LE(1, 32);
      [head.length + body.length, 0, id, isLegacy ? OP_REPLY : OP_MSG].forEach((value, i) =>
        head.writeInt32LE(value, 4 * i),
      );
      socket.write(Buffer.concat([head, body]));
    });
  });
}
