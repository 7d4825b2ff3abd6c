import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServerCredentials, status } from '@grpc/grpc-js';
import { hindcast } from '@hindcast/proto/generated/query.js';
import type { CollectorAccess } from '@hindcast/server/collector/collectorChannel';
import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import type { CollectorClientError } from '@hindcast/server/collector/collectorClientError';
import { afterEach, expect, test } from 'vitest';
import { startFakeCollector, type FakeCollector, type FakeOptions } from './fakeCollector.js';

import v1 = hindcast.v1;

const pem = (name: string) => readFileSync(join(import.meta.dirname, '..', 'fixtures', 'tls', `${name}.pem`), 'utf8');
const certified = (name: string) =>
  ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(pem(name)), private_key: Buffer.from(pem(`${name}.key`)) },
  ]);
const tls = { caPem: pem('authority') };

let collector: FakeCollector | undefined;
let client: CollectorClient | undefined;

afterEach(async () => {
  client?.close();
  await collector?.close();
});

async function connect(options: FakeOptions, access: CollectorAccess = {}): Promise<CollectorClient> {
  collector = await startFakeCollector({}, '127.0.0.1:0', options);
  client = new CollectorClient(collector.address, access);
  return client;
}

/** What the question fails with, without the port that changes. */
async function failure(asked: Promise<unknown>): Promise<[string, string]> {
  const error = await asked.then(
    () => undefined,
    (problem: unknown) => problem as CollectorClientError,
  );
  if (!error) throw new Error('It was answered.');
  return [error.kind, error.message.replace(/127\.0\.0\.1:\d+/g, 'HOST')];
}

test.each<[string, FakeOptions, CollectorAccess, string, RegExp]>([
  [
    'an authority that is not known',
    { credentials: certified('server') },
    { tls: { caPem: pem('otherAuthority') } },
    'tls',
    /^The certificate of HOST is not trusted here: name the file of its certificate authority/,
  ],
  [
    'no authority named',
    { credentials: certified('server') },
    { tls: {} },
    'tls',
    /^The certificate of HOST is not trusted/,
  ],
  [
    'a certificate for another name',
    { credentials: certified('elsewhere') },
    { tls },
    'tls',
    /^The certificate of HOST is for another name/,
  ],
  [
    'a certificate that has expired',
    { credentials: certified('expired') },
    { tls },
    'tls',
    /^The certificate of HOST has expired/,
  ],
  ['TLS where there is none', {}, { tls }, 'tls', /^HOST does not speak TLS: turn TLS off/],
  ['no TLS where it is wanted', { credentials: certified('server') }, {}, 'tls', /^HOST .*may want TLS/],
  ['no token where one is wanted', { token: 'right' }, {}, 'token', /^The collector at HOST wants a token/],
  [
    'a wrong token',
    { token: 'right' },
    { token: 'wrong' },
    'token',
    /^The collector at HOST does not accept this token/,
  ],
])('%s is said', async (_, options, access, kind, message) => {
  const asked = (await connect(options, access)).getStatus();
  const [seenKind, seenMessage] = await failure(asked);
  expect(seenMessage).toMatch(message);
  expect(seenKind).toBe(kind);
});

test.each<[string, FakeOptions, CollectorAccess]>([
  ['neither TLS nor a token', {}, {}],
  ['TLS', { credentials: certified('server') }, { tls }],
  [
    'TLS with the name of another host',
    { credentials: certified('elsewhere') },
    { tls: { ...tls, serverName: 'elsewhere.test' } },
  ],
  ['TLS and a token', { credentials: certified('server'), token: 'right' }, { tls, token: 'right' }],
])('a collector with %s is understood', async (_, options, access) => {
  expect((await (await connect(options, access)).getStatus()).version).toBe('0.0.0');
});

test('nobody at the address is said with what to do', async () => {
  const own = await connect({});
  await collector?.close();
  expect(await failure(own.getStatus())).toEqual([
    'unreachable',
    'No collector answers at HOST. Start one with: hindcast collector',
  ]);
});

test('a question is given up when it is no longer needed, and when it takes too long', async () => {
  const never: FakeOptions = { more: { getFunction: () => {} } };
  const own = await connect(never);
  const scope = { windowSeconds: 60 };
  const gone = new AbortController();
  const asked = own.getFunction({ name: 'f' }, scope, undefined, { signal: gone.signal });
  gone.abort();
  expect((await failure(asked))[0]).toBe('cancelled');
  const late = own.getFunction({ name: 'f' }, scope, undefined, { signal: AbortSignal.abort() });
  expect((await failure(late))[0]).toBe('cancelled');
  const slow = own.getFunction({ name: 'f' }, scope, undefined, { deadlineMs: 50 });
  expect((await failure(slow))[0]).toBe('unreachable');
});

const scope = { windowSeconds: 90.5, environment: 'production', version: '1.2.0', service: 'shop' };

