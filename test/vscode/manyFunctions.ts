const POINTS_PER_REQUEST = 2000;

const string = (key: string, value: string) => ({ key, value: { stringValue: value } });
const int = (key: string, value: number) => ({ key, value: { intValue: String(value) } });
const place = (prefix: string, index: number) => [
  string(`${prefix}.function.name`, `handler${index}`),
  string(`${prefix}.file.path`, `src/module${Math.floor(index / 100)}.js`),
  int(`${prefix}.line.number`, (index % 100) * 10 + 1),
  int(`${prefix}.column.number`, 10),
];

/** Reports a service of so many functions, each called by two others, as a sensor would: OTLP over HTTP to `host:port`. */
export async function reportManyFunctions(otlpHttp: string, functions: number): Promise<void> {
  const end = BigInt(Date.now()) * 1_000_000n;
  const interval = { startTimeUnixNano: String(end - 30_000_000_000n), timeUnixNano: String(end) };
  const calls = (index: number) => 1 + Math.floor(100_000 / (index + 1));
  const called = Array.from({ length: functions }, (_, index) => ({
    ...interval,
    asInt: String(2 * calls(index)),
    attributes: place('code', index),
  }));
  const edges = Array.from({ length: functions - 1 }, (_, order) => order + 1).flatMap((index) =>
    [Math.floor((index - 1) / 3), Math.floor(index * ((index * 0.618) % 1))].map((caller) => ({
      ...interval,
      asInt: String(calls(index)),
      attributes: [...place('code', index), ...place('hindcast.caller', caller)],
    })),
  );
  for (const [name, points] of [
    ['hindcast.function.calls', called],
    ['hindcast.edge.calls', edges],
  ] as const) {
    for (let start = 0; start < points.length; start += POINTS_PER_REQUEST) {
      const dataPoints = points.slice(start, start + POINTS_PER_REQUEST);
      await send(otlpHttp, `many-${name}-${start}`, {
        name,
        unit: '{call}',
        sum: { isMonotonic: true, aggregationTemporality: 1, dataPoints },
      });
    }
  }
}

async function send(otlpHttp: string, instance: string, metric: object): Promise<void> {
  const attributes = [
    string('service.name', 'many'),
    string('service.version', '1.0.0'),
    // A request of the same instance and time counts once: each of ours is another instance.
    string('service.instance.id', instance),
    string('telemetry.sdk.name', '@hindcast/sensor'),
  ];
  const body = {
    resourceMetrics: [
      { resource: { attributes }, scopeMetrics: [{ scope: { name: '@hindcast/sensor' }, metrics: [metric] }] },
    ],
  };
  const response = await fetch(`http://${otlpHttp}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`The collector answered ${response.status}: ${await response.text()}`);
}
