import { hindcast } from '@hindcast/proto/generated/query.js';
import { entryPointKeyText, functionKeyText } from '../store/keys.js';
import type { FunctionKey } from '../store/model.js';
import type {
  DeploymentRecord,
  EdgeTotal,
  ExemplarRecord,
  FileRecord,
  FunctionRecord,
  FunctionTotal,
  PathRecord,
} from '../store/store.js';
import { mergedPath, partMessages } from './criticalPath.js';
import { serviceText } from './deployments.js';
import { exemplarMessage, hasFunction } from './exemplars.js';
import { functionFacts } from './functionFacts.js';
import { versionedFunctions, type VersionedFunction } from './functionIndex.js';
import { isSelected, readFunctionRef, type FunctionSelector } from './functionRef.js';
import { groupBy } from './groupBy.js';
import { deploymentMessage, placeMessage, sum, timestamp } from './messages.js';
import { newerFirst } from './overlay.js';
import type { Question } from './question.js';
import { RequestError } from './requestError.js';
import { isInScope, readScope, type QueryScope } from './scope.js';
import { pieceMinutes, seriesMessages } from './series.js';

import v1 = hindcast.v1;

const MAX_FUNCTIONS = 20;
const MAX_VERSIONS = 20;
const MAX_CALLEES = 50;
const AT_A_TIME = 500;
const MAX_PARTS = 20;
const MAX_EXEMPLARS = 10;
const USUAL_POINTS = 60;
const MOST_POINTS = 1500;

interface Version {
  readonly total: FunctionTotal;
  readonly file: FileRecord;
  readonly deployment: DeploymentRecord;
}

/** Answers GetFunction. @throws RequestError */
export async function getFunction(
  request: v1.GetFunctionRequest,
  question: Question,
): Promise<v1.GetFunctionResponse.$Properties> {
  const { store, nowMs } = question;
  const scope = readScope(request.scope, nowMs);
  const selector = readFunctionRef(request.function, 'function');
  if (request.seriesPoints > MOST_POINTS) throw new RequestError(`series_points: at most ${MOST_POINTS}.`);
  const fitting = await fittingFunctions(selector, scope, question);
  const chosen = fitting.slice(0, MAX_FUNCTIONS);
  const records = new Map(
    (
      await store.readFunctionsById(
        chosen.flatMap((versions) => versions.map(({ total }) => total.id)),
        scope.fromMinute,
      )
    ).map((it) => [it.id, it]),
  );
  await question.proceed();
  const around = chosen.length > 0 ? await surroundings(question, scope, chosen.flat()) : undefined;
  const functions: v1.FunctionDetail.$Properties[] = [];
  for (const version of chosen.flat()) {
    const record = records.get(version.total.id);
    if (!record || !around) continue;
    const width = pieceMinutes(scope, nowMs, request.seriesPoints || USUAL_POINTS);
    functions.push({
      deployment: deploymentMessage(version.deployment),
      filePath: version.file.path,
      contentHash: version.file.contentHash,
      facts: functionFacts(record, version.file, version.deployment, scope.fromMs),
      series: seriesMessages(
        await store.readSeries([record.id], scope.fromMinute, width),
        await store.readObserved(version.deployment.id, scope.fromMinute, width),
        scope,
        nowMs,
        width,
      ),
      ...calleesOf(record, version.deployment, around),
      criticalPaths: partsOf(record, version.deployment, around),
      exemplars: await exemplarsOf(record, version.deployment, around, scope, question),
      errorOrigins: [...record.errorOrigins].map(([type, origins]) => ({ type, ...origins })),
    });
    await question.proceed();
  }
  return { functions, omitted: fitting.length - chosen.length, computedAt: timestamp(nowMs) };
}

