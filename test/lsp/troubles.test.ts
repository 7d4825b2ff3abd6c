import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ServerCredentials } from '@grpc/grpc-js';
import { hindcast } from '@hindcast/proto/generated/query.js';
import {
  ACTIVE_EDITOR_NOTIFICATION,
  SET_SCOPE_NOTIFICATION,
  TOKEN_ENVIRONMENT_VARIABLE,
  type HindcastStatus,
} from '@hindcast/proto/lspMessages';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  deployedFile,
  functionFacts,
  startFakeCollector,
  type FakeCollector,
  type FakeOptions,
} from './fakeCollector.js';
import { eventually, startInBand, type LspClient } from './lspClient.js';

import v1 = hindcast.v1;

const certificates = join(import.meta.dirname, '..', 'fixtures', 'tls');
const source = 'export function charge() {\n  return 1;\n}\n';
const facts = functionFacts({ name: 'charge', line: 1, column: 17, endLine: 3 });

let folder: string;
let collector: FakeCollector | undefined;
let client: LspClient | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hindcast-trouble-'));
});

afterEach(async () => {
  await client?.close();
  await collector?.close();
  [client, collector] = [undefined, undefined];
  await rm(folder, { recursive: true });
});

/** What the editor is told, without the port that changes. */
const told = ({ state, message, notes }: HindcastStatus) => ({
  state,
  message: message.replace(/127\.0\.0\.1:\d+/g, 'HOST'),
  notes: notes.map(({ kind }) => kind),
});

/** The first status that is `state`. */
function status(is: (own: HindcastStatus) => boolean): Promise<HindcastStatus> {
  return eventually('the status', () => client?.statuses.find(is));
}

async function connect(
  options: FakeOptions,
  settings: object = {},
  environment: Record<string, string> = {},
): Promise<void> {
  collector = await startFakeCollector(
    { services: [{ deployment: deployedFile([]).deployment ?? null, functions: 1 }] },
    undefined,
    options,
  );
  client = startInBand(environment);
  client.settings = settings;
  await client.initialize(collector.address);
}

const secured = async (): Promise<FakeOptions> => {
  const [cert_chain, private_key] = [
    await readFile(join(certificates, 'server.pem')),
    await readFile(join(certificates, 'server.key.pem')),
  ];
  return { credentials: ServerCredentials.createSsl(null, [{ cert_chain, private_key }]) };
};
const tls = (own: object) => ({ collector: { tls: { enabled: true, ...own } } });

test.each<[string, () => FakeOptions | Promise<FakeOptions>, object, Record<string, string>, string, RegExp]>([
  [
    'no token',
    () => ({ token: 'right' }),
    {},
    {},
    'wrong-token',
    /^The collector at HOST wants a token.*Set Collector Token/,
  ],
  [
    'a wrong token',
    () => ({ token: 'right' }),
    {},
    { [TOKEN_ENVIRONMENT_VARIABLE]: 'wrong' },
    'wrong-token',
    /^The collector at HOST does not accept this token/,
  ],
  [
    'TLS where there is none',
    () => ({}),
    tls({}),
    {},
    'wrong-tls',
    /^HOST does not speak TLS.*hindcast\.collector\.tls/,
  ],
  ['no TLS where it is wanted', secured, {}, {}, 'wrong-tls', /^HOST ended the connection at once: it may want TLS/],
  [
    'an authority that is not known',
    secured,
    tls({ caFile: join(certificates, 'otherAuthority.pem') }),
    {},
    'wrong-tls',
    /^The certificate of HOST is not trusted here/,
  ],
  [
    'a file that is not there',
    secured,
    tls({ caFile: '/nowhere/ca.pem' }),
    {},
    'wrong-tls',
    /^The file \/nowhere\/ca\.pem, named for TLS in the settings, cannot be read/,
  ],
  [
    'a file that is no certificate',
    secured,
    tls({ caFile: join(certificates, 'README.md') }),
    {},
    'wrong-tls',
    /is not in PEM format/,
  ],
  [
    'a key without its certificate',
    secured,
    tls({ keyFile: join(certificates, 'server.key.pem') }),
    {},
    'wrong-tls',
    /^The certificates named in the settings cannot be used/,
  ],
  [
    'a collector that refuses',
    () => ({
      more: { getStatus: (_: unknown, reply: (error: object) => void) => reply({ code: 8, details: 'Full.' }) },
    }),
    {},
    {},
    'refused',
    /^The collector at HOST refused: Full\.$/,
  ],
])('%s is said in the status and in the log', async (_, options, settings, environment, state, message) => {
  await connect(await options(), settings, environment);
  const own = await status((one) => one.state === state);
  expect(told(own).message).toMatch(message);
  const [sentence = ''] = own.message.split(' Set it with');
  await eventually('the log', () => (client?.logged.some((line) => sentence.startsWith(line)) ? true : undefined));
  expect(client?.logged.join('\n')).not.toContain('right');
});

