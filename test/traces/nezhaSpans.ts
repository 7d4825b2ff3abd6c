import type { TraceSpan } from '@hindcast/core/criticalPathTree';

const HEADER = 'TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration';

/**
 * The traces of a Nezha trace file. It does not say what kind a span is: one with a child in another pod called it (client), and
 * that child was called (server).
 */
export function nezhaTraces(csv: string): TraceSpan[][] {
  const [header, ...lines] = csv.trim().split(/\r?\n/);
  if (header !== HEADER) throw new Error(`not a Nezha trace file: its first line is ${header ?? ''}`);
  const traces = new Map<string, string[][]>();
  for (const line of lines) {
    const row = line.split(',');
    const rows = traces.get(row[0] ?? '');
    if (rows) rows.push(row);
    else traces.set(row[0] ?? '', [row]);
  }
  return [...traces.values()].map(spansOf);
}

function spansOf(rows: readonly string[][]): TraceSpan[] {
  const pods = new Map(rows.map(([, id = '', , pod = '']) => [id, pod]));
  const isRemote = (parent: string, pod: string) => pods.has(parent) && pods.get(parent) !== pod;
  const clients = new Set(rows.flatMap(([, , parent = '', pod = '']) => (isRemote(parent, pod) ? parent : [])));
  // An operation may have a comma in its name; the three numbers stand at the end.
  const nanos = (row: readonly string[], fromEnd: number) => BigInt(row.at(-fromEnd) ?? '');
  const origin = rows.map((row) => nanos(row, 3)).reduce((a, b) => (b < a ? b : a));
  return rows.map((row) => {
    const [, id = '', parent = '', pod = ''] = row;
    return {
      id,
      parentId: parent === 'root' ? undefined : parent,
      startNanos: Number(nanos(row, 3) - origin),
      endNanos: Number(nanos(row, 2) - origin),
      kind: clients.has(id) ? 'client' : isRemote(parent, pod) ? 'server' : 'internal',
      service: pod.replace(/-[0-9a-f]+-[0-9a-z]+$/, ''),
      functionKey: row.slice(4, -3).join(','),
    };
  });
}
