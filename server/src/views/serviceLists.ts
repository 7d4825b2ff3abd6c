import { formatAge, formatShare } from '@hindcast/core/format';
import type { EntryPointRow, ServicePage, ServiceRow, VersionPage, VersionRow } from '@hindcast/proto/viewMessages';
import type { Deployment, EntryPointFacts, ServiceSummary } from '../collector/facts.js';
import type { VersionFacts } from '../collector/versions.js';
import { callsText, countText, errorText, joined, quantileText, rateText } from './figures.js';
import { askCollector, noData, type ViewSource } from './viewSource.js';

/** Every service with its entry points and dependencies. */
export async function listServices(source: ViewSource, nowMs: number): Promise<ServicePage> {
  const asked = await askCollector(source, async (collector, scope) => {
    const [services, entryPoints] = await Promise.all([
      collector.listServices(scope),
      collector.listEntryPoints(scope),
    ]);
    return services.map((service) => serviceRow(service, entryPoints ?? [], nowMs));
  });
  if ('problem' in asked) return { problem: asked.problem, services: [] };
  const empty = asked.value.length === 0 ? noData(source) : undefined;
  return { services: asked.value, ...(empty ? { problem: empty } : {}) };
}

function serviceRow(summary: ServiceSummary, all: readonly EntryPointFacts[], nowMs: number): ServiceRow {
  const { deployment, functions, functionsRan, functionsNotObserved, functionsNeverRan } = summary;
  const lines: [string, string | undefined][] = [
    ['Functions', `${functionsRan} of ${functions} ran`],
    ['Never ran', functionsNeverRan === 0 ? undefined : String(functionsNeverRan)],
    ['Not observed', functionsNotObserved === 0 ? undefined : String(functionsNotObserved)],
    ['Calls', joined(callsText(summary.calls), errorText(summary.errors, summary.calls))],
    ['Instances', String(deployment.instances)],
    ['Last seen', deployment.lastSeenMs === undefined ? undefined : `${age(deployment.lastSeenMs, nowMs)} ago`],
    ['Revision', deployment.revision.slice(0, 12)],
    ['Reports', deployment.source === 'spans' ? 'spans only: what is not traced is not known' : undefined],
    ...summary.drops.map(({ reason, count }): [string, string] => [`Given up (${reason})`, String(count)]),
  ];
  return {
    service: deployment.service,
    environment: deployment.environment,
    version: deployment.version,
    figures: joined(
      countText(deployment.instances, 'instance'),
      deployment.source === 'spans' ? 'spans only' : `${functionsRan} of ${functions} functions ran`,
    ),
    facts: lines.filter((line): line is [string, string] => line[1] !== undefined && line[1] !== ''),
    entryPoints: all
      .filter((facts) => isSame(facts.deployment, deployment))
      .sort((a, b) => b.calls - a.calls)
      .map(entryPointRow),
    dependencies: summary.dependencies.map(({ kind, target, calls, errors, duration }) => ({
      label: target,
      figures: joined(kind, callsText(calls), quantileText(duration, 0.99), errorText(errors, calls)),
    })),
  };
}

function entryPointRow({
  entryPoint,
  deployment,
  filePath,
  id,
  calls,
  errors,
  duration,
}: EntryPointFacts): EntryPointRow {
  const figures = joined(
    rateText(calls, deployment.observedSeconds),
    quantileText(duration, 0.99),
    errorText(errors, calls),
  );
  const { service } = deployment;
  return {
    ...entryPoint,
    figures,
    ...(id ? { place: { service, filePath, name: id.name, line: id.line, column: id.column } } : {}),
  };
}

/** Versions as the data shows them. */
export async function listVersions(source: ViewSource, nowMs: number): Promise<VersionPage> {
  const asked = await askCollector(source, (collector, scope) => collector.listVersions(scope));
  if ('problem' in asked) return { problem: asked.problem, versions: [] };
  const empty = asked.value.length === 0 ? noData(source) : undefined;
  return { versions: asked.value.map((facts) => versionRow(facts, nowMs)), ...(empty ? { problem: empty } : {}) };
}

function versionRow(facts: VersionFacts, nowMs: number): VersionRow {
  const { deployment, entryCalls, entryErrors, entryDuration, trafficShare } = facts;
  const state = facts.state === 'unknown' ? 'current' : facts.state;
  const lines: [string, string | undefined][] = [
    ['Revision', deployment.revision.slice(0, 12)],
    ['First seen', deployment.firstSeenMs === undefined ? undefined : `${age(deployment.firstSeenMs, nowMs)} ago`],
    ['Last seen', deployment.lastSeenMs === undefined ? undefined : `${age(deployment.lastSeenMs, nowMs)} ago`],
    ['Instances', String(deployment.instances)],
    ['Entry calls', joined(callsText(entryCalls), errorText(entryErrors, entryCalls))],
    ['Duration', joined(quantileText(entryDuration, 0.5), quantileText(entryDuration, 0.99))],
    ['Traffic', formatShare(trafficShare)],
  ];
  return {
    service: deployment.service,
    environment: deployment.environment,
    version: deployment.version,
    state,
    figures: joined(
      state,
      state === 'rolling' ? `${formatShare(trafficShare)} of traffic` : undefined,
      quantileText(entryDuration, 0.99),
      errorText(entryErrors, entryCalls),
      deployment.firstSeenMs === undefined ? undefined : `since ${age(deployment.firstSeenMs, nowMs)}`,
    ),
    facts: lines.filter((line): line is [string, string] => line[1] !== undefined && line[1] !== ''),
  };
}

function age(sinceMs: number, nowMs: number): string {
  return formatAge((nowMs - sinceMs) / 1000);
}

function isSame(a: Deployment, b: Deployment): boolean {
  return (
    a.service === b.service && a.environment === b.environment && a.version === b.version && a.revision === b.revision
  );
}
