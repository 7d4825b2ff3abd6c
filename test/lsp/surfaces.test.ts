import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { FUNCTION_MARKDOWN_REQUEST } from '@hindcast/proto/lspMessages';
import { contentHash } from '@hindcast/server/source/contentHash';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  CallHierarchyIncomingCallsRequest,
  CallHierarchyOutgoingCallsRequest,
  CallHierarchyPrepareRequest,
  CodeActionRequest,
  DiagnosticSeverity,
  InlayHintResolveRequest,
  type CallHierarchyItem,
  type CodeAction,
} from 'vscode-languageserver-protocol/node';
import { deployedFile, functionFacts, startFakeCollector, type FakeCollector } from './fakeCollector.js';
import { eventually, startInBand, type LspClient } from './lspClient.js';

import v1 = hindcast.v1;

const source = `export function checkout(cart) {
  const total = price(cart);
  const again = cart.map((item) => price(item));
  const paid = this.payments.charge(total);
  audit(cart);
  audit(paid);
  return new Receipt(paid, again);
}

function price(cart) {
  if (!cart) throw new TypeError('no cart');
  return cart.total;
}
`;

const seconds = (count: number, index: number) => ({
  scale: 4,
  bucketIndexes: [index],
  bucketCounts: [count],
  count,
  sumSeconds: count * 2 ** ((index + 0.5) / 16),
});
// 2^(-32/16) = 250 ms and 2^(-40/16) = 177 ms.
const checkoutId = { name: 'checkout', line: 1, column: 17, endLine: 8 };
const checkout = functionFacts(checkoutId, { calls: 600, duration: seconds(600, -32) });
const price = functionFacts(
  { name: 'price', line: 10, column: 10, endLine: 13 },
  { calls: 600, errors: 60, errorsByType: [{ type: 'TypeError', count: 60 }] },
);
const { deployment } = deployedFile([]);

const node = (name: string, more: v1.GraphNode.$Properties = {}): v1.GraphNode.$Properties => ({
  service: 'shop',
  filePath: 'src/other.js',
  function: { name, line: 3, column: 1 },
  calls: 600,
  distance: 1,
  ...more,
});
const graph = new v1.GetCallGraphResponse({
  nodes: [
    node('checkout', { filePath: 'src/shop.js', function: checkoutId, distance: 0 }),
    node('Payments.charge', {
      duration: seconds(600, -40),
      dependencies: [{ kind: 'db', target: 'sqlite', calls: 1200 }],
    }),
    node('price', { duration: seconds(600, -33) }),
    node('audit', { duration: seconds(600, -33) }),
    node('Receipt.constructor', { dependencies: [{ kind: 'cache', target: 'redis', calls: 1800 }] }),
    node('ship', { service: 'shipping', filePath: 'src/ship.js', calls: 60 }),
    node('pay', { service: 'web', filePath: '', function: { name: 'pay' } }),
  ],
  edges: [
    ...[1, 2, 3, 4].map((callee) => ({ caller: 0, callee, calls: 600, sampledCalls: 600 })),
    { caller: 0, callee: 5, calls: 60, sampledCalls: 6 },
    { caller: 6, callee: 0, calls: 500, sampledCalls: 500 },
  ],
});
const details = new v1.GetFunctionResponse({
  functions: [
    {
      deployment: deployment ?? null,
      filePath: 'src/shop.js',
      facts: checkout,
      series: [3, 0, 6, 12].map((calls, index) => ({
        start: { seconds: index * 60 },
        width: { seconds: 60 },
        calls,
        observed: { seconds: index === 1 ? 0 : 60 },
      })),
      criticalPaths: [{ entryPoint: { kind: 'http', name: 'POST /checkout' }, share: 0.42, savesAtMostSeconds: 0.038 }],
    },
    {
      deployment: deployment ?? null,
      filePath: 'src/shop.js',
      facts: price,
      errorOrigins: [{ type: 'TypeError', thrown: 60 }],
    },
  ],
});
const finding: v1.Finding.$Properties = {
  id: '0123456789abcdef',
  kind: v1.FindingKind.FINDING_KIND_DURATION,
  state: v1.FindingState.FINDING_STATE_CONFIRMED,
  service: 'shop',
  environment: 'production',
  filePath: 'src/shop.js',
  function: checkoutId,
  before: { service: 'shop', version: '1.1.0' },
  after: { service: 'shop', version: '1.2.0' },
  beforeValue: 0.18,
  afterValue: 0.25,
  unit: 's',
  measure: 'p99',
  callsBefore: 5000,
  callsAfter: 600,
};

