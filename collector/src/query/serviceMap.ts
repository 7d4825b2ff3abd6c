import { mergeHistograms, type Histogram } from '@hindcast/core/histogram';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { dependencyKeyText } from '../store/keys.js';
import type { DependencyTotal, DeploymentRecord, EdgeTotal, FunctionTotal } from '../store/store.js';
import { answeringServices, type Crossing } from './answeringServices.js';
import { mergedDependencies } from './callGraph.js';
import { serviceText, withoutDoubles } from './deployments.js';
import { groupBy } from './groupBy.js';
import { histogramMessage, sum, timestamp } from './messages.js';
import { newerFirst } from './overlay.js';
import type { Question } from './question.js';
import { readScope, type QueryScope } from './scope.js';
import { compare } from './services.js';
import { isReporting } from './versions.js';

import v1 = hindcast.v1;

interface MapEdge {
  readonly caller: string;
  readonly callee: string;
  readonly targets: Set<string>;
  calls: number;
  errors: number;
  durations: Histogram[];
}

/** Fewer calls are as many as another service's by chance. */
const MIN_LIKELY_CALLS = 20;
const LIKELY_DIFFERENCE = 0.02;

interface MapNode extends v1.ServiceNode.$Properties {
  readonly text: string;
  readonly name: string;
  readonly environment: string;
  calls: number;
}

/** Answers GetServiceMap. @throws RequestError */
export async function getServiceMap(
  request: v1.GetServiceMapRequest,
  question: Question,
): Promise<v1.GetServiceMapResponse.$Properties> {
  const { nowMs } = question;
  const scope = readScope(request.scope, nowMs);
  const { nodes, edges } = await wholeMap(question, scope);
  const isOf = (text: string): boolean => scope.service === '' || nodes.get(text)?.name === scope.service;
  const keptEdges = [...edges.values()].filter(({ caller, callee }) => isOf(caller) || isOf(callee));
  const shown = new Set(
    [...nodes.keys()].filter(isOf).concat(keptEdges.flatMap(({ caller, callee }) => [caller, callee])),
  );
  const kept = [...nodes.values()]
    .filter(({ text }) => shown.has(text))
    .sort(
      (a, b) =>
        Number(a.dependencyKind !== '') - Number(b.dependencyKind !== '') ||
        compare(a.name, b.name) ||
        compare(a.text, b.text),
    );
  const index = new Map(kept.map(({ text }, i) => [text, i]));
  return {
    nodes: kept,
    edges: keptEdges
      .sort((a, b) => b.calls - a.calls)
      .map(({ caller, callee, targets, calls, errors, durations }) => ({
        caller: index.get(caller) ?? 0,
        callee: index.get(callee) ?? 0,
        calls,
        errors,
        duration: histogramMessage(mergeHistograms(durations)),
        targets: [...targets].sort(compare),
      })),
    computedAt: timestamp(nowMs),
  };
}

async function wholeMap(
  question: Question,
  { fromMinute, environment }: QueryScope,
): Promise<{ nodes: Map<string, MapNode>; edges: Map<string, MapEdge> }> {
  const { store } = question;
  const deployments = withoutDoubles(await store.readDeployments(fromMinute)).filter(
    ({ key }) => environment === '' || key.environment === environment,
  );
  const ids = deployments.map(({ id }) => id);
  const services = groupBy(deployments, serviceText);
  const nodes = await serviceNodes(services, question, fromMinute);
  await question.proceed();

  const deploymentOf = new Map(deployments.map((it) => [it.id, it]));
  const files = new Map((await store.readFiles(ids)).map((it) => [it.id, deploymentOf.get(it.deploymentId)]));
  const totals = await store.readFunctionTotals(ids, fromMinute);
  await question.proceed();
  const calls = crossings(await store.readEdges(ids, fromMinute), totals, files);
  await question.proceed();

  const edges = new MapEdges();
  for (const { caller, callee, calls: count } of calls) {
    const [its = '', name = ''] = caller.split('\0');
    if (!nodes.has(caller)) nodes.set(caller, emptyNode(caller, name, '', its));
    edges.of(caller, callee).calls += count;
  }
  const answering = await answeringServices(question, fromMinute, { services, totals, files, calls });
  const summaries = await store.summarise(fromMinute);
  for (const [text, versions] of services) {
    for (const it of mergedDependencies(versions.flatMap(({ id }) => summaries.get(id) ?? []))) {
      addDependency(nodes, edges, text, it, answering(text, it.dependency));
    }
  }
  for (const [callee, some] of groupBy(edges.all.values(), (edge) => edge.callee)) {
    const node = nodes.get(callee);
    if (node && node.dependencyKind !== '') {
      node.duration = histogramMessage(mergeHistograms(some.flatMap(({ durations }) => durations)));
    }
  }
  markLikely(nodes, [...edges.all.values()]);
  return { nodes, edges: edges.all };
}

