import { decodeRequests, type Recording } from './recording.js';

/** What a recording says by itself: sums over its points, made without the collector. */
export interface Truth {
  readonly functions: readonly TrueFunction[];
  readonly calls: number;
}

export interface TrueFunction {
  readonly service: string;
  readonly version: string;
  readonly path: string;
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly calls: number;
  readonly errors: ReadonlyMap<string, number>;
  /** `service name` of a caller → calls; '' is entry from outside own code. */
  readonly callers: ReadonlyMap<string, number>;
  /** Entry point's name → calls. */
  readonly entryPoints: ReadonlyMap<string, number>;
  /** `kind target` → calls. */
  readonly dependencies: ReadonlyMap<string, number>;
}

interface Draft {
  service: string;
  version: string;
  path: string;
  name: string;
  line: number;
  column: number;
  calls: number;
  errors: Map<string, number>;
  callers: Map<string, number>;
  entryPoints: Map<string, number>;
  dependencies: Map<string, number>;
}

type Values = ReadonlyMap<string, string | number>;

export function truthOf(recording: Recording): Truth {
  const functions = new Map<string, Draft>();
  const known = (resource: Values, path: string, name: string, line: number, column: number): Draft => {
    const service = String(resource.get('service.name'));
    const key = JSON.stringify([service, path, name, line, column]);
    let draft = functions.get(key);
    if (!draft) {
      draft = {
        service,
        version: String(resource.get('service.version') ?? ''),
        path,
        name,
        line,
        column,
        calls: 0,
        errors: new Map(),
        callers: new Map(),
        entryPoints: new Map(),
        dependencies: new Map(),
      };
      functions.set(key, draft);
    }
    return draft;
  };
  const { metrics, logs } = decodeRequests(recording);
  for (const { resourceLogs } of logs) {
    for (const { resource, scopeLogs } of resourceLogs) {
      for (const record of (scopeLogs ?? []).flatMap((scope) => scope.logRecords ?? [])) {
        const path = String(valuesOf(record.attributes).get('code.file.path'));
        if (!record.body?.arrayValue) continue;
        for (const entry of record.body.arrayValue.values ?? []) {
          const values = valuesOf(entry.kvlistValue?.values);
          known(
            valuesOf(resource?.attributes),
            path,
            String(values.get('name')),
            Number(values.get('line')),
            Number(values.get('column')),
          );
        }
      }
    }
  }
  for (const { resourceMetrics } of metrics) {
    for (const { resource, scopeMetrics } of resourceMetrics) {
      const from = valuesOf(resource?.attributes);
      for (const metric of (scopeMetrics ?? []).flatMap((scope) => scope.metrics ?? [])) {
        for (const point of metric.sum?.dataPoints ?? []) {
          const values = valuesOf(point.attributes);
          if (!values.has('code.function.name')) continue;
          const own = known(
            from,
            String(values.get('code.file.path')),
            String(values.get('code.function.name')),
            Number(values.get('code.line.number')),
            Number(values.get('code.column.number')),
          );
          add(own, metric.name ?? '', values, point.asInt ?? 0);
        }
      }
    }
  }
  const all = [...functions.values()];
  return { functions: all, calls: all.reduce((sum, { calls }) => sum + calls, 0) };
}

function add(own: Draft, metric: string, values: Values, count: number): void {
  const into = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + count);
  const text = (key: string) => String(values.get(key) ?? '');
  switch (metric) {
    case 'hindcast.function.calls':
      own.calls += count;
      return;
    case 'hindcast.function.errors':
      into(own.errors, text('error.type'));
      return;
    case 'hindcast.edge.calls': {
      const name = text('hindcast.caller.function.name');
      const service = text('hindcast.caller.service.name') || own.service;
      into(own.callers, name === '' ? '' : `${service} ${name}`);
      return;
    }
    case 'hindcast.function.entries':
      if (text('hindcast.entry.name') !== '') into(own.entryPoints, text('hindcast.entry.name'));
      return;
    case 'hindcast.dependency.calls':
      into(own.dependencies, `${text('hindcast.dependency.kind')} ${text('hindcast.dependency.target')}`);
  }
}

function valuesOf(
  attributes:
    | readonly {
        readonly key?: string | null;
        readonly value?: { readonly stringValue?: string | null; readonly intValue?: number | null } | null;
      }[]
    | null
    | undefined,
): Values {
  return new Map(
    (attributes ?? []).map(({ key, value }) => [key ?? '', value?.stringValue || value?.intValue || ''] as const),
  );
}
