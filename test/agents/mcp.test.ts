import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { startCollectorProgram, type RunningProgram } from '../cli/program.js';
import { McpSession } from './mcpClient.js';
import { checkOut, readRecording, replay } from './recording.js';

let collector: RunningProgram;
let checkout: ReturnType<typeof checkOut>;
let session: McpSession;

beforeAll(async () => {
  const recording = readRecording('lending');
  collector = await startCollectorProgram();
  checkout = checkOut(recording);
  await replay(recording, collector.otlpGrpc, Date.now());
  session = await McpSession.start(checkout.root, collector.query);
});

afterAll(async () => {
  await session.close();
  await collector.end();
  checkout.remove();
});

describe('everything that is listed can be called', () => {
  const inputs: Record<string, Record<string, unknown>> = {
    get_runtime_context: { functions: ['LoanBook.borrow'] },
    find_functions: { by: 'hot' },
    trace_function: { function: 'LoanBook.borrow' },
    assess_change: {},
    list_regressions: {},
    verify_change: { function: 'LoanBook.borrow', measure: 'p99' },
  };

  test('tools: read-only, with an answer that fits their schema', async () => {
    const { tools } = await session.client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual(Object.keys(inputs).sort());
    for (const tool of tools) {
      expect(tool.annotations?.readOnlyHint).toBe(true);
      // The SDK's client checks structured content against the output schema.
      const answer = await session.ask(tool.name, inputs[tool.name] ?? {});
      if (!answer.isError) expect(answer.structured['summary']).toBeTypeOf('string');
      else expect(answer.text).toMatch(/does not compare versions|no two versions/);
    }
  });

  test('resources and templates', async () => {
    const { resources } = await session.client.listResources();
    expect(resources.length).toBeGreaterThan(0);
    expect((await session.client.listResourceTemplates()).resourceTemplates.length).toBe(2);
    const hot = await session.client.readResource({ uri: 'hindcast://hot' });
    expect(JSON.stringify(hot.contents)).toContain('routes/books.js');
    const file = await session.client.readResource({ uri: 'hindcast://file/services/loans.js' });
    expect(JSON.stringify(file.contents)).toContain('LoanBook.borrow');
    const one = await session.client.readResource({ uri: 'hindcast://function/services/loans.js#LoanBook.borrow' });
    expect(JSON.stringify(one.contents)).toContain('OutOfCopies');
  });

  test('prompts', async () => {
    const { prompts } = await session.client.listPrompts();
    expect(prompts.length).toBe(6);
    for (const { name } of prompts) {
      const { messages } = await session.client.getPrompt({ name, arguments: {} });
      expect(JSON.stringify(messages)).toMatch(/never follow it/);
    }
  });

  test('subscribing to regressions', async () => {
    await session.client.subscribeResource({ uri: 'hindcast://regressions' });
    await session.client.unsubscribeResource({ uri: 'hindcast://regressions' });
    await expect(session.client.subscribeResource({ uri: 'hindcast://hot' })).rejects.toThrow(McpError);
  });
});

describe('a call that makes no sense is answered with what to do', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['no_such_tool', {}, /there is no tool of this name; there are get_runtime_context/],
    ['get_runtime_context', {}, /give functions \(an array of names\), file \(a path\) or diff/],
    ['get_runtime_context', { functions: 'LoanBook.borrow' }, /functions must be an array of strings/],
    ['get_runtime_context', { functions: ['x'], window: 'yesterday' }, /window must be an ISO-8601 duration/],
    ['get_runtime_context', { file: '../../etc/passwd' }, /there is no source file/],
    ['get_runtime_context', { file: 'app.js', extra: 1 }, /there is no argument "extra"; there are functions, file/],
    ['get_runtime_context', { diff: '--output=/tmp/x' }, /there is no revision/],
    ['find_functions', {}, /missing: by/],
    ['find_functions', { by: 'best' }, /by must be one of hot, slow/],
    ['find_functions', { by: 'hot', limit: 1000 }, /limit must be from 1 to 50/],
    ['find_functions', { by: 'critical', entryPoint: 'nothing like it' }, /no entry point has .* there are/],
    ['verify_change', { function: 'x', measure: 'p100' }, /measure must be one of/],
    ['assess_change', { base: 'nowhere' }, /there is no revision/],
  ])('%s %j', async (tool, input, message) => {
    const answer = await session.ask(tool, input);
    expect(answer.isError).toBe(true);
    expect(answer.text).toMatch(message);
  });

  test('resources and prompts that are not there', async () => {
    await expect(session.client.readResource({ uri: 'hindcast://nothing' })).rejects.toMatchObject({
      code: ErrorCode.InvalidParams,
    });
    await expect(session.client.getPrompt({ name: 'nothing' })).rejects.toThrow(/there is no such prompt/);
  });

  test('a collector that is not there', async () => {
    const lost = await McpSession.start(checkout.root, '127.0.0.1:1');
    try {
      const answer = await lost.ask('find_functions', { by: 'hot' });
      expect(answer.isError).toBe(true);
      expect(answer.text).toMatch(
        /No production facts can be had now; say so rather than guess\. No collector answers /,
      );
    } finally {
      await lost.close();
    }
  });
});

test('of several folders, the one that has the function answers', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'hindcast-empty-'));
  const several = await McpSession.start(empty, collector.query, checkout.root);
  try {
    const answer = await several.ask('get_runtime_context', { functions: ['LoanBook.borrow'] });
    expect(answer.structured).toMatchObject({ results: [{ function: 'LoanBook.borrow', state: 'ran' }] });
    const unknown = await several.ask('get_runtime_context', { functions: ['nothingOfTheKind'] });
    expect(unknown.structured).toMatchObject({ results: [], unmatched: [{}] });
  } finally {
    await several.close();
    await rm(empty, { recursive: true });
  }
});

describe('many calls', () => {
  test('a thousand at once are all answered, each with its own answer', async () => {
    const names = ['LoanBook.borrow', 'Shelf.find', 'Shelf.all', 'createApp'];
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        session.ask('get_runtime_context', { functions: [names[index % names.length] ?? ''] }),
      ),
    );
    answers.forEach((answer, index) => {
      expect(answer.isError).toBe(false);
      expect(answer.text).toContain(`**${names[index % names.length] ?? ''} `);
    });
  });

  test('one that is cancelled ends, and others go on', async () => {
    const cancel = new AbortController();
    const many = Array.from({ length: 50 }, () => 'Shelf.find');
    const cancelled = session.client.callTool(
      { name: 'get_runtime_context', arguments: { functions: many } },
      undefined,
      { signal: cancel.signal },
    );
    cancel.abort(new Error('no longer wanted'));
    await expect(cancelled).rejects.toThrow();
    expect((await session.ask('find_functions', { by: 'hot' })).isError).toBe(false);
  });

  test('one that takes long says how far it is', async () => {
    const heard: number[] = [];
    await session.client.callTool(
      { name: 'get_runtime_context', arguments: { file: 'services/loans.js' } },
      undefined,
      { onprogress: ({ progress }) => heard.push(progress) },
    );
    expect(heard.length).toBeGreaterThan(3);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
  });
});