let folder: string;
let uri: string;
let collector: FakeCollector;
let client: LspClient;
let found: v1.Finding.$Properties[];
let known: v1.FunctionFacts.$Properties[];

type Reply = (error: null, answer: object) => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hindcast-surfaces-'));
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'src', 'other.js'), '');
  uri = pathToFileURL(join(folder, 'src', 'shop.js')).href;
  found = [];
  known = [checkout, price];
  const overlay = () => [deployedFile(known, { filePath: 'src/shop.js', contentHash: contentHash(source) })];
  collector = await startFakeCollector(
    { overlay, services: [{ deployment: deployment ?? null, functions: 2, functionsRan: 2 }] },
    undefined,
    {
      more: {
        getFunction: (_: unknown, reply: Reply) => reply(null, details),
        getCallGraph: (_: unknown, reply: Reply) => reply(null, graph),
        listFindings: (_: unknown, reply: Reply) => reply(null, new v1.ListFindingsResponse({ findings: found })),
      },
    },
  );
  client = startInBand();
});

afterEach(async () => {
  await client.close();
  await collector.close();
  await rm(folder, { recursive: true });
});

async function open(settings: unknown = {}): Promise<void> {
  client.settings = settings;
  await client.initialize(collector.address, { commandLinks: true }, [pathToFileURL(folder).href]);
  await client.open(uri, source, 'javascript');
  await eventually('hints', async () => ((await client.hints(uri)).length > 0 ? true : undefined));
}

const hintLines = async () => (await client.hints(uri)).map(({ position, label }) => `${position.line + 1} ${label}`);

test('calls that take the time say so, where no other call could be meant', async () => {
  await open();
  const lines = await eventually('call sites', async () => {
    const all = await hintLines();
    return all.length > 2 ? all : undefined;
  });
  // audit is called twice: nobody can tell which of the two takes the time. The other call of price is another function's.
  expect(lines).toEqual([
    '1 10/min · p99 255 ms',
    '2 ⟵ 96 % of the time',
    '4 ⟵ 71 % of the time · 2 db calls',
    '7 ⟵ 3 cache calls',
    '10 10/min · 10 % err',
  ]);
  await client.change(uri, 2, [
    { range: { start: { line: 4, character: 2 }, end: { line: 4, character: 2 } }, text: 'void 0; ' },
  ]);
  expect((await hintLines()).filter((line) => line.includes('⟵'))).toEqual([]);
});

test('of the slowest calls that were kept, the share of p99 is told', async () => {
  const slow = (total: number, part: number) => ({
    steps: [
      { function: checkoutId, duration: { nanos: total * 1e6 } },
      { function: { name: 'Payments.charge', line: 3 }, duration: { nanos: part * 1e6 } },
    ],
  });
  const [own, ...others] = details.functions;
  if (!own) throw new Error('no detail');
  const exemplars = [slow(260, 208), slow(255, 214), slow(250, 200)];
  const answer = new v1.GetFunctionResponse({ functions: [{ ...own, exemplars }, ...others] });
  await collector.close();
  collector = await startFakeCollector(collector.data, undefined, {
    more: {
      getFunction: (_: unknown, reply: Reply) => reply(null, answer),
      getCallGraph: (_: unknown, reply: Reply) => reply(null, graph),
    },
  });
  await open();
  const line = await eventually('the call site', async () => (await hintLines()).find((text) => text.startsWith('4 ')));
  expect(line).toBe('4 ⟵ 80 % of p99 · 2 db calls');
});

