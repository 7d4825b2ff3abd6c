import type {
  CriticalPathPicture,
  EntryPath,
  Example,
  FunctionPlace,
  PathPart,
  WaterfallSpan,
} from '@hindcast/proto/webviewMessages';
import { likelyAnswering, seenAnswering } from '../collector/answeringService.js';
import type { ServiceMap } from '../collector/callGraph.js';
import type { CollectorClient, Scope } from '../collector/collectorClient.js';
import type { CriticalPath, CriticalPathPart, Exemplar, ExemplarStep } from '../collector/criticalPath.js';
import type { Dependency, EntryPointId } from '../collector/facts.js';
import { callsText } from './figures.js';

const MAX_EXAMPLES = 8;
const ASKED_EXEMPLARS = 200;

/** What the time of a service's entry points goes to, with single calls. */
export async function criticalPathPicture(
  collector: CollectorClient,
  scope: Scope,
  service: string,
  entryPoint: string,
): Promise<CriticalPathPicture | undefined> {
  const own = { ...scope, service };
  const [paths, exemplars, map] = await Promise.all([
    collector.getCriticalPath(undefined, own),
    collector.listExemplars({ limit: ASKED_EXEMPLARS }, own),
    collector.getServiceMap({ windowSeconds: scope.windowSeconds, environment: scope.environment }),
  ]);
  if (!paths) return undefined;
  const entryPoints = paths.map((path) => entryPath(path, exemplars ?? [], map));
  const wanted = entryPoints.findIndex(({ name }) => name === entryPoint);
  return {
    kind: 'criticalPath',
    title: `Critical path of ${service}`,
    service,
    entryPoints,
    selected: Math.max(0, wanted),
  };
}

function entryPath(path: CriticalPath, exemplars: readonly Exemplar[], map: ServiceMap | undefined): EntryPath {
  const isOwn = (id: EntryPointId) => id.kind === path.entryPoint.kind && id.name === path.entryPoint.name;
  const listed = exemplars.filter((one) => isOwn(one.entryPoint));
  const failed = listed.find(({ errorType }) => errorType !== '');
  const named: [string, Exemplar][] = [
    ...path.examples.map((one, index): [string, Exemplar] => [index === 0 ? 'Typical' : 'Slow', one]),
    ...(failed ? [['Failed', failed] as [string, Exemplar]] : []),
    ...listed.filter((one) => one !== failed).map((one): [string, Exemplar] => ['Kept', one]),
  ];
  const seen = new Set<string>();
  const examples = named.filter(([, { traceId, timeMs, durationSeconds }]) => {
    const key = traceId || `${timeMs ?? 0} ${durationSeconds}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
  return {
    name: path.entryPoint.name,
    kind: path.entryPoint.kind,
    meanSeconds: path.meanSeconds,
    traces: path.traces,
    partialTraces: path.partialTraces,
    basis: path.basis === 'traces' ? 'traces' : 'exemplars',
    parts: path.parts.map((part) => pathPart(part, map)),
    examples: examples.slice(0, MAX_EXAMPLES).map(([label, one]) => example(label, one)),
  };
}

function pathPart(part: CriticalPathPart, map: ServiceMap | undefined): PathPart {
  const { service, filePath, id, calleeService, dependency } = part;
  const role = dependency ? 'dependency' : calleeService !== '' ? 'edge' : 'function';
  const from = id ? `${id.name} in ${service}` : service;
  const called = dependency && dependencyText(service, dependency, map);
  const label = called ?? (calleeService !== '' ? `network to ${calleeService}` : (id?.name ?? service));
  return {
    label: label || 'not known',
    detail: role === 'function' ? [service, filePath].filter(Boolean).join(' · ') : `from ${from}`,
    role,
    place: id && filePath !== '' ? { service, filePath, name: id.name, line: id.line, column: id.column } : null,
    share: part.share,
    selfSeconds: part.meanSelfSeconds,
    savesAtMostSeconds: part.savesAtMostSeconds,
    traces: part.traces,
  };
}

/** With the service that answers, where it is known: `orders · 10.0.0.7:8080`. */
function dependencyText(service: string, { kind, target }: Dependency, map: ServiceMap | undefined): string {
  if (!map) return target;
  const seen = seenAnswering(service, target, map);
  if (seen !== undefined) return seen === target ? target : `${seen} · ${target}`;
  const likely = likelyAnswering(kind, target, map);
  return likely === undefined ? target : `${likely} (likely) · ${target}`;
}

function example(label: string, one: Exemplar): Example {
  return {
    label,
    traceId: one.traceId,
    atMs: one.timeMs ?? 0,
    durationSeconds: one.durationSeconds,
    errorType: one.errorType,
    version: one.deployment.version,
    spans: waterfallSpans(one),
  };
}

/** The call itself, then its steps in calling order, each below the one that called it; what only its length is known of comes last. */
export function waterfallSpans({
  steps,
  dependencies,
  deployment,
  entryPoint,
  durationSeconds,
}: Exemplar): WaterfallSpan[] {
  const children = new Map<number, number[]>();
  for (const [index, { parent }] of steps.entries()) {
    // Without a parent the steps are one path, each called by the one before it.
    const above = parent !== undefined && parent < index ? parent : index - 1;
    children.set(above, [...(children.get(above) ?? []), index]);
  }
  const spans: WaterfallSpan[] = [
    { label: entryPoint.name, detail: deployment.service, place: null, depth: 0, startSeconds: 0, durationSeconds },
  ];
  const visit = (index: number, depth: number) => {
    const step = steps[index];
    if (!step) return;
    spans.push(stepSpan(step, depth, deployment.service));
    const below = children.get(index) ?? [];
    below.sort((a, b) => (steps[a]?.offsetSeconds ?? 0) - (steps[b]?.offsetSeconds ?? 0));
    for (const child of below) visit(child, depth + 1);
  };
  for (const index of children.get(-1) ?? []) visit(index, 1);
  for (const { kind, target, calls, durationSeconds: own } of dependencies) {
    spans.push({
      label: target,
      detail: `${kind} · ${callsText(calls)} in all`,
      place: null,
      depth: 1,
      startSeconds: null,
      durationSeconds: own,
    });
  }
  return spans;
}

function stepSpan(step: ExemplarStep, depth: number, ownService: string): WaterfallSpan {
  const service = step.service || ownService;
  const { id, filePath } = step;
  const place: FunctionPlace = { service, filePath, name: id.name, line: id.line, column: id.column };
  return {
    label: id.name || service,
    detail: [service, filePath].filter(Boolean).join(' · '),
    place: filePath === '' ? null : place,
    depth,
    startSeconds: step.offsetSeconds ?? null,
    durationSeconds: step.durationSeconds,
  };
}
