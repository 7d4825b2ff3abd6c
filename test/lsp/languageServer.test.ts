import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hindcast } from '@hindcast/proto/generated/query.js';
import {
  ACTIVE_EDITOR_NOTIFICATION,
  EXPLAIN_FILE_REQUEST,
  OVERLAY_VISIBLE_NOTIFICATION,
  type FileExplanation,
} from '@hindcast/proto/lspMessages';
import { contentHash } from '@hindcast/server/source/contentHash';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deployedFile, functionFacts, startFakeCollector, type FakeCollector } from './fakeCollector.js';
import { eventually, startInBand, type LspClient } from './lspClient.js';

import v1 = hindcast.v1;

const source = `export function charge(amount: number): number {
  return amount * 1.19;
}

export function refund(amount: number): number {
  return -amount;
}

export const rare = () => 1;

function forgotten() {}
`;

let folder: string;
let uri: string;
let collector: FakeCollector;
let client: LspClient;

const charge = functionFacts(
  { name: 'charge', line: 1, column: 17, endLine: 3 },
  {
    calls: 3_612_000,
    errors: 36_120,
    errorsByType: [
      { type: 'CardError', count: 36_000 },
      { type: '[x](command:evil)', count: 120 },
    ],
    callers: [
      {
        service: 'shop',
        filePath: 'src/cart.ts',
        function: { name: 'checkout', line: 7, column: 17 },
        calls: 3_000_000,
        sampledCalls: 3_000_000,
      },
      {
        service: 'web',
        filePath: 'src/page.ts',
        function: { name: 'buy', line: 3 },
        calls: 600_000,
        sampledCalls: 6000,
      },
    ],
    entryCalls: 12_000,
    entryPoints: [
      { entryPoint: { kind: 'http', name: 'POST /checkout' }, calls: 2_961_840 },
      { entryPoint: { kind: 'timer', name: '![x](https://a)' }, calls: 36_120 },
    ],
    dependencies: [
      { kind: 'db', target: 'sqlite', calls: 7_224_000, errors: 0 },
      { kind: 'http', target: 'payments:3002', calls: 1_806_000, errors: 54_180 },
    ],
  },
);
const refund = functionFacts({ name: 'refund', line: 5, column: 17, endLine: 7 }, { calls: 120 });
const rare = functionFacts({ name: 'rare', line: 9, column: 21, endLine: 9 }, { calls: 3, duration: null });
const forgotten = functionFacts(
  { name: 'forgotten', line: 11, column: 10, endLine: 11 },
  { state: v1.FunctionState.FUNCTION_STATE_NEVER_RAN, calls: 0, duration: null, lastCalled: null },
);

function shop(functions = [charge, refund, rare, forgotten], text = source): v1.DeployedFile.$Properties[] {
  return [deployedFile(functions, { contentHash: contentHash(text) })];
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hindcast-lsp-'));
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'src', 'cart.ts'), '');
  uri = pathToFileURL(join(folder, 'src', 'shop.ts')).href;
  collector = await startFakeCollector({
    overlay: (file) => (file.path?.endsWith('src/shop.ts') ? shop() : []),
    services: [{ deployment: deployedFile([]).deployment ?? null, functions: 4, functionsRan: 3 }],
  });
  client = startInBand();
});

afterEach(async () => {
  await client.close();
  await collector.close();
  await rm(folder, { recursive: true });
});

async function openShop(settings: unknown = { minimumCallsPerMinute: 2 }): Promise<void> {
  client.settings = settings;
  await client.initialize(collector.address);
  await client.open(uri, source);
}

const someHints = () =>
  eventually('hints', async () => {
    const hints = await client.hints(uri);
    return hints.length > 0 ? hints : undefined;
  });

test('hints stand at the end of the first line of notable functions only', async () => {
  await openShop();
  const hints = await someHints();
  expect(hints.map(({ position, label }) => [position.line, position.character, label])).toMatchInlineSnapshot(`
    [
      [
        0,
        48,
        "60.2k/min · 1 % err",
      ],
      [
        4,
        48,
        "2/min · p99 9.9 ms",
      ],
    ]
  `);
});

