import { formatAge, formatCount } from '@hindcast/core/format';
import type { Drop, ServiceSummary } from '@hindcast/server/collector/facts';
import type { StatusReport } from './commands/status.js';
import { escapeControls, type Paint } from './paint.js';

/** `hindcast status` as text. `nowMs`: milliseconds since 1970. */
export function statusText(report: StatusReport, paint: Paint, nowMs: number): string {
  const { collector, services, advice, window } = report;
  const age = (ms: number | undefined) => (ms === undefined ? 'unknown' : formatAge((nowMs - ms) / 1000));
  const lines: string[] = [];
  if (!collector.reachable) {
    lines.push(paint.red(`● Collector   none at ${collector.address}`));
  } else {
    lines.push(
      paint.green(`● Collector   ${collector.address}`) +
        `  version ${collector.version ?? ''}, up ${age(collector.startedAtMs)}`,
    );
    for (const receiver of collector.receivers ?? []) {
      const { name, address, acceptedRequests, acceptedPoints, acceptedSpans, acceptedEvents, refused } = receiver;
      lines.push(
        `  ${name.padEnd(10)}  ${address}  ${acceptedRequests} requests: ${acceptedPoints} points, ${acceptedEvents} events, ` +
          `${acceptedSpans} spans${dropsText('refused', refused)}`,
      );
    }
    const { store } = collector;
    if (store) {
      const size = store.kind === 'memory' ? '' : `  ${store.path}  ${formatCount(store.sizeBytes)}B`;
      const oldest = store.oldestMs === undefined ? '' : `  oldest ${age(store.oldestMs)} ago`;
      lines.push(`  store       ${store.kind}${size}${oldest}`);
    }
    lines.push('', paint.bold(`Services within ${window}`));
    if (services.length === 0) lines.push('  none');
    for (const service of services) lines.push(...serviceLines(service, age));
  }
  if (advice.length > 0)
    lines.push('', paint.bold('What to do'), ...advice.map((text) => paint.yellow(`  ${escapeControls(text)}`)));
  return `${lines.join('\n')}\n`;
}

function serviceLines(service: ServiceSummary, age: (ms: number | undefined) => string): string[] {
  const { deployment, functions, functionsRan, functionsNeverRan, functionsNotObserved, files, filesNotObserved } =
    service;
  const about = [deployment.environment, deployment.version, deployment.revision.slice(0, 10)].filter(
    (part) => part !== '',
  );
  return [
    escapeControls(
      `  ${deployment.service}${about.length > 0 ? ` (${about.join(', ')})` : ''}  ${deployment.instances} ` +
        `${deployment.instances === 1 ? 'instance' : 'instances'}, last seen ${age(deployment.lastSeenMs)} ago`,
    ),
    `    ${functions} functions: ${functionsRan} ran, ${functionsNeverRan} never ran, ${functionsNotObserved} not observed; ` +
      `${files} files${filesNotObserved > 0 ? `, ${filesNotObserved} of them not observed` : ''}`,
    `    ${service.calls} calls, ${service.errors} errors${dropsText('given up', service.drops)}`,
  ];
}

function dropsText(verb: string, drops: readonly Drop[]): string {
  const real = drops.filter(({ count }) => count > 0);
  if (real.length === 0) return '';
  return `; ${verb}: ${real.map(({ reason, count }) => `${escapeControls(reason)} ${count}`).join(', ')}`;
}