class MapEdges {
  readonly all = new Map<string, MapEdge>();

  of(caller: string, callee: string): MapEdge {
    const text = `${caller}\n${callee}`;
    const at = this.all.get(text) ?? { caller, callee, targets: new Set(), calls: 0, errors: 0, durations: [] };
    this.all.set(text, at);
    return at;
  }
}

/** @param callees services that answer there; none when it is no known service */
function addDependency(
  nodes: Map<string, MapNode>,
  edges: MapEdges,
  caller: string,
  it: DependencyTotal,
  callees: readonly string[],
): void {
  // Of one address that several services answer, nobody knows whose the errors were.
  if (callees.length > 1) return;
  const [its = ''] = caller.split('\0');
  const callee = callees[0] ?? `${its}\0\0${dependencyKeyText(it.dependency)}`;
  const edge = edges.of(caller, callee);
  edge.errors += it.errors;
  edge.durations.push(it.durations);
  if (callees.length > 0) {
    edge.targets.add(it.dependency.target);
    // Calls that the callee has seen are counted already; those that it has not seen are known from here only.
    if (edge.calls === 0) edge.calls = it.calls;
    return;
  }
  const node = nodes.get(callee) ?? emptyNode(callee, it.dependency.target, it.dependency.kind, its);
  nodes.set(callee, node);
  node.calls = node.calls + it.calls;
  node.errors = (node.errors ?? 0) + it.errors;
  edge.calls += it.calls;
}

/** Says which service likely answers where nobody saw the calls arrive: the only one that answered as many. */
function markLikely(nodes: ReadonlyMap<string, MapNode>, edges: readonly MapEdge[]): void {
  const called = new Set(edges.map(({ callee }) => callee));
  const all = [...nodes.values()];
  const targets = all.filter(({ dependencyKind: kind }) => kind === 'http' || kind === 'rpc');
  const services = all.filter(({ text, dependencyKind }) => dependencyKind === '' && !called.has(text));
  const isAsOften = (target: MapNode, service: MapNode) =>
    target.environment === service.environment &&
    target.calls >= MIN_LIKELY_CALLS &&
    Math.abs(target.calls - service.calls) <= LIKELY_DIFFERENCE * target.calls;
  for (const target of targets) {
    const [only, another] = services.filter((service) => isAsOften(target, service));
    const isRivalled = targets.some((other) => other !== target && only !== undefined && isAsOften(other, only));
    if (only && !another && !isRivalled) target.likelyService = only.name;
  }
}

async function serviceNodes(
  services: ReadonlyMap<string, readonly DeploymentRecord[]>,
  { store, nowMs }: Question,
  fromMinute: number,
): Promise<Map<string, MapNode>> {
  const entries = groupBy(await store.readEntryPoints(fromMinute), (it) => it.deploymentId);
  const nodes = new Map<string, MapNode>();
  for (const [text, versions] of services) {
    const [first] = versions;
    if (!first) continue;
    const own = versions.flatMap(({ id }) => entries.get(id) ?? []);
    const reporting = versions.filter((it) => isReporting(it, nowMs)).sort((a, b) => newerFirst(a, b, nowMs));
    nodes.set(text, {
      ...emptyNode(text, first.key.service, '', first.key.environment),
      calls: sum(own.map(({ calls }) => calls)),
      errors: sum(own.map(({ errors }) => sum(errors.values()))),
      duration: histogramMessage(mergeHistograms(own.map(({ durations }) => durations))),
      instances: sum(reporting.map(({ instances }) => instances)),
      versions: [...new Set(reporting.map(({ key }) => key.version))].filter((version) => version !== ''),
      source: first.key.source === 'sensor' ? v1.Source.SOURCE_SENSOR : v1.Source.SOURCE_SPANS,
    });
  }
  return nodes;
}

function emptyNode(text: string, name: string, dependencyKind: string, environment: string): MapNode {
  return { text, name, dependencyKind, environment, calls: 0, errors: 0, duration: null, instances: 0, versions: [] };
}

function crossings(
  edges: readonly EdgeTotal[],
  totals: readonly FunctionTotal[],
  files: ReadonlyMap<number, DeploymentRecord | undefined>,
): Crossing[] {
  const callees = new Map(totals.map((it) => [it.id, files.get(it.fileId)]));
  return edges.flatMap(({ functionId, caller, calls }): Crossing[] => {
    const callee = callees.get(functionId);
    if (!callee || caller === 'entry' || caller.service === callee.key.service) return [];
    return [
      { caller: `${callee.key.environment}\0${caller.service}`, callee: serviceText(callee), fn: caller.fn, calls },
    ];
  });
}