test('a lower threshold shows more, and the change of the setting asks the editor to look again', async () => {
  await openShop();
  await someHints();
  const before = client.refreshes;
  await client.configure({ minimumCallsPerMinute: 0.01 });
  await eventually('a refresh', () => (client.refreshes > before ? true : undefined));
  // The refresh may be that of the first numbers, which is on its way when the setting changes.
  await eventually('a third hint', async () => ((await client.hints(uri)).length > 2 ? true : undefined));
  expect((await client.hints(uri)).map(({ label }) => label)).toMatchInlineSnapshot(`
    [
      "60.2k/min · 1 % err",
      "2/min · p99 9.9 ms",
      "3/h",
    ]
  `);
});

test('lenses tell callers from elsewhere and what never ran, complete with their command', async () => {
  await openShop();
  await someHints();
  const lenses = await client.lenses(uri);
  expect(lenses.map(({ range, command }) => [range.start.line, command?.title, command?.command]))
    .toMatchInlineSnapshot(`
    [
      [
        0,
        "2 callers in 2 services",
        "hindcast.showCallers",
      ],
      [
        10,
        "never ran · 2 instances · 2 h",
        "hindcast.showFunction",
      ],
    ]
  `);
  expect(lenses[0]?.command?.arguments?.[0]).toMatchObject({
    functionName: 'charge',
    callers: [
      { functionName: 'checkout', uri: pathToFileURL(join(folder, 'src', 'cart.ts')).href, line: 7 },
      { functionName: 'buy', service: 'web', filePath: 'src/page.ts' },
    ],
  });
});

test('the hover has every number with its provenance, and nothing from production can format it', async () => {
  await openShop();
  await someHints();
  const card = await client.hover(uri, 0, 18);
  expect(card?.replaceAll(pathToFileURL(folder).href, 'file:///workspace')).toMatchInlineSnapshot(`
    "**charge**

    **60.2k/min** · 3,612,000 calls · **36,120 errors (1 %)**

    p50 **9.9 ms** · p90 **9.9 ms** · p99 **9.9 ms** (100 calls timed)

    Errors: CardError 36,000 · \\[x\\]\\(command\\:evil\\) 120

    Called by: [checkout](file:///workspace/src/cart.ts#L7 "src\\/cart\\.ts\\:7") 3,000,000 · buy src\\/page\\.ts\\:3 in web ≈ 600,000 · outside own code 12,000

    Entry points: POST \\/checkout 82 % · timer \\!\\[x\\]\\(https\\:\\/\\/a\\) 1 %

    Calls: sqlite 2.0 per call · payments\\:3002 0.5 per call (3 % errors)

    *shop · production · 1\\.2\\.0 \\(0123456789\\) · last 1 h · 2 instances · observed for 60 min*"
  `);
});

test('hovers explain what never ran', async () => {
  await openShop();
  await someHints();
  expect(await client.hover(uri, 10, 12)).toMatchInlineSnapshot(`
    "**forgotten**

    **Never ran** in the last 1 h on 2 instances, loaded for 2 h.

    *shop · production · 1\\.2\\.0 \\(0123456789\\) · last 1 h · 2 instances · observed for 60 min*"
  `);
});

test('there is no hover where no function begins', async () => {
  await openShop();
  await someHints();
  expect(await client.hover(uri, 1, 4)).toBeUndefined();
});

test('an edit keeps numbers on their function and marks the one whose body changed', async () => {
  await openShop();
  await someHints();
  await client.change(uri, 2, [
    { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: '// a new line\n' },
    { range: { start: { line: 2, character: 18 }, end: { line: 2, character: 22 } }, text: '1.20' },
  ]);
  const hints = await client.hints(uri);
  expect(hints.map(({ position, label }) => [position.line, label])).toMatchInlineSnapshot(`
    [
      [
        1,
        "60.2k/min · 1 % err · edited",
      ],
      [
        5,
        "2/min · p99 9.9 ms",
      ],
    ]
  `);
  expect(await client.hover(uri, 1, 18)).toContain('**Measured before this edit.**');
  expect(await client.hover(uri, 1, 18)).toContain('The deployed file is not the text that is open here.');
  expect(await client.hover(uri, 5, 18)).not.toContain('**Measured before this edit.**');
});

