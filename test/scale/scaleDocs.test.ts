// The examples of docs/scale.md: what is ours is read by our own code, what is an OpenTelemetry Collector's is checked for its structure.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '@hindcast/collector/operations/readSettings';
import { parseClickHouseAddress } from '@hindcast/collector/store/clickhouse/storeAddress';
import { parse } from 'yaml';
import { routedByTrace } from './routedByTrace.js';

const text = readFileSync(join(import.meta.dirname, '../../docs/scale.md'), 'utf8');

function blocks(kind: string): string[] {
  return [...text.matchAll(/```yaml (\w+)\n([\s\S]*?)```/g)].filter((it) => it[1] === kind).map((it) => it[2] ?? '');
}

interface OtelConfiguration {
  readonly receivers: Record<string, unknown>;
  readonly processors?: Record<string, unknown>;
  readonly exporters: Record<string, Record<string, unknown>>;
  readonly service: {
    readonly pipelines: Record<string, Partial<Record<'receivers' | 'processors' | 'exporters', string[]>>>;
  };
}

describe('docs/scale.md', () => {
  it('has configurations that a collector takes', () => {
    const examples = blocks('hindcast');
    expect(examples).toHaveLength(2);
    const folder = mkdtempSync(join(tmpdir(), 'hindcast-scale-'));
    try {
      const stores = examples.map((example, i) => {
        const file = join(folder, `${i}.yaml`);
        writeFileSync(file, example);
        const { config, shown } = readSettings({}, {}, file);
        expect(JSON.stringify(shown)).not.toContain('PASSWORD');
        return parseClickHouseAddress(config.store);
      });
      expect(stores).toMatchObject([
        { cluster: 'main', database: 'hindcast', otelTraces: undefined, urls: { length: 2 } },
        { cluster: undefined, database: 'otel', otelTraces: 'otel_traces', otelHours: 6 },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(blocks('otelcol').map((block, i) => [i, block] as const))(
    'has OpenTelemetry configuration %i whose pipelines name what it defines',
    (_, block) => {
      const { service, ...components } = parse(block) as OtelConfiguration;
      expect(Object.keys(service.pipelines).length).toBeGreaterThan(0);
      const used = { receivers: new Set<string>(), processors: new Set<string>(), exporters: new Set<string>() };
      for (const pipeline of Object.values(service.pipelines)) {
        for (const part of ['receivers', 'processors', 'exporters'] as const) {
          for (const name of pipeline[part] ?? []) used[part].add(name);
        }
      }
      for (const part of ['receivers', 'processors', 'exporters'] as const) {
        expect([...used[part]].sort(), part).toEqual(Object.keys(components[part] ?? {}).sort());
      }
    },
  );

  it('routes traces by their id, to every collector that a name resolves to', () => {
    const configurations = blocks('otelcol').map((block) => parse(block) as OtelConfiguration);
    const routing = configurations.flatMap(({ exporters }) =>
      Object.entries(exporters).filter(([name]) => name.startsWith('loadbalancing')),
    );
    expect(routing.map(([, exporter]) => exporter)).toMatchObject([
      { routing_key: 'traceID', resolver: { dns: { hostname: 'hindcast-collectors', port: 4317 } } },
    ]);
    const choose = routedByTrace(['a', 'b', 'c']);
    const counts = Array.from({ length: 300 }, (_, i) => choose(i));
    for (const name of ['a', 'b', 'c']) expect(counts.filter((it) => it === name).length).toBeGreaterThan(50);
    expect(choose(7)).toBe(choose(7));
  });
});
