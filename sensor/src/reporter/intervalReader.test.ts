import { expect, test } from 'vitest';
import { Cells } from '../runtime/cells.js';
import { allocateFunctions, allocateShared, CellKind, DURATION_OFFSET, viewShared } from '../runtime/sharedState.js';
import { apportion } from './apportion.js';
import { IntervalReader } from './intervalReader.js';
import { OtlpEncoder } from './otlp.js';

function setUp(names: string[]) {
  const state = viewShared(allocateShared());
  const reader = new IntervalReader(state);
  const first = allocateFunctions(state, names.length) ?? 0;
  names.forEach((name, i) => {
    reader.addFunction({ id: first + i, name, path: 'a.js', line: i + 1, column: 1, endLine: i + 1, hash: '' });
  });
  return { state, reader, cells: new Cells(state) };
}

test('calls are differences, and survive the wrap of 32 bits', () => {
  const { state, reader } = setUp(['f']);
  state.counts[0] = 0x7fff_fff0;
  expect(reader.read().functions[0]?.calls).toBe(0x7fff_fff0);
  state.counts[0] = -0x7fff_fff0;
  expect(reader.read().functions[0]?.calls).toBe(0x20);
  expect(reader.read().functions).toEqual([]);
});

test('edges add up to the calls, in proportion to what the samples stand for', () => {
  const { state, reader, cells } = setUp(['f', 'g', 'h']);
  state.counts[0] = 101;
  cells.add(0, CellKind.edge, 1 + 1, 30);
  cells.add(0, CellKind.edge, 2 + 1, 10);
  const [active] = reader.read().functions;
  expect(active?.edges.map(({ caller, calls, samples }) => [caller?.name, calls, samples])).toEqual([
    ['g', 76, 1],
    ['h', 25, 1],
  ]);
  // No sample in the next interval: its history decides.
  state.counts[0] = 105;
  expect(reader.read().functions[0]?.edges.map(({ calls, samples }) => [calls, samples])).toEqual([
    [3, 0],
    [1, 0],
  ]);
});

test('an interval without a look is split as the last one that had one', () => {
  const { state, reader, cells } = setUp(['f', 'g', 'h']);
  state.counts[0] = 100;
  cells.add(0, CellKind.edge, 1 + 1, 100);
  reader.read();
  state.counts[0] = 110;
  cells.add(0, CellKind.edge, 2 + 1, 10);
  reader.read();
  state.counts[0] = 114;
  const [active] = reader.read().functions;
  expect(active?.edges.map(({ caller, calls, samples }) => [caller?.name, calls, samples])).toEqual([['h', 4, 0]]);
});

test('calls before the first look wait for it, and are not taken for calls from outside', () => {
  const { state, reader, cells } = setUp(['f', 'g']);
  state.counts[0] = 3;
  expect(reader.read().functions[0]).toMatchObject({ calls: 3, edges: [] });
  state.counts[0] = 7;
  expect(reader.read().functions[0]).toMatchObject({ calls: 4, edges: [] });
  state.counts[0] = 8;
  cells.add(0, CellKind.edge, 1 + 1, 8);
  const [active] = reader.read().functions;
  expect(active?.calls).toBe(1);
  expect(active?.edges.map(({ caller, calls, samples }) => [caller?.name, calls, samples])).toEqual([['g', 8, 1]]);
});

test('calls that were seen to come from outside are entries', () => {
  const { state, reader, cells } = setUp(['f']);
  state.counts[0] = 3;
  cells.add(0, CellKind.edge, 0, 3);
  expect(reader.read().functions[0]?.edges).toEqual([{ caller: undefined, calls: 3, samples: 1 }]);
});

test('after each read the next call is sampled', () => {
  const { state, reader } = setUp(['f']);
  state.counts[0] = 1000;
  state.nextSample[0] = 5000;
  reader.read();
  expect(state.nextSample[0]).toBe(1000);
  expect(state.stride[0]).toBe(50);
});

test('errors and durations arrive with their type and bucket', () => {
  const { state, reader, cells } = setUp(['f']);
  reader.nameErrorType(0, 'TypeError');
  state.counts[0] = 2;
  cells.add(0, CellKind.error, 1, 1);
  cells.add(0, CellKind.duration, DURATION_OFFSET - 40, 1);
  cells.add(0, CellKind.duration, 0, 1);
  state.durationSums[0] = 0.25;
  const [active] = reader.read().functions;
  expect(active?.errors).toEqual([{ type: 'TypeError', origin: 'passed', calls: 1 }]);
  expect(active?.durations).toEqual({ count: 2, zeroCount: 1, sumSeconds: 0.25, buckets: new Map([[-40, 1]]) });
});

test.each([
  [10, [1, 1, 1], [4, 3, 3]],
  [7, [0, 0], [0, 0]],
  [1, [5, 5], [1, 0]],
  [0, [1, 2], [0, 0]],
])('apportion %i by %j is %j', (total, weights, parts) => {
  expect(apportion(total, weights)).toEqual(parts);
});

test('declarations are events by name', () => {
  const encoder = new OtlpEncoder({ 'service.name': 's' }, '0.1.0');
  const fn = { id: 0, name: 'f', line: 1, column: 10, endLine: 3, hash: '' };
  const functions = Array.from({ length: 2001 }, () => fn);
  const [request] = encoder.declarations([{ kind: 'loaded', path: 'a.js', hash: 'h', functions }], 5n);
  // LogRecord.event_name is field 12: tag 0x62, then the length.
  const name = 'hindcast.file.loaded';
  const needle = Buffer.concat([Buffer.from([0x62, name.length]), Buffer.from(name)]);
  const at = request?.indexOf(needle) ?? -1;
  expect(at).toBeGreaterThan(0);
  expect(request?.indexOf(needle, at + 1)).toBeGreaterThan(at);
});
