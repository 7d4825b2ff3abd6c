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

test.each([
  [
    'slowStock',
    { by: 'critical', entryPoint: 'POST *', service: 'inventory' },
    { function: 'Stock.#countDemand', file: 'demo/inventory/src/stock.js' },
  ],
  // A service without the sensor, which nobody names as the caller of.
  [
    'slowGateway',
    { by: 'critical', entryPoint: 'POST', service: 'payments' },
    { function: 'authorise', file: 'demo/payments/src/payments.js' },
  ],
] as const)(
  'where it is not certain who answers, the answer says where to ask next: %s',
  async (name, then, wanted) => {
    await withSystem(readRecording(name), Date.now(), async (session) => {
      const found = await session.ask('find_functions', { by: 'critical', entryPoint: 'checkout' });
      const answering = resultsOf(found).flatMap(({ answeredBy }) => (answeredBy ? [answeredBy.untrusted] : []));
      const known = resultsOf(found).some(({ function: own }) => own === wanted.function);
      expect(known || answering.some((text) => text.includes(then.service) && text.includes(then.entryPoint))).toBe(
        true,
      );
      const asked = known ? found : await session.ask('find_functions', then);
      expect(resultsOf(asked)).toContainEqual(expect.objectContaining(wanted));
      expect(countTokens(found.text + asked.text)).toBeLessThanOrEqual(4000);
    });
  },
);
