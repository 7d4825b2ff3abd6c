import {
  status,
  type ServerDuplexStream,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { descriptorFiles } from '@hindcast/proto/generated/descriptors.js';

// Server reflection, v1 and v1alpha, which are the same but for their names: a client asks for files by name or by what is in
// them, and learns every message from these. By hand, since the published implementation reads .proto files when it runs.
// Source: https://github.com/grpc/grpc/blob/master/doc/server-reflection.md

const NAMES = ['grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection'];
const MAX_REQUEST_BYTES = 4096;

const passed = (bytes: Buffer): Buffer => bytes;

export const reflectionDefinitions: readonly ServiceDefinition[] = NAMES.map((name) => ({
  serverReflectionInfo: {
    path: `/${name}/ServerReflectionInfo`,
    requestStream: true,
    responseStream: true,
    requestSerialize: passed,
    requestDeserialize: passed,
    responseSerialize: passed,
    responseDeserialize: passed,
  },
}));

export const reflectionImplementation: UntypedServiceImplementation = {
  serverReflectionInfo: (call: ServerDuplexStream<Buffer, Buffer>) => {
    call.on('data', (request: Buffer) => {
      // Whoever asks and does not read is not listened to until it does.
      if (call.write(answerTo(request))) return;
      call.pause();
      call.once('drain', () => call.resume());
    });
    call.on('end', () => call.end());
  },
};

/** Fields of ServerReflectionRequest. */
const HOST = 1;
const FILE_BY_FILENAME = 3;
const FILE_CONTAINING_SYMBOL = 4;
const FILE_CONTAINING_EXTENSION = 5;
const ALL_EXTENSION_NUMBERS = 6;
const LIST_SERVICES = 7;

/** An encoded ServerReflectionResponse. */
function answerTo(request: Buffer): Buffer {
  const fields = request.length > MAX_REQUEST_BYTES ? new Map<number, string>() : textFields(request);
  const answer = (): Buffer => {
    const file = fields.get(FILE_BY_FILENAME);
    if (file !== undefined) return filesFrom(Object.hasOwn(descriptorFiles, file) ? file : undefined);
    const symbol = fields.get(FILE_CONTAINING_SYMBOL);
    if (symbol !== undefined) return filesFrom(fileOf(symbol));
    if (fields.has(LIST_SERVICES)) {
      const services = Object.values(descriptorFiles).flatMap((it) => it.services);
      return field(6, Buffer.concat(services.map((name) => field(1, field(1, Buffer.from(name))))));
    }
    return fields.has(FILE_CONTAINING_EXTENSION) || fields.has(ALL_EXTENSION_NUMBERS)
      ? failure(status.NOT_FOUND, 'There are no extensions here.')
      : failure(status.INVALID_ARGUMENT, 'This request asks for nothing that is known here.');
  };
  return Buffer.concat([field(1, Buffer.from(fields.get(HOST) ?? '')), field(2, request), answer()]);
}

/** The file and what it needs, since a client can use it only with these. */
function filesFrom(name: string | undefined): Buffer {
  if (name === undefined) return failure(status.NOT_FOUND, 'There is no such file or symbol here.');
  const files = new Set([name]);
  for (const file of files) for (const it of descriptorFiles[file]?.dependencies ?? []) files.add(it);
  const encoded = [...files].map((file) => field(1, Buffer.from(descriptorFiles[file]?.base64 ?? '', 'base64')));
  return field(4, Buffer.concat(encoded));
}

function fileOf(symbol: string): string | undefined {
  return Object.entries(descriptorFiles).find(([, { symbols }]) => symbols.includes(symbol))?.[0];
}

function failure(code: status, message: string): Buffer {
  return field(7, Buffer.concat([Buffer.from([1 << 3, code]), field(2, Buffer.from(message))]));
}

/** The fields of a message of which all have a length; none when it has others. */
function textFields(message: Buffer): Map<number, string> {
  const fields = new Map<number, string>();
  let position = 0;
  while (position < message.length) {
    const tag = message[position++] ?? 0;
    let length = 0;
    for (let scale = 1, byte = 128; byte >= 128; scale *= 128) {
      byte = message[position++] ?? 0;
      length += (byte & 127) * scale;
    }
    if ((tag & 7) !== 2 || position + length > message.length) return new Map();
    fields.set(tag >>> 3, message.toString('utf8', position, position + length));
    position += length;
  }
  return fields;
}

/** A field that has a length. */
function field(number: number, value: Uint8Array): Buffer {
  const head = [(number << 3) | 2];
  let rest = value.length;
  for (; rest >= 128; rest = Math.floor(rest / 128)) head.push((rest % 128) + 128);
  return Buffer.concat([Buffer.from([...head, rest]), value]);
}
