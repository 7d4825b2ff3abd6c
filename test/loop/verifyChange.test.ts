import { writeFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { randomFrom } from '@hindcast/core/statistics/simulation';
import { askTool } from '@hindcast/server/agents/askTool';
import { WorkspaceSource } from '@hindcast/server/agents/workspaceSource';
import { CollectorClient } from '@hindcast/server/collector/collectorClient';
import { DeployedTexts } from '@hindcast/server/git/deployedTexts';
import { Grammars } from '@hindcast/server/source/grammars';
import { declaration, minuteRequest, PATH, usual, type Behaviour } from '../detect/versionTraffic.js';
import { closeCollector, openCollector, type TestCollector } from '../integration/testCollector.js';

const MINUTE = 60_000;
let collector: TestCollector;
let client: CollectorClient;
let root: string;
beforeEach(async () => {
  collector = await openCollector();
  client = new CollectorClient(collector.running.addresses.query);
  root = mkdtempSync(join(tmpdir(), 'hindcast-verify-'));
  mkdirSync(join(root, 'src'));
  const at = (line: number, name: string) => `${'\n'.repeat(line)}function ${name}() {\n  return 1;\n}\n`;
  writeFileSync(join(root, PATH), `${at(2, 'pay')}${at(14, 'order')}${at(17, 'price')}${at(17, 'greet')}`);
});
afterEach(async () => {
  client.close();
  rmSync(root, { recursive: true, force: true });
  await closeCollector(collector);
});

async function verdict(before: Behaviour, after: Behaviour, minutes: number, expected: string): Promise<unknown> {
  const random = randomFrom(5);
  const end = Math.floor(Date.now() / MINUTE) * MINUTE;
  let at = end - 2 * minutes * MINUTE;
  for (const [version, does] of [
    ['1', before],
    ['2', after],
  ] as const) {
    const service = { name: 'shop', version, instance: `i${version}` };
    await collector.otlp.export('logs', declaration(service, []));
    for (let i = 0; i < minutes; i++, at += MINUTE) {
      await collector.otlp.export('metrics', minuteRequest(service, at, does, random));
    }
  }
  const grammars = new Grammars();
  const answer = await askTool(
    'verify_change',
    { function: 'price', measure: 'p99', expect: expected },
    {
      client,
      workspace: new WorkspaceSource(root, grammars),
      texts: new DeployedTexts(grammars),
      nowMs: () => Date.now(),
    },
    { signal: new AbortController().signal, progress: () => {} },
  );
  const found = /"verdict":"([^"]+)"/.exec(JSON.stringify(answer.structured))?.[1];
  return found ?? answer.markdown;
}

const slow = { ...usual, priceSeconds: 0.025 };

it.each<[string, Behaviour, Behaviour, number, string, string]>([
  ['lower, and it is', slow, usual, 20, 'lower', 'confirmed'],
  ['lower, and it is higher', usual, slow, 20, 'lower', 'refuted'],
  ['not higher, and it is', usual, slow, 20, 'not_higher', 'refuted'],
  [
    'a large effect in too little data',
    { ...slow, callsPerMinute: 2 },
    { ...usual, callsPerMinute: 2 },
    8,
    'lower',
    'not enough data yet',
  ],
  [
    'a large effect in too little data',
    { ...usual, callsPerMinute: 2 },
    { ...slow, callsPerMinute: 2 },
    8,
    'not_higher',
    'not enough data yet',
  ],
])('%s', async (_, before, after, minutes, expected, answer) => {
  expect(await verdict(before, after, minutes, expected)).toBe(answer);
});
