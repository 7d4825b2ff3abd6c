import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '@hindcast/cli/command';
import { commentCommand } from '@hindcast/cli/commands/comment';
import { runProgram } from './program.js';
import { startStandInForge, type StandInForge } from './standInForge.js';

const TOKEN = 'ghs_notARealTokenButASecretOne';
const MARKER = '<!-- hindcast:assessment -->';

let folder: string;
let forge: StandInForge;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hindcast-comment-'));
  forge = await startStandInForge();
});
afterEach(async () => {
  await forge.close();
  await rm(folder, { recursive: true });
});

const environment = (more: Readonly<Record<string, string>> = {}) => ({
  GITHUB_TOKEN: TOKEN,
  GITHUB_API_URL: forge.url,
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_REF: 'refs/pull/7/merge',
  GITHUB_EVENT_PATH: '',
  ...more,
});

/** The command in this process: most tests need no program of their own. */
async function comment(body: string, args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) {
  await writeFile(join(folder, 'comment.md'), body);
  const said = { out: '', error: '' };
  const terminal = {
    out: (text: string) => void (said.out += text),
    error: (text: string) => void (said.error += text),
    isColour: false,
    columns: undefined,
    environment: environment(more),
    workingFolder: folder,
  };
  const code = await commentCommand.run(['comment.md', ...args], terminal).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    said.error += error.message;
    return 2;
  });
  expect(said.out + said.error).not.toContain(TOKEN);
  return { code, ...said };
}

test('the program puts a comment on the pull request of the job that runs it', async () => {
  await writeFile(join(folder, 'comment.md'), `${MARKER}\nRisk 34.\n`);
  const outcome = await runProgram(['comment', 'comment.md'], { cwd: folder, env: environment() });
  expect(outcome).toEqual({ code: 0, out: 'Comment created: https://forge.test/7#1000\n', error: '' });
});

test('is created once, then updated, and left alone while it says the same', async () => {
  expect(await comment(`${MARKER}\nRisk 34.\n`)).toMatchObject({
    code: 0,
    out: 'Comment created: https://forge.test/7#1000\n',
  });
  expect(await comment(`${MARKER}\nRisk 12.\n`)).toMatchObject({
    code: 0,
    out: 'Comment updated: https://forge.test/7#1000\n',
  });
  expect(await comment(`${MARKER}\nRisk 12.\n`)).toMatchObject({
    code: 0,
    out: 'Comment unchanged: https://forge.test/7#1000\n',
  });
  expect(forge.comments.map(({ body }) => body)).toEqual([`${MARKER}\nRisk 12.\n`]);
  expect([...forge.authorizations]).toEqual([`Bearer ${TOKEN}`]);
});

test('is found behind many others, and those of other people are never touched', async () => {
  const person = { login: 'mallory', type: 'User' } as const;
  for (let id = 1; id <= 230; id++) forge.comments.push({ id, body: `${MARKER}\nMine, not yours.`, user: person });
  forge.comments.push({ id: 500, body: `${MARKER}\nold`, user: { login: 'github-actions[bot]', type: 'Bot' } });
  expect((await comment(`${MARKER}\nnew\n`)).out).toContain('updated');
  expect(forge.requests.filter((one) => one.startsWith('GET') && one.endsWith('/comments'))).toHaveLength(3);
  expect(forge.comments.filter(({ body }) => body.includes('Mine'))).toHaveLength(230);
  expect(forge.comments.find(({ id }) => id === 500)?.body).toBe(`${MARKER}\nnew\n`);
});

test("with a person's token it updates that person's comment only", async () => {
  forge.login = 'ada';
  forge.comments.push({ id: 1, body: `${MARKER}\nby a bot`, user: { login: 'github-actions[bot]', type: 'Bot' } });
  expect((await comment(`${MARKER}\nfirst`)).out).toContain('created');
  expect((await comment(`${MARKER}\nsecond`)).out).toContain('updated');
  expect(forge.comments.map(({ body }) => body)).toEqual([`${MARKER}\nby a bot`, `${MARKER}\nsecond`]);
});

