import { describe, expect, it } from 'vitest';
import { commandOf, isQuestion, toolCalls, type ChatQuestion } from './chatQuestion.js';

const asked = (more: Partial<ChatQuestion>): ChatQuestion => ({
  command: undefined,
  prompt: '',
  places: [],
  files: [],
  cursor: undefined,
  ...more,
});

describe('what a person means', () => {
  it.each([
    ['What got worse with the last deploy?', 'regressions'],
    ['Is my change safe?', 'risk'],
    ['Why is checkout slow?', 'why'],
    ['who calls `Cart.total`', 'context'],
  ])('%s → %s', (prompt, command) => {
    expect(commandOf(asked({ prompt }))).toBe(command);
  });

  it.each<[string, Partial<ChatQuestion>, string, object]>([
    ['a name', { prompt: 'who calls `Cart.total`?' }, 'get_runtime_context', { functions: ['Cart.total'] }],
    ['a bare name', { prompt: 'is priceOf() hot' }, 'get_runtime_context', { functions: ['priceOf'] }],
    [
      'a selection',
      { places: ['src/a.ts:12'], cursor: 'src/b.ts:1' },
      'get_runtime_context',
      { functions: ['src/a.ts:12'] },
    ],
    [
      'a file in words',
      { prompt: 'what does src/cart.ts do?', cursor: 'b.ts:1' },
      'get_runtime_context',
      { file: 'src/cart.ts' },
    ],
    ['an attached file', { files: ['src/a.ts'] }, 'get_runtime_context', { file: 'src/a.ts' }],
    ['the cursor', { cursor: 'src/a.ts:12' }, 'get_runtime_context', { functions: ['src/a.ts:12'] }],
    [
      'an endpoint',
      { prompt: 'why is checkout slow this week, last week?' },
      'find_functions',
      { by: 'critical', entryPoint: 'checkout', window: 'P7D' },
    ],
    [
      'what fails',
      { command: 'why', prompt: 'orders fail' },
      'find_functions',
      { by: 'failing', entryPoint: 'orders' },
    ],
    ['why, at the cursor', { command: 'why', cursor: 'a.ts:3' }, 'trace_function', { function: 'a.ts:3' }],
    ['a revision', { command: 'risk', prompt: 'since main~3' }, 'assess_change', { base: 'main~3' }],
    ['a change', { command: 'risk', prompt: 'is this safe to merge?' }, 'assess_change', {}],
    ['regressions', { command: 'regressions', prompt: 'P7D' }, 'list_regressions', { window: 'P7D' }],
  ])('%s is asked for first', (_, question, tool, input) => {
    expect(toolCalls(asked(question))[0]).toEqual({ tool, input });
  });

  it('asks for nothing when nothing is named', () => {
    expect(toolCalls(asked({ command: 'context' }))).toEqual([]);
  });

  it('takes a name for a name and words for a question', () => {
    expect(isQuestion(' `Cart.total` ')).toBe(false);
    expect(isQuestion('is it hot?')).toBe(true);
  });
});
