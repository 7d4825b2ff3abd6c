import { afterEach, beforeEach, expect, it } from 'vitest';
import { randomFrom } from '@hindcast/core/statistics/simulation';
import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import type { FindingKind } from '@hindcast/server/collector/findings';
import { GitRepository } from '@hindcast/server/git/gitRepository';
import { openCase } from '@hindcast/server/loop/openCase';
import { verifyPrediction } from '@hindcast/server/loop/verifyPrediction';
import { Grammars } from '@hindcast/server/source/grammars';
import { declaration, minuteRequest, usual, type Behaviour } from '../detect/versionTraffic.js';
import { closeCollector, openCollector, type TestCollector } from '../integration/testCollector.js';

const MINUTE = 60_000;
const MINUTES = [30, 22, 22] as const;

let collector: TestCollector;
let client: CollectorClient;
beforeEach(async () => {
  collector = await openCollector();
  client = new CollectorClient(collector.running.addresses.query);
});
afterEach(async () => {
  client.close();
  await closeCollector(collector);
});

/** Three versions one after the other; what they are compared by is looked at after the second and after the third. */
async function story(kind: FindingKind, bad: Partial<Behaviour>, then: Partial<Behaviour>, more = usual) {
  const random = randomFrom(11);
  const end = Math.floor(Date.now() / MINUTE) * MINUTE;
  let at = end - MINUTES.reduce((sum, n) => sum + n, 0) * MINUTE;
  const report = async (version: number, does: Behaviour) => {
    const service = { name: 'shop', version: String(version), instance: `i${version}` };
    await collector.otlp.export('logs', declaration(service, version === 1 ? [] : ['price']));
    for (let i = 0; i < (MINUTES[version - 1] ?? 0); i++, at += MINUTE) {
      await collector.otlp.export('metrics', minuteRequest(service, at, does, random));
    }
  };
  await report(1, more);
  await report(2, { ...more, ...bad });
  const found = await client.listFindings({ kinds: [kind] }, { windowSeconds: 86_400 });
  const finding = found?.findings.find((each) => each.function?.name === 'price');
  if (!finding) throw new Error('not found');
  const repository = await GitRepository.around(import.meta.dirname);
  const own = await openCase(finding, { client, repository, grammars: new Grammars(), nowMs: 0 });
  const early = await verifyPrediction(own.prediction, client, { kind });
  expect(early.tested).toMatchObject({ verdict: 'not enough data yet' });
  await report(3, { ...more, ...then });
  return { own, answer: await verifyPrediction(own.prediction, client, { kind }) };
}

it.each<[FindingKind, Partial<Behaviour>, Partial<Behaviour>, string]>([
  ['duration', { priceSeconds: 0.02 }, {}, 'confirmed'],
  ['duration', { priceSeconds: 0.02 }, { priceSeconds: 0.019 }, 'refuted'],
  ['duration', { priceSeconds: 0.02 }, { priceSeconds: 0.014 }, 'refuted'],
  ['error_rate', { priceErrors: { Timeout: 0.1 } }, {}, 'confirmed'],
  ['error_rate', { priceErrors: { Timeout: 0.1 } }, { priceErrors: { Timeout: 0.1 } }, 'refuted'],
  ['new_error_type', { priceErrors: { Timeout: 0.01, TypeError: 0.01 } }, {}, 'confirmed'],
  ['new_error_type', { priceErrors: { TypeError: 0.01 } }, { priceErrors: { TypeError: 0.01 } }, 'refuted'],
  ['dependency_count', { queriesPerPrice: 3 }, {}, 'confirmed'],
  ['dependency_count', { queriesPerPrice: 3 }, { queriesPerPrice: 3 }, 'refuted'],
  ['chatty_dependency', { queriesPerPrice: 12 }, { queriesPerPrice: 2 }, 'confirmed'],
  ['chatty_dependency', { queriesPerPrice: 12 }, { queriesPerPrice: 12 }, 'refuted'],
])('%s: %j, then %j: %s', async (kind, bad, then, verdict) => {
  const { own, answer } = await story(kind, bad, then);
  expect(answer.tested, answer.tested.reason).toMatchObject({ verdict });
  expect(answer.candidate).toMatchObject({ version: '3' });
  expect(own.suspectedChange.note).not.toBe('');
});