test('new numbers reach the editor without being asked for, and only when something it shows has changed', async () => {
  await openShop();
  await someHints();
  await eventually('a reading that changes nothing and refreshes nothing', async () => {
    const { refreshes } = client;
    const requests = collector.overlayRequests;
    collector.changed(['shop']);
    await eventually('another reading', () => (collector.overlayRequests > requests ? true : undefined));
    await client.hints(uri);
    return client.refreshes === refreshes ? true : undefined;
  });
  const { refreshes } = client;
  collector.data.overlay = () => shop([{ ...charge, calls: 7_224_000 }]);
  collector.changed(['shop']);
  await eventually('a refresh', () => (client.refreshes > refreshes ? true : undefined));
  await eventually('the new numbers', async () =>
    (await client.hints(uri))[0]?.label === '120.4k/min · 0.5 % err' ? true : undefined,
  );
});

test('without a collector the status says so and what to do, and it heals by itself', async () => {
  const { address } = collector;
  await collector.close();
  await openShop();
  const away = await eventually('the status', () => client.statuses.find(({ state }) => state === 'no-collector'));
  expect(away.message).toBe(
    `No collector answers at ${address}: start one with "hindcast collector", or name another in the settings.`,
  );
  expect(await client.hints(uri)).toEqual([]);
  collector = await startFakeCollector(collector.data, address);
  await eventually('the connection', () => client.statuses.find(({ state }) => state === 'connected'));
  expect(await someHints()).not.toEqual([]);
});

test('another address in the settings is asked instead', async () => {
  await openShop();
  await someHints();
  const other = await startFakeCollector({ overlay: () => shop([{ ...charge, calls: 600 }]) });
  await client.configure({ collector: { address: other.address } });
  await eventually('its numbers', async () =>
    (await client.hints(uri))[0]?.label === '10/min · 100 % err' ? true : undefined,
  );
  await other.close();
});

test('the window of the settings is the window that is asked for', async () => {
  const windows: unknown[] = [];
  collector.data.overlay = (_, scope) => {
    windows.push(scope.window?.seconds);
    return shop();
  };
  await openShop({ window: 'P7D' });
  await someHints();
  expect(new Set(windows)).toEqual(new Set([604_800]));
  await client.configure({ window: 'PT15M' });
  await eventually('another reading', () => (windows.includes(900) ? true : undefined));
});

test('a file that no service reported says so, and a language that is not read says that', async () => {
  await openShop();
  const other = pathToFileURL(join(folder, 'src', 'other.ts')).href;
  await client.open(other, source);
  await client.connection.sendNotification(ACTIVE_EDITOR_NOTIFICATION, { uri: other });
  const unknown = await eventually('the file', () => client.statuses.find(({ file }) => file?.state === 'unknown'));
  expect(unknown.message).toContain('No service has reported this file within the window');
  const cobol = pathToFileURL(join(folder, 'src', 'other.cob')).href;
  await client.open(cobol, '', 'cobol');
  await client.connection.sendNotification(ACTIVE_EDITOR_NOTIFICATION, { uri: cobol });
  await eventually('the other file', () => client.statuses.find(({ file }) => file?.state === 'unsupported'));
});

test('a collector without services is told apart from one with data', async () => {
  collector.data.services = [];
  await openShop();
  const status = await eventually('the status', () => client.statuses.find(({ state }) => state === 'no-data'));
  expect(status.message).toContain('node --import @hindcast/sensor/register app.js');
});

