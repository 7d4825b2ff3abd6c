import { execFileSync } from 'node:child_process';
import { mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ACTIVE_EDITOR_NOTIFICATION } from '@hindcast/proto/lspMessages';
import { contentHash } from '@hindcast/server/source/contentHash';
import { gitEnvironment } from '@hindcast/server/git/runGit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deployedFile, functionFacts, startFakeCollector, type FakeCollector } from './fakeCollector.js';
import { eventually, startInBand, type LspClient } from './lspClient.js';

const body = `(order) {
  const open = order.lines.filter((line) => line.open && line.price > 0);
  audit.write('due', order.id, open.length);
  return open.reduce((sum, { price }) => sum + price, 0);
}
`;
const deployed = `export function due${body}`;

let folder: string;
let collector: FakeCollector | undefined;
let client: LspClient;

function git(...args: string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...who, '-C', folder, ...args], { env: gitEnvironment(process.env) })
    .toString()
    .trim();
}

async function commit(file: string, text: string): Promise<string> {
  await writeFile(join(folder, file), text);
  git('add', '-A');
  git('commit', '-q', '-m', 'x');
  return git('rev-parse', 'HEAD');
}

/** A collector that knows the deployed file, and only at that file's own path. */
async function runDeployed(revision: string): Promise<void> {
  const due = functionFacts({ name: 'due', line: 1, column: 17, endLine: 5, bodyHash: '' }, { calls: 3_612_000 });
  const file = deployedFile([due], { filePath: 'shop.js', contentHash: contentHash(deployed) }, { revision });
  collector = await startFakeCollector({
    overlay: ({ path }) => (path?.endsWith('/shop.js') ? [file] : []),
    services: [{ deployment: file.deployment ?? null, functions: 1, functionsRan: 1 }],
  });
  client.settings = {};
  await client.initialize(collector.address);
}

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'hindcast-lsp-git-')));
  git('init', '-q', '-b', 'main');
  client = startInBand();
});

afterEach(async () => {
  await client.close();
  await collector?.close();
  await rm(folder, { recursive: true });
});

const hintLines = (uri: string) =>
  eventually('hints', async () => {
    const hints = await client.hints(uri);
    return hints.length > 0 ? hints.map(({ position }) => position.line) : undefined;
  });

test('a function that was renamed since it was deployed keeps its numbers', async () => {
  const revision = await commit('shop.js', deployed);
  const open = `// two lines\n// more\nexport function amountDue${body}`;
  await commit('shop.js', open);
  await runDeployed(revision);
  const uri = pathToFileURL(join(folder, 'shop.js')).href;
  await client.open(uri, open, 'javascript');
  expect(await hintLines(uri)).toEqual([2]);
});

test.each([
  ['renamed', deployed, true],
  ['renamed and not added to git yet', deployed, false],
  ['renamed and edited and not added to git yet', `// now in the till\n${deployed}`, false],
])('a file that was %s since it was deployed keeps its numbers', async (_, text, isAdded) => {
  const revision = await commit('shop.js', deployed);
  await rename(join(folder, 'shop.js'), join(folder, 'till.js'));
  if (isAdded) await commit('till.js', text);
  else await writeFile(join(folder, 'till.js'), text);
  await runDeployed(revision);
  const uri = pathToFileURL(join(folder, 'till.js')).href;
  await client.open(uri, text, 'javascript');
  expect(await hintLines(uri)).toEqual([text.startsWith('//') ? 1 : 0]);
});

test('a new file that nothing became has no numbers', async () => {
  const revision = await commit('shop.js', deployed);
  await rm(join(folder, 'shop.js'));
  const text = 'export function due(order) {\n  return order.total;\n}\n';
  await writeFile(join(folder, 'till.js'), text);
  await runDeployed(revision);
  const uri = pathToFileURL(join(folder, 'till.js')).href;
  await client.open(uri, text, 'javascript');
  await client.connection.sendNotification(ACTIVE_EDITOR_NOTIFICATION, { uri });
  await eventually('the file', () => client.statuses.find(({ file }) => file?.state === 'unknown'));
  expect(await client.hints(uri)).toEqual([]);
});