test('a token and a certificate that fit connect, and the token is in no message', async () => {
  await connect({ ...(await secured()), token: 'sesame' }, tls({ caFile: join(certificates, 'authority.pem') }), {
    [TOKEN_ENVIRONMENT_VARIABLE]: 'sesame',
  });
  const own = await status(({ state }) => state === 'connected');
  expect(told(own)).toEqual({ state: 'connected', message: '1 service reports: shop.', notes: [] });
  expect(JSON.stringify([client?.statuses, client?.logged])).not.toContain('sesame');
});

test('a token is not sent to another machine in the clear', async () => {
  client = startInBand({ [TOKEN_ENVIRONMENT_VARIABLE]: 'sesame' });
  await client.initialize('collector.test:4319');
  const own = await status(({ state }) => state === 'wrong-tls');
  expect(own.message).toMatch(/^The token is not sent to collector\.test:4319 without TLS/);
});

test.each<[string, v1.GetStatusResponse.$Properties, number, string[], RegExp]>([
  [
    'another version',
    { version: '0.9.3' },
    0,
    ['version-skew'],
    /collector is version 0\.9\.3 and this extension 0\.0\.0/,
  ],
  ['another patch', { version: '0.0.7' }, 0, [], /^$/],
  ['a clock ahead', {}, 300_000, ['clock-skew'], /clock is 5 min ahead of this machine's/],
  ['a clock behind', {}, -7_200_000, ['clock-skew'], /clock is 2 h behind this machine's/],
  ['a clock that is nearly right', {}, 5000, [], /^$/],
  ['a store that is full', { store: { problem: 'The disk is full: free some space.' } }, 0, ['store'], /disk is full/],
])('%s is noted while it works', async (_, collectorStatus, skewMs, kinds, message) => {
  const computed = () => ({ seconds: Math.floor((Date.now() + skewMs) / 1000) });
  await connect({
    more: {
      getStatus: (_call: unknown, reply: (error: null, answer: object) => void) =>
        reply(null, new v1.GetStatusResponse({ version: '0.0.0', ...collectorStatus })),
      getOverlay: (_call: unknown, reply: (error: null, answer: object) => void) =>
        reply(null, new v1.GetOverlayResponse({ computedAt: computed() })),
    },
  });
  const { notes } = await status(({ state }) => state === 'connected');
  expect(notes.map(({ kind }) => kind)).toEqual(kinds);
  expect(notes.map((note) => note.message).join('\n')).toMatch(message);
});

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false', ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();

/** Opens a file whose service runs `revision`, and waits for what is noted of it. */
async function notesFor(path: string, revision: string, folders: readonly string[]): Promise<HindcastStatus> {
  collector = await startFakeCollector({
    overlay: () => [deployedFile([facts], { filePath: 'src/charge.ts', contentHash: 'a'.repeat(40) }, { revision })],
    services: [{ deployment: deployedFile([]).deployment ?? null, functions: 1 }],
  });
  client = startInBand();
  await client.initialize(
    collector.address,
    {},
    folders.map((own) => pathToFileURL(own).href),
  );
  const uri = pathToFileURL(path).href;
  await client.open(uri, `${source}// changed\n`);
  await client.connection.sendNotification(ACTIVE_EDITOR_NOTIFICATION, { uri });
  return status(({ file, notes }) => file?.state === 'shown' && notes.length > 0);
}

async function repository(path: string, commits: number): Promise<string[]> {
  await mkdir(join(path, 'src'), { recursive: true });
  git(path, 'init', '-q');
  const revisions: string[] = [];
  for (let index = 0; index < commits; index++) {
    await writeFile(join(path, 'src', 'charge.ts'), `${source}// ${index}\n`);
    git(path, 'add', '.');
    git(path, 'commit', '-q', '-m', String(index));
    revisions.push(git(path, 'rev-parse', 'HEAD'));
  }
  return revisions;
}

test('no repository around the file is noted', async () => {
  await mkdir(join(folder, 'src'));
  const { notes } = await notesFor(join(folder, 'src', 'charge.ts'), 'b'.repeat(40), [folder]);
  expect(notes.map(({ kind }) => kind)).toEqual(['no-git']);
});

test('a shallow clone is noted with the commit that it lacks and the command that brings it', async () => {
  const [first = ''] = await repository(join(folder, 'origin'), 3);
  git(folder, 'clone', '-q', '--depth', '1', pathToFileURL(join(folder, 'origin')).href, 'clone');
  const { notes } = await notesFor(join(folder, 'clone', 'src', 'charge.ts'), first, [folder]);
  expect(notes).toEqual([
    {
      kind: 'shallow-clone',
      message: `The clone is shallow and lacks the deployed commit ${first.slice(0, 10)}: functions are matched by name and position, less surely. Run: git fetch --unshallow`,
    },
  ]);
});

test('a commit that was not fetched is noted', async () => {
  await repository(join(folder, 'own'), 1);
  const { notes } = await notesFor(join(folder, 'own', 'src', 'charge.ts'), 'c'.repeat(40), [folder]);
  expect(notes.map(({ kind, message }) => [kind, message.split(' Run: ')[1]])).toEqual([
    ['missing-commit', 'git fetch'],
  ]);
});

test('a file outside the workspace is noted', async () => {
  const [first = ''] = await repository(join(folder, 'own'), 1);
  const { notes } = await notesFor(join(folder, 'own', 'src', 'charge.ts'), first, [join(folder, 'other')]);
  expect(notes.map(({ kind }) => kind)).toContain('outside-workspace');
});

test.each([
  ['a file without functions', 'empty.ts', 'export const one = 1;\n', 'typescript', 'no-functions'],
  ['a language that is not read', 'a.cob', 'DISPLAY 1.', 'cobol', 'unsupported'],
  ['a file that is too large', 'large.ts', `${source}//${'x'.repeat(2 * 1024 * 1024)}`, 'typescript', 'unsupported'],
  ['a file that nobody runs', 'new.ts', source, 'typescript', 'unknown'],
])('%s is said', async (_, name, text, languageId, state) => {
  await connect({});
  const uri = pathToFileURL(join(folder, name)).href;
  await client?.open(uri, text, languageId);
  await client?.connection.sendNotification(ACTIVE_EDITOR_NOTIFICATION, { uri });
  const own = await status((one) => one.state === 'connected' && one.file?.state === state);
  expect(own.message).toBe(own.file?.message);
});

test('what was chosen is what is asked for, and a file that it leaves out says so', async () => {
  const asked: v1.Scope.$Properties[] = [];
  collector = await startFakeCollector({
    overlay: (_, scope) => {
      asked.push(scope);
      return scope.version === '2.0.0' ? [] : [deployedFile([facts], { filePath: 'src/charge.ts' })];
    },
    services: [{ deployment: deployedFile([]).deployment ?? null, functions: 1 }],
  });
  client = startInBand();
  await client.initialize(collector.address, { scope: { environment: 'production', window: 'P1D' } });
  const uri = pathToFileURL(join(folder, 'src', 'charge.ts')).href;
  await client.open(uri, source);
  await client.connection.sendNotification(ACTIVE_EDITOR_NOTIFICATION, { uri });
  const own = await status(({ file }) => file?.state === 'shown');
  expect([own.window, own.scope]).toEqual(['P1D', { environment: 'production', version: '' }]);
  expect(asked[0]).toMatchObject({ environment: 'production', window: { seconds: 86_400 } });
  await client.connection.sendNotification(SET_SCOPE_NOTIFICATION, { environment: 'production', version: '2.0.0' });
  const other = await status(({ file, scope }) => file?.state === 'unknown' && scope.version === '2.0.0');
  expect(other.message).toMatch(/^Nothing is known of this file in production 2\.0\.0, which is all that is shown/);
});