test('a hint carries the card and opens it', async () => {
  await open();
  const [hint] = await client.hints(uri);
  if (!hint) throw new Error('no hint');
  const resolved = await client.connection.sendRequest(InlayHintResolveRequest.type, hint);
  expect(resolved.tooltip).toMatchObject({ value: expect.stringContaining('**checkout**') as string });
});

test('the card has the time line, the critical path, where errors are thrown, and links', async () => {
  await open();
  const card = await eventually('details', async () => {
    const text = await client.hover(uri, 0, 18);
    return text?.includes('Critical path') ? text : undefined;
  });
  expect(card).toContain('▃·▅█ calls over the last 1 h');
  expect(card).toContain('Critical path: POST \\/checkout 42 %, saves at most 38 ms');
  expect(card).toMatch(/\[Copy as Markdown\]\(command:hindcast\.copyFacts\?%5B%7B/);
  expect(await client.hover(uri, 9, 12)).toContain('Errors: TypeError 60 (thrown here)');
});

test('what got worse is said in the lens, the card and a diagnostic, and goes away with its reason', async () => {
  found = [finding, { ...finding, filePath: 'elsewhere.js' }, { ...finding, service: 'other' }];
  await open();
  const lens = await eventually('the lens', async () =>
    (await client.lenses(uri)).find(({ command }) => command?.title.startsWith('▲')),
  );
  expect(lens.command?.title).toBe('▲ p99 +39 % since 1.2.0');
  expect(await client.hover(uri, 0, 18)).toMatch(/p99 180 ms → 250 ms/);
  const [diagnostic] = await eventually('diagnostics', () => {
    const all = client.diagnostics.get(uri);
    return all && all.length === 2 ? all : undefined;
  });
  expect(diagnostic).toMatchObject({
    range: { start: { line: 0, character: 16 }, end: { line: 0, character: 24 } },
    severity: DiagnosticSeverity.Information,
    source: 'Hindcast',
    code: 'slower',
    message: '▲ p99 +39 % since 1.2.0. (p99 180 ms → 250 ms; 5k and 600 calls)',
  });
  expect(diagnostic?.codeDescription?.href).toMatch(/^command:hindcast\.showFunction\?/);
  found = [];
  collector.changed(['shop']);
  await eventually('one diagnostic', () => (client.diagnostics.get(uri)?.length === 1 ? true : undefined));
  // The line stays, so that the code below it does.
  expect((await client.lenses(uri)).map(({ range, command }) => [range.start.line, command?.title])).toEqual([
    [0, '600 calls'],
  ]);
});

test('a hot function that is edited says what it does in production, to whoever edits it', async () => {
  known = [functionFacts(checkoutId, { calls: 600_000, duration: seconds(600, -32) })];
  await open();
  await eventually('hints', async () => ((await client.hints(uri)).length > 0 ? true : undefined));
  expect(client.diagnostics.get(uri)?.map(({ code }) => code) ?? []).not.toContain('edited-hot-function');
  const range = { start: { line: 1, character: 2 }, end: { line: 1, character: 2 } };
  await client.change(uri, 2, [{ range, text: 'audit(cart); ' }]);
  const diagnostic = await eventually('the facts', () =>
    client.diagnostics.get(uri)?.find(({ code }) => code === 'edited-hot-function'),
  );
  expect(diagnostic.severity).toBe(DiagnosticSeverity.Hint);
  expect(diagnostic.message).toMatch(
    /^Edited since it was deployed; in production it runs [\d.]+k\/min, p99 2\d\d ms\. Each call/,
  );
});

test('where errors begin is a hint, not a warning; none of it without the setting', async () => {
  await open();
  const [diagnostic] = await eventually('the diagnostic', () => client.diagnostics.get(uri));
  expect(diagnostic).toMatchObject({
    severity: DiagnosticSeverity.Hint,
    code: 'error-origin',
    message: 'Throws in 10 % of its calls in production: 60 TypeError.',
  });
  await client.configure({ diagnostics: { enabled: false } });
  await eventually('none', () => (client.diagnostics.get(uri)?.length === 0 ? true : undefined));
  await client.configure({});
  await eventually('it again', () => (client.diagnostics.get(uri)?.length === 1 ? true : undefined));
  await client.closeDocument(uri);
  await eventually('none after closing', () => (client.diagnostics.get(uri)?.length === 0 ? true : undefined));
});

test('actions are offered when asked for, and unasked only with a diagnostic of ours', async () => {
  await open();
  const ask = async (triggerKind: 1 | 2, diagnostics = client.diagnostics.get(uri) ?? []) => {
    const range = { start: { line: 9, character: 10 }, end: { line: 9, character: 10 } };
    const context = { diagnostics, triggerKind };
    const actions = await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri },
      range,
      context,
    });
    return (actions ?? []).map(({ title }) => title);
  };
  await eventually('the diagnostic', () => client.diagnostics.get(uri));
  expect(await ask(2, [])).toEqual([]);
  expect(await ask(1, [])).toEqual([
    'Hindcast: Explain price',
    'Hindcast: Copy production facts as Markdown',
    'Hindcast: Open call graph',
    'Hindcast: Stop showing hints',
    'Hindcast: Stop showing lenses',
  ]);
  expect(await ask(2)).toContain('Hindcast: Stop showing diagnostics');
});

