import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { publicRepositoryUrl, readGit } from './gitCommit.js';
import { describeResource, type ProcessFacts } from './resource.js';
import { readPairs, readSettings } from './settings.js';

const made: string[] = [];
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true });
});

function folder(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'hindcast-'));
  made.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const facts = (directory: string, env: ProcessFacts['env'] = {}, script?: string): ProcessFacts => ({
  env,
  script,
  directory,
  pid: 7,
  nodeVersion: '24.0.0',
  instanceId: 'i',
  sensorVersion: '0.1.0',
});

const id = '0123456789abcdef0123456789abcdef01234567';

test('name and version come from the nearest package.json that has a name', () => {
  const root = folder({
    'package.json': '{"name":"@shop/orders","version":"1.2.3"}',
    'src/package.json': '{"type":"module"}',
  });
  expect(describeResource(facts(join(root, 'src')))).toMatchObject({
    'service.name': '@shop/orders',
    'service.version': '1.2.3',
    'telemetry.sdk.name': '@hindcast/sensor',
    'process.pid': 7,
  });
});

test('OTEL_* wins over HINDCAST_*, that over what is found; values are percent-decoded', () => {
  const root = folder({ 'package.json': '{"name":"found","version":"1"}' });
  const env = {
    HINDCAST_SERVICE_NAME: 'told',
    HINDCAST_SERVICE_VERSION: '2',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=attribute,service.version=3,deployment.environment.name=a%2Cb',
    OTEL_SERVICE_NAME: 'named',
    NODE_ENV: 'production',
  };
  const resource = describeResource(facts(root, env));
  expect(resource).toMatchObject({
    'service.name': 'named',
    'service.version': '3',
    'deployment.environment.name': 'a,b',
  });
  const ours = { ...env, OTEL_SERVICE_NAME: '', OTEL_RESOURCE_ATTRIBUTES: '' };
  expect(describeResource(facts(root, ours))).toMatchObject({
    'service.name': 'told',
    'deployment.environment.name': 'production',
  });
});

test('without a package.json the script names the service, without that nothing does', () => {
  const nowhere = '/';
  expect(describeResource(facts(nowhere, {}, '/srv/app.mjs'))['service.name']).toBe('app');
  expect(describeResource(facts(nowhere))['service.name']).toBe('unknown_service:node');
});

test.each([
  ['a branch', { '.git/HEAD': 'ref: refs/heads/main\n', '.git/refs/heads/main': `${id}\n` }],
  [
    'a packed branch',
    { '.git/HEAD': 'ref: refs/heads/main\n', '.git/packed-refs': `# pack-refs\n${id} refs/heads/main\n` },
  ],
  ['a detached head', { '.git/HEAD': `${id}\n` }],
  [
    'a worktree',
    {
      '.git': 'gitdir: repo/worktrees/w\n',
      'repo/worktrees/w/HEAD': 'ref: refs/heads/x\n',
      'repo/worktrees/w/commondir': '../..\n',
      'repo/refs/heads/x': id,
    },
  ],
])('the commit of %s', (_, files) => {
  expect(readGit(folder(files)).revision).toBe(id);
});

test('a platform tells the commit where there is no repository', () => {
  const env = { GITHUB_SHA: id };
  expect(describeResource(facts('/', env))['vcs.ref.head.revision']).toBe(id);
  expect(describeResource(facts('/', { SOURCE_VERSION: '$(rm)' }))['vcs.ref.head.revision']).toBeUndefined();
});

test('origin without credentials', () => {
  const config =
    '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://user:secret@example.com/a/b.git\n\tfetch = +refs\n';
  expect(readGit(folder({ '.git/HEAD': id, '.git/config': config })).repositoryUrl).toBe('https://example.com/a/b');
});

test.each([
  ['git@example.com:a/b.git', 'https://example.com/a/b'],
  ['ssh://git@example.com/a/b', 'https://example.com/a/b'],
  ['https://token@example.com/a/b/', 'https://example.com/a/b'],
  ['/home/me/repo', undefined],
  ['../repo', undefined],
])('%s is public as %s', (url, expected) => {
  expect(publicRepositoryUrl(url)).toBe(expected);
});

test('settings: what cannot be used falls back to the default', () => {
  expect(readSettings({})).toMatchObject({ intervalMs: 10_000, timeoutMs: 10_000, logLevel: undefined });
  expect(readSettings({}).endpoint.href).toBe('http://localhost:4317/');
  expect(readSettings({ HINDCAST_INTERVAL_MS: 'soon' }).intervalMs).toBe(10_000);
  expect(readSettings({ HINDCAST_INTERVAL_MS: '250' }).intervalMs).toBe(250);
  expect(readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }).endpoint.href).toBe('http://collector:4317/');
  expect(readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://x' }).endpoint.port).toBe('4317');
  const both = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:1', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://b:2' };
  expect(readSettings(both).endpoint.origin).toBe('https://b:2');
  expect(readSettings({ OTEL_EXPORTER_OTLP_HEADERS: 'Api-Key=a%20b, x = y ,broken' }).headers).toEqual({
    'api-key': 'a b',
    x: 'y',
  });
});

test('broken pairs and encodings do no harm', () => {
  expect(readPairs('a=1,,=2,b,c=%zz')).toEqual({ a: '1', c: '%zz' });
});
