import { hostileStrings, type HostilePlace } from './hostileStrings.js';

type Hostile = ReturnType<typeof hostileStrings>[number];

/** A function of the repository that the hostile telemetry is about. */
export interface Victim {
  readonly path: string;
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly contentHash: string;
}

const string = (key: string, value: string) => ({ key, value: { stringValue: value } });
const int = (key: string, value: number) => ({ key, value: { intValue: String(value) } });

/** What a sensor would send when a string of production is hostile: one service for each string. OTLP/JSON requests by path. */
export function hostileTelemetry(hostile: Hostile, victim: Victim, nowMs: number): { path: string; body: object }[] {
  const at = (place: HostilePlace, usual: string) => (hostile.place === place ? hostile.text : usual);
  const resource = {
    attributes: [
      string('service.name', at('service', `victim-${hostile.canary.replace(/\D/g, '-')}`)),
      string('service.version', at('version', '1.0.0')),
      string('service.instance.id', `instance-${hostile.canary}`),
      string('telemetry.sdk.name', '@hindcast/sensor'),
    ],
  };
  const end = BigInt(nowMs) * 1_000_000n;
  const interval = { startTimeUnixNano: String(end - 30_000_000_000n), timeUnixNano: String(end) };
  const place = [
    string('code.function.name', victim.name),
    string('code.file.path', victim.path),
    int('code.line.number', victim.line),
    int('code.column.number', victim.column),
  ];
  const caller = [
    string('hindcast.caller.function.name', at('function', 'caller')),
    string('hindcast.caller.file.path', at('path', 'src/caller.js')),
    int('hindcast.caller.line.number', 3),
    int('hindcast.caller.column.number', 1),
    string('hindcast.caller.service.name', at('service', 'frontend')),
  ];
  const sum = (name: string, count: number, ...attributes: object[]) => ({
    name,
    unit: '{call}',
    sum: {
      isMonotonic: true,
      aggregationTemporality: 1,
      dataPoints: [{ ...interval, asInt: String(count), attributes }],
    },
  });
  const entry = [string('hindcast.entry.kind', 'http'), string('hindcast.entry.name', at('entryPoint', 'GET /x'))];
  const dependency = [
    string('hindcast.dependency.kind', 'db'),
    string('hindcast.dependency.target', at('dependency', 'orders')),
  ];
  const declared = {
    kvlistValue: {
      values: [
        string('name', victim.name),
        int('line', victim.line),
        int('column', victim.column),
        int('endLine', victim.line + 1),
        string('hash', ''),
      ],
    },
  };
  const scope = { name: '@hindcast/sensor' };
  return [
    {
      path: '/v1/logs',
      body: {
        resourceLogs: [
          {
            resource,
            scopeLogs: [
              {
                scope,
                logRecords: [
                  {
                    timeUnixNano: interval.startTimeUnixNano,
                    eventName: 'hindcast.file.loaded',
                    attributes: [
                      string('code.file.path', victim.path),
                      string('hindcast.code.file.hash', victim.contentHash),
                    ],
                    body: { arrayValue: { values: [declared] } },
                  },
                ],
              },
            ],
          },
        ],
      },
    },
    {
      path: '/v1/metrics',
      body: {
        resourceMetrics: [
          {
            resource,
            scopeMetrics: [
              {
                scope,
                metrics: [
                  sum('hindcast.function.calls', 90, ...place),
                  sum(
                    'hindcast.function.errors',
                    9,
                    ...place,
                    string('error.type', at('errorType', 'TypeError')),
                    string('hindcast.error.origin', 'thrown'),
                  ),
                  sum('hindcast.edge.calls', 90, ...place, ...caller),
                  sum('hindcast.entry.calls', 90, ...place, ...entry),
                  sum('hindcast.function.entries', 90, ...place, ...entry),
                  sum('hindcast.dependency.calls', 90, ...place, ...dependency),
                ],
              },
            ],
          },
        ],
      },
    },
  ];
}

export async function sendJson(otlpHttp: string, { path, body }: { path: string; body: object }): Promise<void> {
  const answer = await fetch(`http://${otlpHttp}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
}
