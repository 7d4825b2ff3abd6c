import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readSettings } from '@hindcast/collector/operations/readSettings';
import { settings, variableOf } from '@hindcast/collector/operations/settings';

// Neither can be run here: these tests hold them to the names that the collector knows.

const root = join(import.meta.dirname, '../..');
const text = (name: string): string => readFileSync(join(root, name), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'hindcast-deploy-'));
const tokens = join(folder, 'tokens');
writeFileSync(tokens, 'ingest 0123456789abcdef\n');
afterAll(() => rmSync(folder, { recursive: true }));

interface Manifest {
  readonly kind: string;
  readonly data: Record<string, string>;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly { readonly args: string[]; readonly ports: { containerPort: number }[] }[];
      };
    };
  };
}
const manifests = parseAllDocuments(text('deploy/kubernetes.yaml')).map((it) => it.toJS() as Manifest);
const manifest = (kind: string): Manifest => {
  const found = manifests.find((it) => it.kind === kind);
  if (!found) throw new Error(`there is no ${kind}`);
  return found;
};

it('the Kubernetes manifest has a configuration that a collector takes', () => {
  const config = join(folder, 'collector.yaml');
  writeFileSync(config, manifest('ConfigMap').data['collector.yaml'] ?? '');
  const { config: effective, shown } = readSettings({ 'token-file': tokens }, {}, config);
  const container = manifest('StatefulSet').spec.template.spec.containers[0];
  const ports = [effective.otlpGrpc, effective.otlpHttp, effective.query].map((it) => Number(it?.split(':')[1]));
  expect(container?.ports.map(({ containerPort }) => containerPort)).toEqual(ports);
  expect(container?.args.slice(0, 2)).toEqual(['collector', '--config']);
  expect(shown.filter(({ from }) => from.startsWith(config)).length).toBeGreaterThan(5);
});

it('the Dockerfile names what the build makes and settings that there are', () => {
  const lines = text('Dockerfile');
  const build = text('scripts/build.mjs');
  expect(build).toContain("hindcast: 'cli/src/main.ts'");
  expect(build).toContain("'dist', 'grammars'");
  expect(lines).toContain('/src/dist/hindcast.cjs');
  expect(lines).toContain('/src/dist/grammars');
  const variables: Record<string, string> = {};
  for (const [, name = '', value = ''] of lines.matchAll(/(HINDCAST_COLLECTOR_\w+)=(\S+)/g)) variables[name] = value;
  expect(Object.keys(variables).length).toBeGreaterThan(3);
  expect(settings.map(variableOf)).toEqual(expect.arrayContaining(Object.keys(variables)));
  // As it is it refuses to start: who runs it says how it is protected.
  expect(() => readSettings({}, variables, undefined)).toThrow(/no access token/);
  expect(readSettings({ 'plain-text': true, 'token-file': tokens }, variables, undefined).logFormat).toBe('json');
});
