import { memoryUsage, cpuUsage } from 'node:process';
import type { ReceiverCounters } from '../receivers/receiverCounters.js';
import type { StoreStatus } from '../store/store.js';

// The collector's own numbers for Prometheus: OpenTelemetry's names where there are some (process.*), `hindcast.collector.*` else, with
// `_` for `.` as the exposition format wants it.
// Source: https://prometheus.io/docs/instrumenting/exposition_formats/, https://opentelemetry.io/docs/specs/semconv/system/process-metrics/

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What the collector has done since it started, as text in Prometheus' exposition format. */
export function selfMetrics(receivers: readonly ReceiverCounters[], store: StoreStatus, startedMs: number): string {
  const { user, system } = cpuUsage();
  const accepted = (read: (it: ReceiverCounters) => number): Sample[] =>
    receivers.map((it) => ({ labels: { receiver: it.name }, value: read(it) }));
  return [
    metric('process_cpu_time_seconds_total', 'counter', 'Processor time used.', [
      { labels: { cpu_mode: 'user' }, value: user / 1e6 },
      { labels: { cpu_mode: 'system' }, value: system / 1e6 },
    ]),
    metric('process_memory_usage_bytes', 'gauge', 'Physical memory in use.', [{ value: memoryUsage.rss() }]),
    metric('process_uptime_seconds', 'gauge', 'Time since the collector started.', [
      { value: (Date.now() - startedMs) / 1000 },
    ]),
    metric(
      'hindcast_collector_accepted_requests_total',
      'counter',
      'Export requests that were stored.',
      accepted((it) => it.acceptedRequests),
    ),
    metric(
      'hindcast_collector_accepted_items_total',
      'counter',
      'Items of export requests that were stored.',
      receivers.flatMap((it) => [
        { labels: { receiver: it.name, kind: 'points' }, value: it.acceptedPoints },
        { labels: { receiver: it.name, kind: 'spans' }, value: it.acceptedSpans },
        { labels: { receiver: it.name, kind: 'events' }, value: it.acceptedEvents },
      ]),
    ),
    metric(
      'hindcast_collector_refused_total',
      'counter',
      'Requests answered with an error, and items not taken, by reason.',
      receivers.flatMap((it) =>
        [...it.refused].map(([reason, value]) => ({ labels: { receiver: it.name, reason }, value })),
      ),
    ),
    metric('hindcast_collector_store_size_bytes', 'gauge', 'Size of the store on disk.', [{ value: store.sizeBytes }]),
    metric(
      'hindcast_collector_store_dropped_rows_total',
      'counter',
      'Rows deleted before their time, since the store may not be larger.',
      [...(store.dropped ?? [])].map(([kind, value]) => ({ labels: { kind }, value })),
    ),
    metric('hindcast_collector_store_healthy', 'gauge', '1 when the store can be written.', [
      { value: store.problem === '' ? 1 : 0 },
    ]),
  ].join('');
}

function metric(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelText(labels: Sample['labels']): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}="${value.replace(/[\\"\n]/g, '_')}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}
