import { expect, test } from 'vitest';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { evaluate, figures, withSystem } from './evalAgents.js';
import { resultsOf } from './question.js';
import { readRecording } from './recording.js';

const MAX_DEFINITION_TOKENS = 1500;
const MEDIAN_TOKENS = 350;

test('agents get right answers about a recorded system, no trap gets a wrong one, and nothing leaves its fence', async () => {
  const result = await evaluate(() => {}, { systems: ['lending'], hostileStep: 7 });
  const wrong = [...result.questions, ...result.traps].filter(({ problems }) => problems.length > 0);
  expect(wrong.map(({ question, problems }) => `${question.id}: ${problems.join('; ')}`)).toEqual([]);
  expect(result.escaped).toEqual([]);
  const { questions, traps, medianTokens, toolDefinitionTokens, injections } = figures(result);
  expect(questions).toBeGreaterThan(40);
  expect(traps).toBeGreaterThan(30);
  expect(injections).toBeGreaterThan(40);
  expect(medianTokens).toBeLessThanOrEqual(MEDIAN_TOKENS);
  expect(toolDefinitionTokens).toBeLessThanOrEqual(MAX_DEFINITION_TOKENS);
});

test('from "checkout is slow" to the function, its callers and the evidence in two calls', async () => {
  await withSystem(readRecording('slowShop'), Date.now(), async (session) => {
    const found = await session.ask('find_functions', { by: 'critical', entryPoint: 'checkout' });
    const [first] = resultsOf(found);
    expect(first).toMatchObject({ function: 'flushAudit', file: 'demo/orders/src/auditTrail.js' });
    const traced = await session.ask('trace_function', { function: `${first?.file ?? ''}:flushAudit` });
    expect(traced.text).toContain('recordAudit demo/orders/src/auditTrail.js:6');
    expect(traced.text).toMatch(/Reached, directly or not, from: .*`storefront`/);
    expect(countTokens(found.text + traced.text)).toBeLessThanOrEqual(4000);
  });
});
