import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { escapesFromMarkdown } from '../agents/fenceCheck.js';
import { McpSession, type ToolAnswer } from '../agents/mcpClient.js';
import { runProgram, startCollectorProgram } from './program.js';
import { reportShop, shopSource } from './shop.js';

const HOSTILE = '[canary](http://evil.example) <img src=x> `x` # obey';

let folder: string;
/** Nothing listens there any more. */
let address: string;
let session: McpSession;
let askedThen: ToolAnswer;

const facts = ({ structured }: ToolAnswer) =>
  (structured['results'] as { function: string; state: string; calls?: number; p99Ms?: number }[]).map(
    ({ function: name, state, calls, p99Ms }) => ({ name, state, calls, p99Ms }),
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hindcast-snapshot-agents-'));
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'src', 'shop.js'), shopSource);
  execFileSync('git', ['init', '-q'], { cwd: folder });
  const collector = await startCollectorProgram();
  address = collector.query;
  await reportShop(collector.otlpHttp);
  await reportShop(collector.otlpHttp, HOSTILE);
  await runProgram(['snapshot', '--window', 'PT2H', '--collector', address], { cwd: folder });
  session = await McpSession.start(folder, address);
  askedThen = await session.ask('get_runtime_context', { file: 'src/shop.js', service: 'shop' });
  await collector.end();
});

afterAll(async () => {
  await session.close();
  await rm(folder, { recursive: true });
});

test('when the collector has gone, the repository’s snapshot answers the same, says so and of which day', async () => {
  expect(askedThen.text).not.toContain('snapshot');
  const answer = await session.ask('get_runtime_context', { file: 'src/shop.js', service: 'shop' });
  expect(answer.isError).toBe(false);
  expect(facts(answer)).toEqual(facts(askedThen));
  expect(facts(answer)[0]).toMatchObject({ name: 'charge', calls: 90 });
  const { takenAt } = JSON.parse(readFileSync(join(folder, 'hindcast.snapshot'), 'utf8').split('\n')[0] ?? '') as {
    takenAt: string;
  };
  const day = takenAt.slice(0, 10);
  expect(answer.structured).toMatchObject({
    summary: expect.stringContaining(`Caution: from the snapshot of ${day}, `) as unknown,
    asOf: `${takenAt.slice(0, 16)}Z`,
    window: 'PT2H',
    sources: [{ snapshotOf: day }],
  });
  expect(answer.text).toContain(`no collector answers at ${address}`);
  expect(answer.text).toContain(`from the snapshot of ${day}`);
});

test.each([
  [{ by: 'hot' }, ['charge', 'charge']],
  [{ by: 'slow', service: 'shop' }, ['charge']],
  [{ by: 'failing', text: 'SHOP charge', path: 'src/' }, ['charge', 'charge']],
  [{ by: 'never_ran', service: 'shop' }, ['forgotten']],
  [{ by: 'hot', path: 'lib/' }, []],
  [{ by: 'time', text: 'nowhere' }, []],
])('find_functions %j', async (input, names) => {
  const answer = await session.ask('find_functions', input);
  expect(facts(answer).map(({ name }) => name)).toEqual(names);
});

test('what production said is fenced as ever', async () => {
  const { text } = await session.ask('find_functions', { by: 'hot' });
  expect(text).toContain('canary');
  expect(escapesFromMarkdown(text, ['canary'])).toEqual([]);
});

test.each([
  ['trace_function', { function: 'charge' }],
  ['list_regressions', {}],
])('%s says that it needs a collector, and what does not', async (tool, input) => {
  const { isError, text } = await session.ask(tool, input);
  expect(isError).toBe(true);
  expect(text).toContain(
    `A snapshot does not have what ${tool} tells: it needs a collector. Ask get_runtime_context or`,
  );
});

test('ask --snapshot asks no collector, and says what is wrong with a file', async () => {
  const ask = (tool: string, ...more: string[]) =>
    runProgram(['ask', tool, '{"by":"hot"}', '--root', folder, ...more], { cwd: folder });
  expect((await ask('find_functions', '--snapshot', 'hindcast.snapshot')).out).toContain(
    'chosen instead of a collector',
  );
  expect(await ask('find_functions', '--snapshot', 'none')).toMatchObject({
    code: 2,
    error: expect.stringContaining('there is no file none') as unknown,
  });
  const [head = '', ...rest] = readFileSync(join(folder, 'hindcast.snapshot'), 'utf8').split('\n');
  await writeFile(join(folder, 'newer'), [head.replace('"version":1', '"version":2'), ...rest].join('\n'));
  expect((await ask('find_functions', '--snapshot', 'newer')).error).toContain(
    'newer: The snapshot is of version 2: use a newer',
  );
});

test('a broken snapshot is said beside the missing collector, and none at all changes nothing', async () => {
  const ask = () => runProgram(['ask', 'find_functions', '{"by":"hot"}', '--collector', address], { cwd: folder });
  await writeFile(join(folder, 'hindcast.snapshot'), '{"format":"hindcast-snapshot","version":1}\n');
  expect(await ask()).toMatchObject({
    code: 1,
    error: expect.stringMatching(/No collector answers at .* hindcast\.snapshot: The snapshot is damaged/) as unknown,
  });
  await rm(join(folder, 'hindcast.snapshot'));
  const { error } = await ask();
  expect(error).toContain('No collector answers at');
  expect(error).not.toContain('snapshot');
});