test('other markers are other comments, and Markdown without one gets one', async () => {
  await comment(`${MARKER}\nRisk 34.`);
  await comment('Confirmed.', ['--name', 'case-12']);
  await comment('Refuted.', ['--name', 'case-12']);
  expect(forge.comments.map(({ body }) => body)).toEqual([
    `${MARKER}\nRisk 34.`,
    '<!-- hindcast:case-12 -->\nRefuted.',
  ]);
});

test('asks again after a failure and after a limit', async () => {
  forge.refusals.push({ status: 502 }, { status: 429, headers: { 'retry-after': '0' } });
  expect((await comment(`${MARKER}\nRisk 34.`)).out).toContain('created');
  expect(forge.comments).toHaveLength(1);
});

test('writes nothing on a pull request that has moved on, nor where only updates are wanted', async () => {
  const moved = await comment(`${MARKER}\nold news`, ['--head', 'b'.repeat(40)]);
  expect(moved).toMatchObject({ code: 0, error: expect.stringContaining('another commit by now') as string });
  expect((await comment(`${MARKER}\nnothing`, ['--update-only'])).out).toContain('No comment is there');
  expect((await comment(`${MARKER}\nnothing`, ['--dry-run'])).out).toContain('pull request 7');
  expect(forge.comments).toEqual([]);
});

test.each([
  [
    'a token that is not valid',
    { status: 401, body: '{"message":"Bad credentials"}' },
    /401\. The token is not valid\. It says: Bad credentials/,
  ],
  ['a proxy in between', { status: 200, body: '<html>sign in</html>' }, /the answer is no JSON/],
])('%s is said', async (_, refusal, expected) => {
  forge.refusals.push(refusal);
  const { code, error } = await comment(`${MARKER}\nRisk 34.`);
  expect(code).toBe(1);
  expect(error).toMatch(expected);
  expect(error.split('\n')).toHaveLength(2);
});

test('a token that may not write is told which permission it lacks', async () => {
  forge.login = 'ada';
  forge.refusals.push(
    { status: 200, body: '{"login":"ada"}' },
    { status: 200, body: '[]' },
    { status: 403, body: '{}' },
  );
  expect(await comment(`${MARKER}\nRisk 34.`)).toMatchObject({
    code: 1,
    error: expect.stringContaining('pull-requests: write') as string,
  });
});

test.each([
  ['no token', [], { GITHUB_TOKEN: '', GH_TOKEN: '' }, 'GITHUB_TOKEN or GH_TOKEN'],
  ['no pull request', [], { GITHUB_REF: 'refs/heads/main' }, '--pull-request NUMBER'],
  ['no repository', [], { GITHUB_REPOSITORY: '' }, '--repository OWNER/NAME'],
  ['a number that is none', ['--pull-request', '7/../8'], {}, 'no number of a pull request'],
])('%s is wrong use', async (_, args, more, expected) => {
  const { code, error } = await comment(`${MARKER}\nRisk 34.`, args, more);
  expect(code).toBe(2);
  expect(error).toContain(expected);
  expect(forge.requests).toEqual([]);
});

test.each([
  ['an address without TLS', { GITHUB_API_URL: 'http://forge.example' }, 'no https: address'],
  ['a repository that leads elsewhere', { GITHUB_REPOSITORY: 'acme/../user' }, 'no OWNER/NAME'],
  ['nobody there', { GITHUB_API_URL: 'http://127.0.0.1:9' }, 'does not answer'],
])('%s gets no token', async (_, more, expected) => {
  const { code, error } = await comment(`${MARKER}\nRisk 34.`, [], more);
  expect(code).toBe(1);
  expect(error).toContain(expected);
  expect(forge.requests).toEqual([]);
});
