import type { Dependency, Deployment, EntryPointFacts, ServiceSummary } from '@hindcast/server/collector/facts';
import { expect, test } from 'vitest';
import type { StatusReport } from './commands/status.js';
import { noColours } from './paint.js';
import { statusText } from './statusText.js';

const deployment: Deployment = {
  service: 'shop',
  environment: '',
  version: '2',
  revision: '',
  repositoryUrl: '',
  instances: 1,
  firstSeenMs: 0,
  lastSeenMs: 0,
  observedSeconds: 60,
  source: 'sensor',
};
const dependency = (target: string, calls: number): Dependency => ({
  kind: 'db',
  target,
  calls,
  errors: 0,
  duration: undefined,
});
const summary: ServiceSummary = {
  deployment,
  files: 1,
  filesNotObserved: 0,
  functions: 3,
  functionsRan: 2,
  functionsNeverRan: 1,
  functionsNotObserved: 0,
  calls: 90,
  errors: 9,
  drops: [
    { reason: 'edge\u001b[2J', count: 3 },
    { reason: 'none', count: 0 },
  ],
  dependencies: ['sqlite\u001b', 'b', 'c', 'd', 'e', 'f'].map((target, i) => dependency(target, 60 - i)),
};
const entryPoint = (about: Partial<Deployment>): EntryPointFacts => ({
  deployment: { ...deployment, ...about },
  entryPoint: { kind: 'http', name: 'GET /' },
  id: undefined,
  filePath: '',
  calls: 1,
  errors: 0,
  errorsByType: [],
  duration: undefined,
});

const linesOf = (more: Partial<StatusReport>) =>
  statusText(
    {
      collector: { address: '127.0.0.1:4319', reachable: true },
      window: 'PT1H',
      services: [summary],
      entryPoints: [],
      advice: [],
      ...more,
    },
    noColours,
    0,
  )
    .split('\n')
    .map((line) => line.trim());

test('a service is told with its own entry points, what it calls and what its sensor gave up', () => {
  const lines = linesOf({ entryPoints: [entryPoint({}), entryPoint({}), entryPoint({ version: '1' })] });
  expect(lines).toContain('90 calls, 9 errors; 2 entry points called; given up: edge\\x1b[2J 3');
  expect(lines).toContain('calls sqlite\\x1b 60, b 59, c 58, d 57, e 56, 1 more');
});

test.each([[null], [[]]])('entry points %j are not told', (entryPoints) => {
  expect(linesOf({ entryPoints })).toContain('90 calls, 9 errors; given up: edge\\x1b[2J 3');
});
