import { formatAge, formatCount } from '@hindcast/core/format';
import type { Drop, ServiceSummary } from '@hindcast/server/collector/facts';
import type { StatusReport } from './commands/status.js';
import { escapeControls, type Paint } from './paint.js';

const MAX_DEPENDENCIES = 5;

/** `hindcast status` as text. `nowMs`: milliseconds since 1970. */
export function statusText(report: StatusReport, paint: Paint, nowMs: number): string {
  const { collector, services, entryPoints, advice, window } = report;
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
      lines.push(`  store       ${store.kind}${size}${oldest}${dropsText('deleted for space', store.dropped ?? [])}`);
    }
    lines.push('', paint.bold(`Services within ${window}`));
    if (services.length === 0) lines.push('  none');
    for (const service of services) lines.push(...serviceLines(service, entryPoints, age));
  }
  if (advice.length > 0)
    lines.push('', paint.bold('What to do'), ...advice.map((text) => paint.yellow(`  ${escapeControls(text)}`)));
  return `${lines.join('\n')}\n`;
}

function serviceLines(
  service: ServiceSummary,
  entryPoints: StatusReport['entryPoints'],
  age: (ms: number | undefined) => string,
): string[] {
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
    `    ${service.calls} calls, ${service.errors} errors${entryPointsText(service, entryPoints)}${dropsText('given up', service.drops)}`,
    ...dependenciesText(service),
  ];
}

function entryPointsText({ deployment }: ServiceSummary, entryPoints: StatusReport['entryPoints']): string {
  if (!entryPoints) return '';
  const { length } = entryPoints.filter(
    ({ deployment: at }) =>
      at.service === deployment.service &&
      at.environment === deployment.environment &&
      at.version === deployment.version &&
      at.revision === deployment.revision &&
      at.source === deployment.source,
  );
  if (length === 0) return '';
  return `; ${length} ${length === 1 ? 'entry point' : 'entry points'} called`;
}

function dependenciesText({ dependencies }: ServiceSummary): string[] {
  if (dependencies.length === 0) return [];
  const parts = dependencies.slice(0, MAX_DEPENDENCIES).map(({ target, calls }) => `${target} ${calls}`);
  const more = dependencies.length - parts.length;
  return [escapeControls(`    calls ${[...parts, ...(more > 0 ? [`${more} more`] : [])].join(', ')}`)];
}

function dropsText(verb: string, drops: readonly Drop[]): string {
  const real = drops.filter(({ count }) => count > 0);
  if (real.length === 0) return '';
  return `; ${verb}: ${real.map(({ reason, count }) => `${escapeControls(reason)} ${count}`).join(', ')}`;
}