/** Every question that came after the first version, how it is asked, and an answer. */
const questions: [string, (own: CollectorClient) => Promise<unknown>, object, object][] = [
  [
    'listEntryPoints',
    (own) => own.listEntryPoints(scope),
    new v1.ListEntryPointsResponse({ entryPoints: [{ entryPoint: { kind: 'http', name: 'GET /' }, calls: 2 }] }),
    [{ entryPoint: { kind: 'http', name: 'GET /' }, calls: 2 }],
  ],
  [
    'getFunction',
    (own) => own.getFunction({ name: 'f', filePath: 'a.js' }, scope, 10),
    new v1.GetFunctionResponse({
      omitted: 3,
      functions: [
        {
          filePath: 'a.js',
          facts: { calls: 7 },
          series: [{ start: { seconds: 60 }, width: { seconds: 60 }, calls: 7, observed: { seconds: 30 } }],
          callees: [{ function: { name: 'g' }, calls: 14 }],
          criticalPaths: [{ share: 0.83, basis: v1.Basis.BASIS_TRACES }],
          exemplars: [{ duration: { nanos: 5e8 }, steps: [{ function: { name: 'f' }, parent: 1 }, {}] }],
          errorOrigins: [{ type: 'E', thrown: 1 }],
        },
      ],
    }),
    {
      omitted: 3,
      functions: [
        {
          filePath: 'a.js',
          facts: { calls: 7 },
          series: [{ startMs: 60_000, widthSeconds: 60, calls: 7, observedSeconds: 30, duration: undefined }],
          callees: [{ id: { name: 'g' }, calls: 14 }],
          criticalPaths: [{ share: 0.83, basis: 'traces', id: undefined }],
          exemplars: [
            { durationSeconds: 0.5, steps: [{ parent: 0, offsetSeconds: undefined }, { parent: undefined }] },
          ],
          errorOrigins: [{ type: 'E', thrown: 1, passed: 0 }],
        },
      ],
    },
  ],
  [
    'searchFunctions',
    (own) => own.searchFunctions({ ranking: 'never_ran', text: 'x', page: { size: 2, token: 't' } }, scope),
    new v1.SearchFunctionsResponse({ functions: [{ facts: { calls: 1 } }], nextPageToken: 'n', total: 9 }),
    { functions: [{ facts: { calls: 1 } }], nextPageToken: 'n', total: 9 },
  ],
  [
    'getCallGraph',
    (own) => own.getCallGraph({ roots: [{ name: 'f' }], direction: 'callers' }, scope),
    new v1.GetCallGraphResponse({
      nodes: [{ function: { name: 'f' } }, { function: { name: 'g' }, distance: 1 }],
      edges: [
        { caller: 1, callee: 0, calls: 3 },
        { caller: 7, callee: 0, calls: 1 },
      ],
    }),
    { nodes: [{ id: { name: 'f' } }, { distance: 1 }], edges: [{ caller: 1, callee: 0, calls: 3 }] },
  ],
  [
    'getCriticalPath',
    (own) => own.getCriticalPath(undefined, scope),
    new v1.GetCriticalPathResponse({ paths: [{ meanSeconds: 2, parts: [{ calleeService: 'b', share: 1 }] }] }),
    [{ meanSeconds: 2, basis: 'unknown', parts: [{ calleeService: 'b', share: 1, id: undefined }] }],
  ],
  [
    'listExemplars',
    (own) => own.listExemplars({ limit: 5 }, scope),
    new v1.ListExemplarsResponse({ exemplars: [{ traceId: 'a1', errorType: 'E' }] }),
    [{ traceId: 'a1', errorType: 'E' }],
  ],
  [
    'listVersions',
    (own) => own.listVersions(scope),
    new v1.ListVersionsResponse({ versions: [{ state: v1.VersionState.VERSION_STATE_ROLLING, trafficShare: 0.1 }] }),
    [{ state: 'rolling', trafficShare: 0.1 }],
  ],
  [
    'getCoverage',
    (own) => own.getCoverage('src', scope),
    new v1.GetCoverageResponse({ files: [{ filePath: 'src/a.js', functionsRan: 1 }], totals: { functions: 4 } }),
    { files: [{ filePath: 'src/a.js', functionsRan: 1 }], totals: { functions: 4, files: 0 } },
  ],
  [
    'getServiceMap',
    (own) => own.getServiceMap(scope),
    new v1.GetServiceMapResponse({
      nodes: [
        { name: 'shop', versions: ['1'] },
        { name: 'db', dependencyKind: 'db' },
      ],
      edges: [
        { caller: 0, callee: 1, calls: 2 },
        { caller: 0, callee: 2 },
      ],
    }),
    { nodes: [{ name: 'shop' }, { dependencyKind: 'db' }], edges: [{ callee: 1, calls: 2 }] },
  ],
  [
    'listFindings',
    (own) => own.listFindings({ kinds: ['duration'], function: { name: 'f' } }, scope),
    new v1.ListFindingsResponse({
      findings: [
        {
          id: 'ab',
          kind: v1.FindingKind.FINDING_KIND_DURATION,
          state: v1.FindingState.FINDING_STATE_CONFIRMED,
          unit: 's',
          suspects: [{ name: 'g' }],
        },
      ],
      comparisons: [{ functionsCompared: 12 }],
    }),
    {
      findings: [{ id: 'ab', kind: 'duration', state: 'confirmed', before: undefined, suspects: [{ name: 'g' }] }],
      comparisons: [{ functionsCompared: 12 }],
    },
  ],
];

test.each(questions)('%s asks within the scope and reads the answer', async (name, ask, message, expected) => {
  let seen: { scope?: v1.Scope.$Properties } = {};
  const own = await connect({
    more: {
      [name]: ({ request }: { request: typeof seen }, reply: (error: null, answer: object) => void) => {
        seen = request;
        reply(null, message);
      },
    },
  });
  expect(await ask(own)).toMatchObject(expected);
  expect(seen.scope).toMatchObject({
    window: { seconds: 90, nanos: 5e8 },
    environment: 'production',
    version: '1.2.0',
    service: 'shop',
  });
});

test.each(questions)('%s is answered with nothing by an older collector', async (name, ask) => {
  const unknown = (_: unknown, reply: (error: object) => void) => reply({ code: status.UNIMPLEMENTED });
  expect(await ask(await connect({ more: { [name]: unknown } }))).toBeUndefined();
});