test('the active file has a sentence of its own', async () => {
  await openShop();
  await someHints();
  await client.connection.sendNotification(ACTIVE_EDITOR_NOTIFICATION, { uri });
  const status = await eventually('the file', () => client.statuses.find(({ file }) => file?.state === 'shown'));
  expect(status.message).toBe('Measured in shop: 3 of 4 functions ran, 1 never ran.');
});

test('explaining a file counts every function once', async () => {
  collector.data.overlay = () => shop([charge, forgotten]);
  await openShop();
  await someHints();
  const explanation = await client.connection.sendRequest<FileExplanation>(EXPLAIN_FILE_REQUEST, { uri });
  expect(explanation).toEqual({
    summary: 'Measured in shop: 1 of 4 functions ran, 1 never ran, 2 not observed.',
    state: 'shown',
    functions: { total: 4, ran: 1, neverRan: 1, notObserved: 2 },
    notShownReasons: [{ reason: 'The deployment did not report this function of the file.', functions: 2 }],
    provenance: ['shop · production · 1.2.0 · 0123456789 · as src/shop.ts · last PT1H · 2 instances · shown'],
    notes: [],
  });
});

test('hidden means nothing at all, and shown again means everything', async () => {
  await openShop();
  await someHints();
  await client.connection.sendNotification(OVERLAY_VISIBLE_NOTIFICATION, { visible: false });
  expect([await client.hints(uri), await client.lenses(uri), await client.hover(uri, 0, 18)]).toEqual([
    [],
    [],
    undefined,
  ]);
  await client.connection.sendNotification(OVERLAY_VISIBLE_NOTIFICATION, { visible: true });
  expect(await client.hints(uri)).not.toEqual([]);
});

test.each([
  ['inlayHints', () => client.hints(uri)],
  ['codeLens', () => client.lenses(uri)],
  ['hover', async () => ((await client.hover(uri, 0, 18)) === undefined ? [] : ['shown'])],
])('%s can be turned off by its setting', async (kind, ask) => {
  await openShop();
  await someHints();
  expect(await ask()).not.toEqual([]);
  await client.configure({ [kind]: { enabled: false } });
  await eventually('nothing', async () => ((await ask()).length === 0 ? true : undefined));
});

test('two services that might own the file show nothing and say why', async () => {
  collector.data.overlay = () => [
    deployedFile([charge], { contentHash: 'a' }),
    deployedFile([charge], { contentHash: 'b' }, { service: 'other' }),
  ];
  await openShop();
  await client.connection.sendNotification(ACTIVE_EDITOR_NOTIFICATION, { uri });
  const status = await eventually('the file', () => client.statuses.find(({ file }) => file?.state === 'ambiguous'));
  expect(status.message).toContain('shop and other all have a file at this path');
  expect(await client.hints(uri)).toEqual([]);
});

test('two services that run this very file are summed, and the sum says so', async () => {
  collector.data.overlay = () => [
    ...shop([refund]),
    deployedFile([refund], { contentHash: contentHash(source) }, { service: 'web' }),
  ];
  await openShop();
  const [hint] = await someHints();
  expect(hint?.label).toBe('Σ 4/min · p99 9.9 ms');
  expect((await client.hover(uri, 4, 18))?.split('---')).toHaveLength(2);
});

test('of several functions on one line one hint speaks, the outermost', async () => {
  const text = 'const f = (a) => a.map((x) => x);\n';
  const line = (name: string, column: number, calls: number) => functionFacts({ name, line: 1, column }, { calls });
  collector.data.overlay = () => shop([line('f', 11, 600), line('f.<a.map>', 24, 6000)], text);
  await client.initialize(collector.address);
  await client.open(uri, text);
  expect((await someHints()).map(({ label }) => label)).toEqual(['10/min · p99 9.9 ms']);
  expect(await client.hover(uri, 0, 25)).toContain('**100/min**');
});

test('a closed file is no longer asked about', async () => {
  await openShop();
  await someHints();
  await client.closeDocument(uri);
  expect(await client.hints(uri)).toEqual([]);
});
