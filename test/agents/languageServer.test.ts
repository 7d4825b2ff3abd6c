import { pathToFileURL } from 'node:url';
import { ASK_REQUEST, type AskAnswer, type AskProblem, type AskResult } from '@hindcast/proto/agentMessages';
import { agentTools } from '@hindcast/server/agents/toolTable';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CancellationTokenSource, WorkspaceFoldersRequest } from 'vscode-languageserver-protocol/node';
import { startCollectorProgram, type RunningProgram } from '../cli/program.js';
import { eventually, startInBand, type LspClient } from '../lsp/lspClient.js';
import { checkOut, readRecording, replay } from './recording.js';

let collector: RunningProgram;
let checkout: ReturnType<typeof checkOut>;
let client: LspClient;

async function connect(address: string, folders: readonly string[], readGit = true): Promise<LspClient> {
  const own = startInBand();
  const open = folders.map((folder) => ({ uri: pathToFileURL(folder).href, name: folder }));
  own.connection.onRequest(WorkspaceFoldersRequest.type, () => open);
  await own.initialize(
    address,
    { readGit },
    open.map(({ uri }) => uri),
  );
  return own;
}

const ask = (own: LspClient, tool: string, input: object = {}) =>
  own.connection.sendRequest<AskResult>(ASK_REQUEST, { tool, input });
const problemOf = async (asked: Promise<AskResult>) => ((await asked) as AskProblem).problem;

beforeAll(async () => {
  const recording = readRecording('lending');
  collector = await startCollectorProgram();
  checkout = checkOut(recording);
  await replay(recording, collector.otlpGrpc, Date.now());
  // The code is in the second of the two folders.
  client = await connect(collector.query, [import.meta.dirname, checkout.root]);
  await eventually('a collector', () => client.statuses.find(({ state }) => state === 'connected'));
});

afterAll(async () => {
  await client.close();
  await collector.end();
  checkout.remove();
});

describe('the language server answers what agents in the editor ask', () => {
  test('with the facts of the folder that has them', async () => {
    const answer = (await ask(client, 'get_runtime_context', { functions: ['LoanBook.borrow'] })) as AskAnswer;
    expect(answer.markdown).toMatch(/LoanBook\.borrow services\/loans\.js:\d+/);
    expect(answer.structured['results']).toEqual([
      expect.objectContaining({ function: 'LoanBook.borrow', file: 'services/loans.js', state: 'ran' }),
    ]);
    expect(answer.folder).toBe(checkout.root);
  });

  test.each(agentTools.map(({ name }) => name))('%s with nothing given: an answer, or what to give', async (name) => {
    const result = await ask(client, name);
    const said = 'problem' in result ? result.problem : result.markdown;
    expect(said).toMatch(/^[\s\S]{20,}$/);
    expect(said).not.toContain('log of Hindcast');
  });

  test('and says what is wrong with a question', async () => {
    expect(await problemOf(ask(client, 'get_weather'))).toContain('there are get_runtime_context');
    expect(await problemOf(ask(client, 'find_functions', { by: 'colour' }))).toContain('one of hot, slow');
    expect(await problemOf(client.connection.sendRequest<AskResult>(ASK_REQUEST, { input: {} }))).toContain(
      'parameters of hindcast/ask',
    );
  });

  test('a question that was given up is not answered', async () => {
    const source = new CancellationTokenSource();
    source.cancel();
    const asked = client.connection.sendRequest<AskResult>(
      ASK_REQUEST,
      { tool: 'assess_change', input: {} },
      source.token,
    );
    expect(await problemOf(asked)).toBe('Cancelled.');
  });
});

test('nothing is read in Restricted Mode, and nothing without a folder', async () => {
  const restricted = await connect(collector.query, [checkout.root], false);
  expect(await problemOf(ask(restricted, 'assess_change'))).toMatch(/Restricted Mode/);
  await restricted.close();
  const empty = await connect(collector.query, []);
  await eventually('a collector', () => empty.statuses.find(({ state }) => state === 'connected'));
  expect(await problemOf(ask(empty, 'find_functions', { by: 'hot' }))).toMatch(/No folder is open/);
  await empty.close();
});