/** Most calls first; of each function the newest deployments first. */
async function fittingFunctions(
  selector: FunctionSelector,
  scope: QueryScope,
  { store, nowMs }: Question,
): Promise<Version[][]> {
  const files = selector.paths ? await store.findFiles([...selector.paths]) : undefined;
  const known = await store.readDeployments(
    scope.fromMinute,
    files && [...new Set(files.map(({ deploymentId }) => deploymentId))],
  );
  const deployments = new Map(known.filter((it) => isInScope(it, scope)).map((it) => [it.id, it]));
  const ids = [...deployments.keys()];
  const fileOf = new Map((files ?? (await store.readFiles(ids))).map((it) => [it.id, it]));
  // Where it is known in which files to look, what all others did is not read.
  const totals = files
    ? (await store.readFunctions(fileIdsOf(files, deployments), scope.fromMinute)).map(totalOf)
    : (await store.readFunctionTotals(ids, scope.fromMinute)).filter((it) => fileOf.has(it.fileId));
  const deploymentOf = (fileId: number): DeploymentRecord | undefined =>
    deployments.get(fileOf.get(fileId)?.deploymentId ?? -1);
  const callsOf = ({ versions }: VersionedFunction): number =>
    versions.reduce((all, { total }) => all + total.calls, 0);
  return versionedFunctions(totals, deploymentOf)
    .filter(({ service, versions }) => versions.some(({ total }) => isSelected(selector, service, total.fn)))
    .sort((a, b) => callsOf(b) - callsOf(a))
    .map(({ versions }) => {
      const withFiles = versions.flatMap((it): Version[] => {
        const file = fileOf.get(it.total.fileId);
        return file ? [{ ...it, file }] : [];
      });
      // What was not heard of within the window is left out, unless there is nothing else.
      const inWindow = withFiles.filter(({ deployment }) => deployment.lastSeenMs >= scope.fromMs);
      return (inWindow.length > 0 ? inWindow : withFiles)
        .toSorted((a, b) => newerFirst(a.deployment, b.deployment, nowMs))
        .slice(0, MAX_VERSIONS);
    });
}

function fileIdsOf(files: readonly FileRecord[], deployments: ReadonlyMap<number, DeploymentRecord>): number[] {
  return files.filter(({ deploymentId }) => deployments.has(deploymentId)).map(({ id }) => id);
}

function totalOf({ errors, ...of }: FunctionRecord): FunctionTotal {
  return { ...of, errors: sum(errors.values()) };
}

/** What is read once for all versions of all functions. */
interface Surroundings {
  readonly deployments: ReadonlyMap<number, DeploymentRecord>;
  /** What they call. */
  readonly callees: ReadonlyMap<number, FunctionRecord>;
  readonly fileDeployments: ReadonlyMap<number, number>;
  /** Of their own calls, by their service and place. */
  readonly edges: ReadonlyMap<string, readonly EdgeTotal[]>;
  readonly paths: readonly PathRecord[];
}

async function surroundings(
  question: Question,
  scope: QueryScope,
  versions: readonly Version[],
): Promise<Surroundings> {
  const { store } = question;
  const deployments = (await store.readDeployments(scope.fromMinute)).filter(
    ({ key }) => scope.environment === '' || key.environment === scope.environment,
  );
  const ids = deployments.map(({ id }) => id);
  const callers = new Set(versions.map(({ total, deployment }) => ownerText(deployment.key.service, total.fn)));
  const edges = new Map<string, EdgeTotal[]>();
  for (const edge of await store.readEdges(ids, scope.fromMinute)) {
    const text = edge.caller === 'entry' ? '' : ownerText(edge.caller.service, edge.caller.fn);
    if (!callers.has(text)) continue;
    const own = edges.get(text);
    if (own) own.push(edge);
    else edges.set(text, [edge]);
  }
  await question.proceed();
  const calleeIds = [...new Set([...edges.values()].flatMap((own) => own.map(({ functionId }) => functionId)))];
  const callees = new Map<number, FunctionRecord>();
  for (let i = 0; i < calleeIds.length; i += AT_A_TIME) {
    const some = await store.readFunctionsById(calleeIds.slice(i, i + AT_A_TIME), scope.fromMinute);
    for (const it of some) callees.set(it.id, it);
    await question.proceed();
  }
  const files = await store.readFiles(ids);
  await question.proceed();
  return {
    deployments: new Map(deployments.map((it) => [it.id, it])),
    callees,
    fileDeployments: new Map(files.map((it) => [it.id, it.deploymentId])),
    edges,
    paths: await store.readPaths(ids, scope.fromMinute),
  };
}

/** A function of a service, in any of its versions. */
function ownerText(service: string, fn: FunctionKey): string {
  return `${service}\0${functionKeyText(fn)}`;
}

