import { contentHash } from '@hindcast/server/source/contentHash';

/** A file of the service `shop`, and what it did, as its sensor would report it over OTLP/HTTP. */
export const shopSource = `export function charge(amount) {
  return amount * 1.19;
}

export function forgotten() {}
`;

const string = (key: string, value: string) => ({ key, value: { stringValue: value } });
const int = (key: string, value: number) => ({ key, value: { intValue: String(value) } });
const resource = (service: string) => ({
  attributes: [
    string('service.name', service),
    string('service.version', '1.2.0'),
    string('service.instance.id', `${service}-1`),
    string('vcs.ref.head.revision', '0123456789abcdef0123456789abcdef01234567'),
    string('telemetry.sdk.name', '@hindcast/sensor'),
  ],
});
const scope = { name: '@hindcast/sensor' };
const place = [
  string('code.function.name', 'charge'),
  string('code.file.path', 'src/shop.js'),
  int('code.line.number', 1),
  int('code.column.number', 17),
];

/** Declares the file and reports 90 calls of `charge`, 9 of them failed, within the last 30 seconds. */
export async function reportShop(otlpHttp: string, service = 'shop', text = shopSource): Promise<void> {
  const nowNano = BigInt(Date.now()) * 1_000_000n;
  const interval = { startTimeUnixNano: String(nowNano - 30_000_000_000n), timeUnixNano: String(nowNano) };
  const point = (count: number, attributes: object[] = []) => ({
    ...interval,
    asInt: String(count),
    attributes: [...place, ...attributes],
  });
  const sum = (name: string, ...dataPoints: object[]) => ({
    name,
    unit: '{call}',
    sum: { isMonotonic: true, aggregationTemporality: 1, dataPoints },
  });
  const declared = (name: string, line: number, column: number, endLine: number) => ({
    kvlistValue: {
      values: [
        string('name', name),
        int('line', line),
        int('column', column),
        int('endLine', endLine),
        string('hash', ''),
      ],
    },
  });
  await post(otlpHttp, '/v1/logs', {
    resourceLogs: [
      {
        resource: resource(service),
        scopeLogs: [
          {
            scope,
            logRecords: [
              {
                timeUnixNano: String(nowNano - 30_000_000_000n),
                eventName: 'hindcast.file.loaded',
                attributes: [
                  string('code.file.path', 'src/shop.js'),
                  string('hindcast.code.file.hash', contentHash(text)),
                ],
                body: { arrayValue: { values: [declared('charge', 1, 17, 3), declared('forgotten', 5, 17, 5)] } },
              },
            ],
          },
        ],
      },
    ],
  });
  await post(otlpHttp, '/v1/metrics', {
    resourceMetrics: [
      {
        resource: resource(service),
        scopeMetrics: [
          {
            scope,
            metrics: [
              sum('hindcast.function.calls', point(90)),
              sum(
                'hindcast.function.errors',
                point(9, [string('error.type', 'CardError'), string('hindcast.error.origin', 'thrown')]),
              ),
              sum('hindcast.edge.calls', point(90)),
              {
                name: 'hindcast.function.duration',
                unit: 's',
                exponentialHistogram: {
                  aggregationTemporality: 1,
                  dataPoints: [
                    {
                      ...interval,
                      attributes: place,
                      count: '10',
                      sum: 0.1,
                      scale: 4,
                      zeroCount: '0',
                      positive: { offset: -107, bucketCounts: ['10'] },
                    },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  });
}

async function post(otlpHttp: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`http://${otlpHttp}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
}
