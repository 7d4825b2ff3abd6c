import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from './readSettings.js';

let folder: string;
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'hindcast-settings-'))));
afterAll(() => rmSync(folder, { recursive: true }));

describe('settings', () => {
  it('come from flags, then the environment, then the file, then defaults', () => {
    const config = file(
      'a.yaml',
      `otlp:
  grpc: 127.0.0.1:1
  http: off
query: 127.0.0.1:2
limits:
  connections: 7
`,
    );
    const { config: effective, shown } = readSettings(
      { query: '127.0.0.1:4' },
      { HINDCAST_COLLECTOR_QUERY: '127.0.0.1:3', HINDCAST_COLLECTOR_STORE: 'memory' },
      config,
    );
    expect(effective).toMatchObject({
      otlpGrpc: '127.0.0.1:1',
      otlpHttp: undefined,
      query: '127.0.0.1:4',
      store: 'memory',
      security: { tokens: [], tls: undefined, limits: { connections: 7 } },
    });
    const from = Object.fromEntries(shown.map((it) => [it.name, it.from]));
    expect(from).toMatchObject({
      'otlp-grpc': `${config}:2:9`,
      query: '--query',
      store: 'HINDCAST_COLLECTOR_STORE',
      'log-level': 'default',
    });
  });

  it('never show secrets', () => {
    const secret = 'very-secret-0123456789';
    const config = file(
      'b.yaml',
      `tokens:\n  ingest: ${secret}\nstore: clickhouse://me:${secret}@db:8123/h?password=${secret}\n`,
    );
    const { shown, config: effective } = readSettings({}, { HINDCAST_COLLECTOR_READ_TOKEN: secret }, config);
    expect(effective.security?.tokens).toHaveLength(2);
    expect(JSON.stringify([shown, effective.security])).not.toContain(secret);
    expect(shown.find(({ name }) => name === 'ingest-token')?.value).toBe('***');
  });

  const all = '0.0.0.0:4317';
  it.each<[string, string, Record<string, string>, RegExp]>([
    [
      'a name that there is not',
      'otlp:\n  grcp: x\n',
      {},
      /:2:3: there is no setting 'otlp.grcp'; here are grpc, http/,
    ],
    ['a value of another kind', 'limits:\n  connections: many\n', {}, /:2:16: max-connections is a whole number/],
    ['a list', 'query: [1]\n', {}, /:1:8: query takes one value/],
    ['what is no YAML', 'query: "x\n', {}, /bad\.yaml:\d+:\d+: /],
    ['a name twice', 'query: a\nquery: b\n', {}, /:2:1: Map keys must be unique/],
    ['an address that is none', 'query: nowhere\n', {}, /bad\.yaml:1:8/],
    [
      'another machine without a token',
      '',
      { HINDCAST_COLLECTOR_OTLP_GRPC: all },
      /there is no access token: use --token-file/,
    ],
    [
      'a token without TLS for another machine',
      'tokens: {ingest: 0123456789abcdef}',
      { HINDCAST_COLLECTOR_OTLP_GRPC: all },
      /unencrypted: use --tls-cert/,
    ],
    ['a certificate without its key', 'tls: {cert: a.pem}', {}, /:1:13: TLS takes both/],
    ['files that are not there', 'tls: {cert: /no/a.pem, key: /no/b.pem}', {}, /\/no\/a\.pem cannot be read/],
    ['a short token', 'tokens: {read: abc}', {}, /:1:16: a token has at least 16/],
    ['a file of tokens that is not there', 'tokens: {file: /no/tokens}', {}, /\/no\/tokens cannot be read \(ENOENT\)/],
    ['a level that there is not', 'log: {level: loud}', {}, /:1:14: log-level is one of error, warn, info, debug/],
  ])('%s: said with its place', (_case, text, environment, message) => {
    expect(() => readSettings({}, environment, file('bad.yaml', text))).toThrow(message);
  });

  it('let tokens go unencrypted where a person says that something in front does TLS', () => {
    const tokens = file('tokens', 'ingest,read 0123456789abcdef\n');
    const { config } = readSettings({ 'token-file': tokens, 'plain-text': true, query: '0.0.0.0:1' }, {}, undefined);
    expect(config.query).toBe('0.0.0.0:1');
  });
});