function calleesOf(
  { fn }: FunctionRecord,
  { key }: DeploymentRecord,
  { edges, callees: known, fileDeployments, deployments }: Surroundings,
): { callees: v1.Callee.$Properties[]; calleesOmitted: number } {
  const callees = new Map<string, { service: string; of: FunctionRecord; calls: number; sampledCalls: number }>();
  for (const edge of edges.get(ownerText(key.service, fn)) ?? []) {
    const of = known.get(edge.functionId);
    const callee = of && deployments.get(fileDeployments.get(of.fileId) ?? -1);
    if (!callee || callee.key.environment !== key.environment) continue;
    const text = ownerText(callee.key.service, of.fn);
    const at = callees.get(text) ?? { service: callee.key.service, of, calls: 0, sampledCalls: 0 };
    at.calls += edge.calls;
    at.sampledCalls += edge.sampledCalls;
    callees.set(text, at);
  }
  const sorted = [...callees.values()].sort((a, b) => b.calls - a.calls);
  return {
    callees: sorted.slice(0, MAX_CALLEES).map(({ service, of, calls, sampledCalls }) => ({
      service,
      filePath: of.fn.path,
      function: placeMessage(of.fn),
      calls,
      sampledCalls,
    })),
    calleesOmitted: Math.max(0, sorted.length - MAX_CALLEES),
  };
}

function partsOf(
  { fn }: FunctionRecord,
  { key }: DeploymentRecord,
  { paths, deployments }: Surroundings,
): v1.CriticalPathPart.$Properties[] {
  const isOwn = (part: v1.CriticalPathPart.$Properties): boolean =>
    part.service === key.service &&
    part.filePath === fn.path &&
    part.function?.name === fn.name &&
    part.function.line === fn.line;
  const ofEntryPoints = groupBy(paths, (it) => {
    const deployment = deployments.get(it.deploymentId);
    return deployment && deployment.key.environment === key.environment
      ? `${serviceText(deployment)}\0${entryPointKeyText(it.entryPoint)}`
      : '';
  });
  ofEntryPoints.delete('');
  return [...ofEntryPoints.values()]
    .flatMap((records) => {
      const path = mergedPath(records);
      const entryService = deployments.get(path?.deploymentId ?? -1)?.key.service ?? '';
      return path ? partMessages(path, entryService, v1.Basis.BASIS_TRACES).filter(isOwn) : [];
    })
    .sort((a, b) => (b.share ?? 0) - (a.share ?? 0))
    .slice(0, MAX_PARTS);
}

async function exemplarsOf(
  { fn, entryPoints }: FunctionRecord,
  deployment: DeploymentRecord,
  { deployments, paths }: Surroundings,
  { fromMs }: QueryScope,
  { store }: Question,
): Promise<v1.Exemplar.$Properties[]> {
  const place = functionKeyText(fn);
  const wanted = new Map(
    entryPoints.flatMap(({ entryPoint }) =>
      entryPoint
        ? [[`${deployment.id} ${entryPointKeyText(entryPoint)}`, { deploymentId: deployment.id, entryPoint }]]
        : [],
    ),
  );
  for (const { deploymentId, entryPoint, owners } of paths) {
    if (owners.some(({ owner }) => owner.service === deployment.key.service && functionKeyText(owner.fn) === place)) {
      wanted.set(`${deploymentId} ${entryPointKeyText(entryPoint)}`, { deploymentId, entryPoint });
    }
  }
  const found: ExemplarRecord[] = [];
  for (const { deploymentId, entryPoint } of [...wanted.values()].slice(0, MAX_PARTS)) {
    found.push(...(await store.readExemplars([deploymentId], entryPoint)));
  }
  const selector = {
    service: deployment.key.service,
    paths: new Set([fn.path]),
    ...{ name: fn.name, line: fn.line, column: 0 },
  };
  return found
    .filter((it) => it.timeMs >= fromMs && hasFunction(it, selector, deployments.get(it.deploymentId)?.key.service))
    .sort((a, b) => b.durationSeconds - a.durationSeconds)
    .slice(0, MAX_EXEMPLARS)
    .flatMap((it) => {
      const of = deployments.get(it.deploymentId);
      return of ? [exemplarMessage(it, of)] : [];
    });
}