test('the hottest caller that is here can be gone to', async () => {
  const callers = [
    { service: 'web', filePath: 'src/page.js', function: { name: 'buy', line: 3 }, calls: 500, sampledCalls: 500 },
    { service: 'shop', filePath: 'src/other.js', function: { name: 'retry', line: 7 }, calls: 100, sampledCalls: 100 },
  ];
  const files = [{ ...checkout, callers }, price];
  collector.data.overlay = () => [deployedFile(files, { filePath: 'src/shop.js', contentHash: contentHash(source) })];
  await open();
  const range = { start: { line: 3, character: 0 }, end: { line: 3, character: 0 } };
  const params = { textDocument: { uri }, range, context: { diagnostics: [], triggerKind: 1 as const } };
  const actions = (await client.connection.sendRequest(CodeActionRequest.type, params)) as CodeAction[];
  const action = actions.find(({ title }) => title === 'Hindcast: Go to hottest caller, retry');
  expect(action?.command?.arguments?.[0]).toEqual({
    uri: pathToFileURL(join(folder, 'src', 'other.js')).href,
    line: 7,
    column: 1,
  });
});

test('the call hierarchy crosses services, and says what is not in the workspace', async () => {
  await open();
  const position = { line: 3, character: 4 };
  const [item] =
    (await client.connection.sendRequest(CallHierarchyPrepareRequest.type, { textDocument: { uri }, position })) ?? [];
  if (!item) throw new Error('no item');
  expect(item).toMatchObject({ name: 'checkout', detail: 'shop · 600 calls', uri });
  const brief = ({ name, detail = '', uri: own }: CallHierarchyItem) =>
    `${name} | ${detail} | ${own.replace(pathToFileURL(folder).href, '')}`;
  const outgoing = await client.connection.sendRequest(CallHierarchyOutgoingCallsRequest.type, { item });
  expect(outgoing?.map(({ to }) => brief(to))).toEqual([
    'Payments.charge | shop · 600 calls · src/other.js:3 | /src/other.js',
    'price | shop · 600 calls · src/other.js:3 | /src/other.js',
    'audit | shop · 600 calls · src/other.js:3 | /src/other.js',
    'Receipt.constructor | shop · 600 calls · src/other.js:3 | /src/other.js',
    'ship | shipping · ≈ 60 calls · src/ship.js:3 · not in this workspace | hindcast-unresolved:/shipping/src/ship.js',
  ]);
  const incoming = await client.connection.sendRequest(CallHierarchyIncomingCallsRequest.type, { item });
  expect(incoming?.map(({ from }) => brief(from))).toEqual([
    'pay | web · 500 calls · known by name only · not in this workspace | hindcast-unresolved:/web/',
  ]);
  const foreign = { ...item, data: { something: 'else' } };
  expect(await client.connection.sendRequest(CallHierarchyIncomingCallsRequest.type, { item: foreign })).toEqual([]);
});

