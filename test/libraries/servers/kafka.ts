import { ByteReader, int16, int32, int64, list, sized, text } from './bytes.js';
import { inPieces, listenLocally, type LocalServer } from './localServer.js';

/** The one version of each request that this broker knows: https://kafka.apache.org/protocol#protocol_messages. */
const VERSIONS: Readonly<Record<number, number>> = {
  ...{ 0: 3, 1: 4, 2: 1, 3: 0, 8: 2, 9: 1, 10: 0 },
  ...{ 11: 0, 12: 0, 13: 0, 14: 0, 18: 0 },
};
/** Before a fetch with nothing to give is answered. */
const EMPTY_FETCH_MS = 20;
const EARLIEST = -2n;

/**
 * Enough of Kafka for one topic per name with one partition each, and one member per consumer group: batches of records are kept as
 * they came and handed out again.
 */
export async function startKafkaStub(): Promise<LocalServer> {
  const logs = new Map<string, { readonly batch: Buffer; readonly offset: number; readonly count: number }[]>();
  const logOf = (topic: string): NonNullable<ReturnType<typeof logs.get>> => {
    const log = logs.get(topic) ?? [];
    logs.set(topic, log);
    return log;
  };
  const endOf = (topic: string): number => {
    const last = logOf(topic).at(-1);
    return last ? last.offset + last.count : 0;
  };
  const forEach = (topics: readonly Named[], write: (topic: string, partition: number) => Buffer): Buffer =>
    list(
      topics.map(({ name, partitions }) =>
        Buffer.concat([text(name), list(partitions.map((one) => write(name, one)))]),
      ),
    );

  function append(topic: string, batch: Buffer): number {
    const offset = endOf(topic);
    // A batch's first offset is the broker's to give; its last relative offset says how many there are.
    const kept = Buffer.from(batch);
    kept.writeBigInt64BE(BigInt(offset), 0);
    logOf(topic).push({ batch: kept, offset, count: kept.readInt32BE(23) + 1 });
    return offset;
  }

  const member = text('member');
  const answers: Record<number, (body: ByteReader, port: number) => Buffer> = {
    0: (body) => {
      const topics = produced(body);
      const partition = (topic: string, batch: Buffer): Buffer =>
        Buffer.concat([int32(0), int16(0), int64(append(topic, batch)), int64(-1)]);
      const answered = topics.map(({ name, batches }) =>
        Buffer.concat([text(name), list(batches.map((batch) => partition(name, batch)))]),
      );
      return Buffer.concat([list(answered), int32(0)]);
    },
    1: (body) => {
      const wanted = fetched(body);
      const parts = wanted.map(({ name, from }) => {
        const found = logOf(name).filter(({ offset, count }) => offset + count > from);
        const end = int64(endOf(name));
        const batches = sized(Buffer.concat(found.map(({ batch }) => batch)));
        return Buffer.concat([text(name), list([Buffer.concat([int32(0), int16(0), end, end, list([]), batches])])]);
      });
      return Buffer.concat([int32(0), list(parts)]);
    },
    2: (body) => {
      body.int32();
      const wanted = body.list(() => ({
        name: body.text(),
        times: body.list(() => [body.int32(), body.int64()] as const).map(([, time]) => time),
      }));
      const offset = (name: string, time: bigint): number => (time === EARLIEST ? 0 : endOf(name));
      return list(
        wanted.map(({ name, times }) =>
          Buffer.concat([
            text(name),
            list(times.map((time) => Buffer.concat([int32(0), int16(0), int64(-1), int64(offset(name, time))]))),
          ]),
        ),
      );
    },
    3: (body, port) => {
      const topics = body.list(() => body.text());
      const partition = Buffer.concat([int16(0), int32(0), int32(1), list([int32(1)]), list([int32(1)])]);
      return Buffer.concat([
        list([Buffer.concat([int32(1), text('127.0.0.1'), int32(port)])]),
        list(topics.map((topic) => Buffer.concat([int16(0), text(topic), list([partition])]))),
      ]);
    },
    8: (body) => {
      const skipped = [body.text(), body.int32(), body.text(), body.int64()];
      const topics = skipped.length > 0 ? named(body, () => [body.int64(), body.text()]) : [];
      return forEach(topics, (_, partition) => Buffer.concat([int32(partition), int16(0)]));
    },
    9: (body) => {
      body.text();
      const nothing = Buffer.concat([int64(-1), text(''), int16(0)]);
      return forEach(
        named(body, () => undefined),
        (_, partition) => Buffer.concat([int32(partition), nothing]),
      );
    },
    10: (_, port) => Buffer.concat([int16(0), int32(1), text('127.0.0.1'), int32(port)]),
    11: (body) => {
      const skipped = [body.text(), body.int32(), body.text(), body.text()];
      const [protocol] = skipped.length > 0 ? body.list(() => ({ name: body.text(), metadata: body.bytes() })) : [];
      if (!protocol) throw new Error('a member without a protocol');
      const members = list([Buffer.concat([member, sized(protocol.metadata)])]);
      return Buffer.concat([int16(0), int32(1), text(protocol.name), member, member, members]);
    },
    12: () => int16(0),
    13: () => int16(0),
    14: (body) => {
      const skipped = [body.text(), body.int32(), body.text()];
      const [assignment] = skipped.length > 0 ? body.list(() => [body.text(), body.bytes()] as const) : [];
      return Buffer.concat([int16(0), sized(assignment?.[1] ?? Buffer.alloc(0))]);
    },
    18: () => {
      const versions = Object.entries(VERSIONS).map(([key, version]) =>
        Buffer.concat([int16(Number(key)), int16(version), int16(version)]),
      );
      return Buffer.concat([int16(0), list(versions)]);
    },
  };

  const server: LocalServer = await listenLocally((socket) => {
    inPieces(
      socket,
      (bytes) => (bytes.length < 4 ? undefined : 4 + bytes.readInt32BE(0)),
      (piece) => {
        const body = new ByteReader(piece.subarray(4));
        const [key, , correlation] = [body.int16(), body.int16(), body.int32()];
        body.text();
        const answer = answers[key];
        if (!answer) throw new Error(`a request of kind ${key}`);
        const bytes = sized(Buffer.concat([int32(correlation), answer(body, server.port)]));
        if (key !== 1 || bytes.length > 200) socket.write(bytes);
        else setTimeout(() => socket.writable && socket.write(bytes), EMPTY_FETCH_MS).unref();
      },
    );
  });
  return server;
}

interface Named {
  readonly name: string;
  readonly partitions: readonly number[];
}

/** Topics with their partitions; `rest` reads what follows each partition's number. */
function named(body: ByteReader, rest: () => unknown): Named[] {
  return body.list(() => ({
    name: body.text(),
    partitions: body.list(() => {
      const partition = body.int32();
      rest();
      return partition;
    }),
  }));
}

function produced(body: ByteReader): { readonly name: string; readonly batches: readonly Buffer[] }[] {
  // Transaction (none), acknowledgements, deadline.
  body.text();
  body.int16();
  body.int32();
  return body.list(() => ({
    name: body.text(),
    batches: body.list(() => [body.int32(), body.bytes()] as const).map(([, batch]) => batch),
  }));
}

function fetched(body: ByteReader): { readonly name: string; readonly from: number }[] {
  // Replica, deadline, least and most bytes, isolation.
  for (let i = 0; i < 4; i++) body.int32();
  body.int8();
  return body.list(() => {
    const name = body.text();
    const [from = 0] = body
      .list(() => [body.int32(), body.int64(), body.int32()] as const)
      .map((one) => Number(one[1]));
    return { name, from };
  });
}
