import { histogramOf } from '@hindcast/core/histogram';
import { describe, expect, test } from 'vitest';
import type { DeployedFile, Deployment, FunctionFacts } from '../collector/facts.js';
import { fileFacts } from '../match/fileFacts.js';
import type { SourceFunction } from '../source/sourceFunction.js';
import { annotateFile, type FileAnnotation } from './annotateFile.js';

const own = (name: string, line: number, bodyHash = name): SourceFunction => ({
  name,
  line,
  column: 1,
  endLine: line,
  bodyHash,
});

const deployment: Deployment = {
  service: 'shop',
  environment: '',
  version: '2',
  revision: '',
  repositoryUrl: '',
  instances: 1,
  firstSeenMs: 0,
  lastSeenMs: 600_000,
  observedSeconds: 120,
  source: 'sensor',
};

const facts = (name: string, line: number, more: Partial<FunctionFacts> = {}): FunctionFacts => ({
  id: { name, line, column: 1, endLine: line, bodyHash: name },
  state: 'ran',
  calls: 60,
  errors: 6,
  errorsByType: [{ type: 'E', count: 6 }],
  duration: histogramOf([0.01, 0.01, 0.01, 1]),
  callers: [],
  callersOmitted: 0,
  declaredSinceMs: 0,
  lastCalledMs: 0,
  notObservedReason: '',
  entryCalls: 60,
  entryPoints: [],
  dependencies: [],
  ...more,
});

const file = (
  functions: FunctionFacts[],
  more: Partial<DeployedFile> = {},
  about: Partial<Deployment> = {},
): DeployedFile => ({
  deployment: { ...deployment, ...about },
  filePath: 'src/a.ts',
  contentHash: 'open',
  notObservedReason: '',
  functions,
  ...more,
});

function annotate(functions: SourceFunction[], deployed: DeployedFile[], contentHash = 'open'): FileAnnotation {
  const found = fileFacts({ functions, contentHash }, deployed, { packageName: 'shop' });
  return annotateFile({ file: 'a.ts', path: '/x/src/a.ts', window: 'PT1H' }, found);
}

test('rates divide by what was observed, shares by calls; quantiles come from the timed calls', () => {
  const [f] = annotate([own('f', 1)], [file([facts('f', 1)])]).functions;
  expect(f).toMatchObject({
    calls: 60,
    callsPerMinute: 30,
    errors: 6,
    errorRate: 0.1,
    durationSamples: 4,
    entryCalls: 60,
  });
  expect(f?.p50Ms).toBeGreaterThan(9.7);
  expect(f?.p50Ms).toBeLessThan(10.3);
  expect(f?.p99Ms).toBeGreaterThan(975);
  expect(f?.p99Ms).toBeLessThan(1025);
});

test('entry points are shares of the calls, dependencies are per call, callers are of their own service', () => {
  const deployed = facts('f', 1, {
    entryPoints: [{ entryPoint: { kind: 'http', name: 'POST /checkout' }, calls: 45 }],
    dependencies: [{ kind: 'db', target: 'sqlite', calls: 120, errors: 3, duration: histogramOf([0.01]) }],
    callers: [
      {
        service: 'web',
        filePath: 'src/page.ts',
        id: { name: 'buy', line: 3, column: 1, endLine: 0, bodyHash: '' },
        calls: 60,
        sampledCalls: 60,
      },
    ],
  });
  const [f] = annotate([own('f', 1)], [file([deployed])]).functions;
  expect(f).toMatchObject({
    service: 'shop',
    entryPoints: [{ kind: 'http', name: 'POST /checkout', calls: 45, share: 0.75 }],
    dependencies: [{ kind: 'db', target: 'sqlite', calls: 120, callsPerCall: 2, errors: 3 }],
    callers: [{ service: 'web', name: 'buy', file: 'src/page.ts', line: 3, calls: 60 }],
  });
  expect(f?.dependencies[0]?.p99Ms).toBeCloseTo(10, 0);
});

