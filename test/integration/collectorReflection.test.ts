import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Client, credentials, loadPackageDefinition, status, type ClientDuplexStream } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer, loadSync } from '@grpc/proto-loader';
import { Writer } from 'protobufjs/minimal.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '@hindcast/core/logger';
import { startCollector, type RunningCollector } from '@hindcast/collector/startCollector';

// Everything here is read by published code, from published definitions: nothing of ours is on the asking side.
const protos = join(dirname(createRequire(import.meta.url).resolve('@grpc/reflection/package.json')), 'build', 'proto');
type Answer = Readonly<Record<string, { readonly [field: string]: unknown }>>;

let collector: RunningCollector;
beforeAll(async () => {
  const local = '127.0.0.1:0';
  collector = await startCollector(
    { otlpGrpc: local, otlpHttp: undefined, query: local, store: 'memory' },
    silentLogger,
  );
});
afterAll(() => collector.close());

/** A client made from a definition that was read when this runs. */
function clientOf(definition: ReturnType<typeof loadSync>, path: readonly string[]): Client {
  type Package = { [name: string]: Package } & (new (address: string, secret: unknown) => Client);
  let at = loadPackageDefinition(definition) as unknown as Package;
  for (const name of path) at = at[name] ?? at;
  return new at(collector.addresses.query, credentials.createInsecure());
}

async function reflect(version: string, requests: readonly object[]): Promise<Answer[]> {
  const definition = loadSync(`grpc/reflection/${version}/reflection.proto`, { includeDirs: [protos], enums: String });
  const client = clientOf(definition, ['grpc', 'reflection', version, 'ServerReflection']);
  const call = (
    client as unknown as { serverReflectionInfo(): ClientDuplexStream<object, Answer> }
  ).serverReflectionInfo();
  const answers: Answer[] = [];
  call.on('data', (answer: Answer) => answers.push(answer));
  for (const request of requests) call.write(request);
  call.end();
  await once(call, 'end');
  client.close();
  return answers;
}

it.each(['v1', 'v1alpha'])('reflection %s lists the services, and says what is not there', async (version) => {
  const [services, missing, inherited, extension, nothing] = await reflect(version, [
    { listServices: '*' },
    { fileContainingSymbol: 'hindcast.v1.Nothing' },
    { fileByFilename: 'constructor' },
    { fileContainingExtension: { containingType: 'hindcast.v1.Scope', extensionNumber: 1 } },
    {},
  ]);
  expect(services?.['listServicesResponse']?.['service']).toEqual(
    expect.arrayContaining([{ name: 'hindcast.v1.QueryService' }, { name: 'grpc.health.v1.Health' }]),
  );
  expect(missing?.['errorResponse']?.['errorCode']).toBe(status.NOT_FOUND);
  expect(inherited?.['errorResponse']?.['errorCode']).toBe(status.NOT_FOUND);
  expect(extension?.['errorResponse']?.['errorCode']).toBe(status.NOT_FOUND);
  expect(nothing?.['errorResponse']?.['errorCode']).toBe(status.INVALID_ARGUMENT);
});

it.each([
  { fileContainingSymbol: 'hindcast.v1.QueryService' },
  { fileContainingSymbol: 'hindcast.v1.QueryService.GetOverlay' },
  { fileContainingSymbol: 'hindcast.v1.GetOverlayResponse' },
  { fileByFilename: 'hindcast/v1/query.proto' },
])('a client that knows nothing asks with what %j gives', async (request) => {
  const [answer] = await reflect('v1', [request]);
  const files = answer?.['fileDescriptorResponse']?.['fileDescriptorProto'] as Uint8Array[];
  const set = files.reduce((writer, file) => writer.uint32((1 << 3) | 2).bytes(file), Writer.create()).finish();
  const definition = loadFileDescriptorSetFromBuffer(Buffer.from(set), { longs: Number });
  const client = clientOf(definition, ['hindcast', 'v1', 'QueryService']) as unknown as Record<
    string,
    (request: object, done: (error: Error | null, answer: Answer) => void) => void
  >;
  const ask = (name: string, question: object): Promise<Answer> =>
    new Promise((resolve, reject) =>
      client[name]?.(question, (error, found) => (error ? reject(error) : resolve(found))),
    );
  expect((await ask('GetStatus', {}))['store']?.['kind']).toBe('memory');
  const overlay = await ask('GetOverlay', { files: [{ path: 'src/a.ts' }], scope: { window: { seconds: 60 } } });
  expect(overlay['files']).toMatchObject([{ path: 'src/a.ts' }]);
  (client as unknown as Client).close();
});
