import type { OtlpReceiver } from '../sensor/otlpReceiver.js';

type MetricsRequest = OtlpReceiver['metrics'][number];

/** Of the names that the sensor's points carry, the part after the last of these. */
const PREFIX = /^(?:hindcast|code)\./;

/** One point, added up over all reports: `service metric key=value …` without places, in alphabetical order. */
export function sensorFacts(requests: readonly MetricsRequest[]): Map<string, number> {
  const facts = new Map<string, number>();
  for (const { resource, scopeMetrics } of requests.flatMap((request) => request.resourceMetrics)) {
    const service = resource?.attributes?.find(({ key }) => key === 'service.name')?.value?.stringValue ?? '';
    for (const { name, sum, exponentialHistogram } of (scopeMetrics ?? []).flatMap((scope) => scope.metrics ?? [])) {
      for (const point of [...(sum?.dataPoints ?? []), ...(exponentialHistogram?.dataPoints ?? [])]) {
        const attributes = (point.attributes ?? [])
          .filter(({ key }) => !/line\.number|column\.number|file\.path/.test(key ?? ''))
          .map(
            ({ key, value }) => `${(key ?? '').replace(PREFIX, '')}=${value?.stringValue ?? String(value?.intValue)}`,
          )
          .sort();
        const fact = [service, (name ?? '').replace(PREFIX, ''), ...attributes].join(' ');
        facts.set(
          fact,
          (facts.get(fact) ?? 0) + Number('count' in point ? point.count : (point as { asInt?: unknown }).asInt),
        );
      }
    }
  }
  return facts;
}

/** Those of one service's metric, by the rest of their text. */
export function factsOf(facts: ReadonlyMap<string, number>, service: string, metric: string): Record<string, number> {
  const start = `${service} ${metric} `;
  return Object.fromEntries(
    [...facts].filter(([fact]) => fact.startsWith(start)).map(([fact, count]) => [fact.slice(start.length), count]),
  );
}