describe('what is unknown is null', () => {
  test.each<[string, Partial<FunctionFacts>, Partial<Deployment>, object]>([
    ['never timed', { duration: undefined }, {}, { p50Ms: null, p99Ms: null, durationSamples: 0 }],
    [
      'never ran',
      { state: 'never_ran', calls: 0, errors: 0, duration: undefined },
      {},
      { state: 'never_ran', calls: 0, errorRate: null, p99Ms: null },
    ],
    [
      'not observed',
      { state: 'not_observed', notObservedReason: 'No.' },
      {},
      {
        state: 'not_observed',
        calls: null,
        errors: null,
        durationSamples: null,
        entryCalls: null,
        notObservedReason: 'No.',
      },
    ],
    ['observed for no time', {}, { observedSeconds: 0 }, { calls: 60, callsPerMinute: null }],
    ['not reported', {}, { version: '', revision: '' }, { version: null, revision: null, environment: null }],
  ])('%s', (_, more, about, expected) => {
    expect(annotate([own('f', 1)], [file([facts('f', 1, more)], {}, about)]).functions).toMatchObject([expected]);
  });
});

test('every function is there once for each service that runs the file, in the order of the text', () => {
  const { functions } = annotate(
    [own('f', 1), own('g', 2)],
    [file([facts('f', 1)]), file([facts('f', 1), facts('g', 2)], {}, { service: 'web' })],
  );
  expect(functions.map(({ name, service, state }) => [name, service, state])).toEqual([
    ['f', 'shop', 'ran'],
    ['f', 'web', 'ran'],
    ['g', 'shop', 'not_observed'],
    ['g', 'web', 'ran'],
  ]);
});

test('a service counts once: its newest version, the others beside it', () => {
  const older = file([facts('f', 1, { calls: 7 })], {}, { version: '1', lastSeenMs: 0 });
  const { functions } = annotate([own('f', 1)], [older, file([facts('f', 1)])]);
  expect(functions).toMatchObject([{ version: '2', calls: 60, otherVersions: [{ version: '1', calls: 7 }] }]);
});

test('a file that was loaded and cannot be observed says why at every function', () => {
  const { state, functions } = annotate([own('f', 1)], [file([], { notObservedReason: 'It has a syntax error.' })]);
  expect(state).toBe('not-observed');
  expect(functions).toMatchObject([
    { state: 'not_observed', service: 'shop', notObservedReason: 'It has a syntax error.' },
  ]);
});

test('what spans do not name is not observed; it may well have run', () => {
  const spans = file([facts('f', 1)], { contentHash: '' }, { source: 'spans' });
  const [, g] = annotate([own('f', 1), own('g', 2)], [spans]).functions;
  expect(g?.notObservedReason).toBe('The service reports spans only, and none names this function.');
});

test('what was deployed and is not in the text is listed apart', () => {
  const { gone } = annotate([own('f', 1)], [file([facts('f', 1), facts('old', 9)], { contentHash: 'other' })]);
  expect(gone).toEqual([{ service: 'shop', name: 'old', line: 9, calls: 60 }]);
});

test('a deployed text that is known tells moved from edited where compiled code reported no bodies', () => {
  const id = { name: 'exports.f', line: 1, column: 9, endLine: 0, bodyHash: '' };
  const deployed = [
    file([facts('f', 1, { id }), facts('g', 2, { id: { ...id, name: 'g', line: 2 } })], { contentHash: 'before' }),
  ];
  const known = new Map([['before', { functions: [own('f', 1), own('g', 2)], isOfThisFile: true }]]);
  const source = { functions: [own('f', 3), own('g', 4, 'changed')], contentHash: 'after' };
  const matches = fileFacts(source, deployed, {}, undefined, known).functions.map(({ services }) => services[0]?.match);
  expect(matches).toMatchObject([
    { kind: 'moved', confidence: 'high' },
    { kind: 'edited', confidence: 'high' },
  ]);
});

test('a file that is the only service’s by likelihood alone is never more than unsure', () => {
  const found = fileFacts({ functions: [own('f', 1)], contentHash: 'after' }, [file([facts('f', 1)])], {});
  expect(found.functions[0]?.services[0]?.match?.confidence).toBe('low');
});
