import { describe, expect, it } from 'vitest';
import { statusView } from './statusView.js';
import { testState } from './testState.js';

const nowMs = Date.UTC(2026, 0, 1, 12);
const formatTime = (ms: number) => new Date(ms).toISOString().slice(11, 19);
const view = (...args: Parameters<typeof testState>) => statusView(testState(...args), nowMs, formatTime);

const service = {
  name: 'corner-shop',
  version: '1.4.0',
  environment: 'production',
  lastSeenMs: nowMs - 5000,
  instances: 2,
  functions: 8,
  functionsRan: 7,
};

const snapshot = { takenOn: '2026-11-20', window: 'P7D' };

describe('statusView', () => {
  it.each([
    [view(), '$(pulse) Hindcast'],
    [view({}, { state: 'no-data' }), '$(pulse) Hindcast: no data yet'],
    [view({}, { state: 'no-collector' }), '$(pulse) Hindcast: no collector'],
    [view({ embedded: { kind: 'starting' } }, { state: 'no-collector' }), '$(pulse) Hindcast: starting'],
    [
      view({ embedded: { kind: 'off', reason: '' } }, { state: 'no-collector', snapshot }),
      '$(archive) Hindcast: snapshot 2026-11-20',
    ],
    [view({}, { state: 'connecting' }), '$(pulse) Hindcast: connecting'],
    [view({ overlayVisible: false }), '$(eye-closed) Hindcast'],
    [view({ server: 'failed' }), '$(warning) Hindcast'],
  ])('text %#: %s', ({ text }, expected) => {
    expect(text).toBe(expected);
  });

  it('lists what is connected, how fresh it is and what the file shows', () => {
    const { tooltip } = view(
      { embedded: { kind: 'running', pid: 7 } },
      { services: [service], readAtMs: nowMs, file: { uri: 'file:///a.ts', state: 'shown', message: '7 functions' } },
    );
    expect(tooltip.replaceAll('\\', '')).toMatchInlineSnapshot(`
      "**Hindcast**: Showing 1 service.

      This file: 7 functions

      - **corner-shop 1.4.0** · production · 2 instances · 7 of 8 functions ran · seen 5 s ago

      Collector 0.1.0 at 127.0.0.1:4319, run by this window. Window: PT1H, read at 12:00:00."
    `);
  });

  const change = {
    revision: 3,
    isInStatusItem: true,
    risk: 34,
    level: 'medium',
    functions: 2,
    since: '1.4.2',
  } as const;

  it('shows the risk of the change that is being made, in words too', () => {
    const { text, tooltip, accessibleLabel } = view({}, { change });
    expect(text).toBe('$(pulse) Hindcast $(git-compare) 34');
    const sentence = 'What you changed since 1.4.2: risk 34 (medium), 2 functions.';
    expect(tooltip.replaceAll('\\', '')).toContain(sentence);
    expect(accessibleLabel).toContain(sentence);
  });

  it.each([
    ['nothing differs', {}, { change: { ...change, functions: 0 } }],
    ['a setting says so', {}, { change: { ...change, isInStatusItem: false } }],
    ['the overlay is hidden', { overlayVisible: false }, { change }],
  ])('says nothing of it when %s', (_, state, status) => {
    const { text, tooltip } = view(state, status);
    expect(text).not.toContain('34');
    expect(tooltip).not.toContain('changed');
  });

  it('shows names from production as text, never as Markdown', () => {
    const { tooltip } = view({}, { services: [{ ...service, name: '[x](command:evil) <img src=y>' }] });
    expect(tooltip).not.toContain('[x](command:evil)');
    expect(tooltip).not.toMatch(/(?<!\\)<img/);
  });

  it('stays short with many services', () => {
    const { tooltip } = view({}, { services: Array.from({ length: 30 }, () => service) });
    expect(tooltip.match(/corner/g)).toHaveLength(8);
    expect(tooltip).toContain('and 22 more');
  });

  it('asks for attention only when a person has to act', () => {
    expect(view({ server: 'failed' }).needsAttention).toBe(true);
    expect(view({}, { state: 'no-collector' }).needsAttention).toBe(false);
  });
});
