import { describe, expect, it } from 'vitest';
import { testState } from '../testState.js';
import { viewState } from './viewState.js';

describe('the state of views', () => {
  it.each([
    [testState(), 'connected'],
    [testState({}, { state: 'no-data' }), 'noData'],
    [testState({}, { state: 'connecting' }), 'starting'],
    [testState({ server: 'failed' }), 'failed'],
    [testState({ embedded: { kind: 'starting' } }, { state: 'no-collector' }), 'starting'],
    [testState({ embedded: { kind: 'off', reason: 'Restricted Mode' } }, { state: 'no-collector' }), 'restricted'],
    [testState({ embedded: { kind: 'stopped' } }, { state: 'no-collector' }), 'noCollector'],
  ])('%#: is %s', (state, expected) => {
    expect(viewState(state)).toBe(expected);
  });
});
