import { expect, it } from 'vitest';
import type { ClientState } from './clientState.js';
import { headline } from './headline.js';
import { testState } from './testState.js';

const noCollector = (embedded: ClientState['embedded']) =>
  testState({ embedded }, { state: 'no-collector', message: 'Nothing answers.' });

it.each<[string, ClientState, RegExp]>([
  ['before the server spoke', { ...testState(), status: undefined } as unknown as ClientState, /^Hindcast is starting/],
  ['server gone', testState({ server: 'failed' }), /Restart Language Server/],
  ['connected', testState(), /^Showing 1 service\.$/],
  ['hidden', testState({ overlayVisible: false }), /hidden.*Toggle Overlay/],
  ['hidden and no collector: the cause first', noCollector({ kind: 'external' }), /^Nothing answers\.$/],
  [
    'a snapshot is shown instead',
    testState(
      { embedded: { kind: 'off', reason: 'Restricted Mode' } },
      { state: 'no-collector', message: 'From a snapshot.', snapshot: { takenOn: '2026-11-20', window: 'P7D' } },
    ),
    /^From a snapshot\.$/,
  ],
  ['starting', noCollector({ kind: 'starting' }), /is starting/],
  ['failed', noCollector({ kind: 'failed', message: '127.0.0.1:4317 is in use.' }), /127\.0\.0\.1:4317 is in use/],
  ['stopped', noCollector({ kind: 'stopped' }), /Start Embedded Collector/],
  ['off', noCollector({ kind: 'off', reason: 'Restricted Mode' }), /\(Restricted Mode\)\.$/],
  [
    'own collector without data: what to run',
    testState({ embedded: { kind: 'running', pid: 1 } }, { state: 'no-data', message: 'No data.' }),
    /node --import @hindcast\/sensor\/register app\.js$/,
  ],
])('%s', (_name, state, sentence) => {
  expect(headline(state)).toMatch(sentence);
});