test('a service of another repository is found in another folder of the workspace', async () => {
  const other = await mkdtemp(join(tmpdir(), 'hindcast-shipping-'));
  await mkdir(join(other, 'src'));
  await writeFile(join(other, 'package.json'), '{"name":"shipping"}');
  await writeFile(join(other, 'src', 'ship.js'), '');
  client.settings = {};
  await client.initialize(
    collector.address,
    {},
    [folder, other].map((path) => pathToFileURL(path).href),
  );
  await client.open(uri, source, 'javascript');
  await eventually('hints', async () => ((await client.hints(uri)).length > 0 ? true : undefined));
  const position = { line: 0, character: 18 };
  const [item] =
    (await client.connection.sendRequest(CallHierarchyPrepareRequest.type, { textDocument: { uri }, position })) ?? [];
  if (!item) throw new Error('no item');
  const outgoing = await client.connection.sendRequest(CallHierarchyOutgoingCallsRequest.type, { item });
  expect(outgoing?.find(({ to }) => to.name === 'ship')?.to.uri).toBe(
    pathToFileURL(join(other, 'src', 'ship.js')).href,
  );
  await rm(other, { recursive: true });
});

test('heat is told only where the setting asks for it', async () => {
  await open();
  expect(client.heat.size).toBe(0);
  await client.configure({ heat: { enabled: true } });
  const heat = await eventually('heat', () => client.heat.get(uri));
  expect(heat.functions.map(({ line, level, text }) => `${line} ${level} ${text}`)).toEqual([
    '1 5 10/min, 96 % of the time spent in this file',
    '10 3 10/min, 3.8 % of the time spent in this file',
  ]);
  await client.configure({});
  await eventually('no heat', () => (client.heat.get(uri)?.functions.length === 0 ? true : undefined));
});

test('a language can have settings of its own, and one setting turns everything off', async () => {
  client.documentSettings.set(uri, { inlayHints: { enabled: false }, callSites: { enabled: false } });
  client.settings = {};
  await client.initialize(collector.address);
  await client.open(uri, source, 'javascript');
  const other = pathToFileURL(join(folder, 'lib', 'src', 'shop.js')).href;
  await client.open(other, source, 'javascript');
  await eventually('hints of the other', async () => ((await client.hints(other)).length > 0 ? true : undefined));
  expect(await client.hints(uri)).toEqual([]);
  expect(await client.hover(uri, 0, 18)).toContain('**checkout**');
  await client.configure({ enabled: false });
  await eventually('nothing', async () => ((await client.hints(other)).length === 0 ? true : undefined));
  expect([await client.lenses(other), await client.hover(other, 0, 18)]).toEqual([[], undefined]);
});

test('the facts as Markdown have no links to this machine', async () => {
  await open();
  const place = { uri, line: 1, column: 17 };
  const markdown = await client.connection.sendRequest<string | null>(FUNCTION_MARKDOWN_REQUEST, place);
  expect(markdown).toContain('**checkout**');
  expect(markdown).toContain('src/shop.js:1`');
  expect(markdown).not.toMatch(/file:|command:/);
});
