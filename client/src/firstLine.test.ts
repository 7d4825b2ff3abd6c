import type { FileState } from '@hindcast/proto/lspMessages';
import { describe, expect, it } from 'vitest';
import { explanationLine, firstLine } from './firstLine.js';
import { testState } from './testState.js';

const uri = 'file:///shop/a.ts';
const withFile = (state: FileState, of = uri) =>
  testState({}, { file: { uri: of, state, message: `because it is ${state}` } });

describe('firstLine', () => {
  it.each<[FileState, boolean]>([
    ['shown', false],
    ['pending', false],
    ['unsupported', false],
    ['unknown', true],
    ['ambiguous', true],
    ['not-observed', true],
  ])('a file that is %s is explained: %s', (state, explained) => {
    expect(firstLine(withFile(state), uri)?.detail).toBe(explained ? `because it is ${state}` : undefined);
  });

  it('says nothing about another file than the one the server spoke of', () => {
    expect(firstLine(withFile('unknown', 'file:///shop/b.ts'), uri)).toBeUndefined();
  });

  it('explains every file when there is no collector or no data', () => {
    expect(firstLine(testState({}, { state: 'no-collector', message: 'Nobody there.' }), uri)?.text).toBe(
      'Hindcast: Nobody there.',
    );
    expect(firstLine(testState({}, { state: 'no-data', message: 'Nothing yet.' }), uri)?.detail).toBe('Nothing yet.');
  });

  it('waits while it is not known yet', () => {
    expect(firstLine(testState({}, { state: 'connecting' }), uri)).toBeUndefined();
    const starting = testState({ embedded: { kind: 'starting' } }, { state: 'no-collector' });
    expect(firstLine(starting, uri)).toBeUndefined();
  });

  it('is silent when a person hid the overlay', () => {
    expect(firstLine({ ...withFile('unknown'), overlayVisible: false }, uri)).toBeUndefined();
  });

  it('keeps the line short and the detail whole', () => {
    const message = 'x'.repeat(300);
    const line = firstLine(testState({}, { state: 'no-data', message }), uri);
    expect(line?.text).toHaveLength(96);
    expect(line?.detail).toBe(message);
  });
});

it.each([
  [[], 0],
  [[20, 0], 0],
  [[61, 90, 40, 0], 2],
  [[80, 61, 70, 80, 90, 0], 1],
])('lines of lengths %j: behind line %i', (lengths, line) => {
  expect(explanationLine(lengths)).toBe(line);
});
