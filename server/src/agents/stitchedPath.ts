import type { CriticalPath, CriticalPathPart } from '../collector/criticalPath.js';
import type { EntryPointFacts, EntryPointId } from '../collector/facts.js';
import type { FunctionDetail } from '../collector/functionDetail.js';
import type { Scope } from '../collector/scope.js';
import { groupBy } from '../groupBy.js';
import type { AgentSources } from './runtimeFacts.js';

/** Services that are followed one into the other. */
const MAX_DEPTH = 3;
/** What takes less of the whole is not followed into the service that it waits for. */
const MIN_SHARE = 0.05;
/** Counts of one call from both of its ends differ by what was under way when each was sent. */
const SAME_COUNT = 0.05;
/** A mean of answers may exceed the mean wait for them by this, as both are of samples. */
const LONGER_THAN_WAIT = 1.25;

/** One function's part in an entry point's latency, across services. */
export interface StitchedPart {
  readonly part: CriticalPathPart;
  /** Of the first entry point's end-to-end time, 0..1. */
  readonly share: number;
  /** Mean seconds of that time which making it faster saves at most. */
  readonly savesAtMostSeconds: number;
  /** What it waits for outside its process, where that is known: `kind target` of production. */
  readonly waitsFor: string;
  /** Who may be answering, where that is not certain enough to go on there. */
  readonly answeredBy: Answering | undefined;
  /** The entry point of the service that it runs in, when that is another one than what was asked about. */
  readonly through: { readonly service: string; readonly entryPoint: EntryPointId } | undefined;
}

/** The service that answers a remote call, and its entry points that the calling function is seen to reach. */
export interface Answering {
  readonly service: string;
  readonly entryPoints: readonly EntryPointId[];
}

/** How a path is a part of the one that was asked about. */
interface Within {
  /** Of the first entry point's time that this path's whole stands for, 0..1. */
  readonly weight: number;
  /** Seconds of the first entry point for each second of this path. */
  readonly secondsPerSecond: number;
  readonly depth: number;
  readonly through: StitchedPart['through'];
}

interface Asking {
  readonly rootSeconds: number;
  readonly scope: Scope;
  readonly sources: AgentSources;
  readonly signal: AbortSignal;
  /** All that were called; asked for once. */
  readonly entryPoints: () => Promise<readonly EntryPointFacts[]>;
}

/**
 * Follows an entry point's time into the services that it waits for, where it is certain which of their entry points answers:
 * the wait is then replaced by what happens there; what is left is the network and the queue. Paths made of traces hold the other
 * services' parts already and stay as they are.
 */
export async function stitchedParts(
  path: CriticalPath,
  scope: Scope,
  sources: AgentSources,
  signal: AbortSignal,
): Promise<readonly StitchedPart[]> {
  const wide = { windowSeconds: scope.windowSeconds, environment: scope.environment };
  let entryPoints: Promise<readonly EntryPointFacts[]> | undefined;
  const asking: Asking = {
    rootSeconds: path.meanSeconds,
    ...{ scope: wide, sources, signal },
    entryPoints: () => (entryPoints ??= sources.client.listEntryPoints(wide, { signal }).then((all) => all ?? [])),
  };
  const seen = new Set([`${path.service} ${path.entryPoint.name}`]);
  const whole = { weight: 1, secondsPerSecond: 1, depth: 1, through: undefined };
  return merged(await follow(path, whole, seen, asking)).sort((a, b) => b.share - a.share);
}

async function follow(path: CriticalPath, within: Within, seen: Set<string>, asking: Asking): Promise<StitchedPart[]> {
  const found: StitchedPart[] = [];
  for (const part of path.parts) {
    asking.signal.throwIfAborted();
    const own: StitchedPart = {
      part,
      share: part.share * within.weight,
      savesAtMostSeconds: part.savesAtMostSeconds * within.secondsPerSecond,
      waitsFor: waitsFor(part),
      answeredBy: undefined,
      through: within.through,
    };
    const isFollowed = path.basis === 'exemplars' && isRemote(part) && own.share >= MIN_SHARE;
    const answering = isFollowed ? await answeringOf(part, asking) : undefined;
    const inner = answering && within.depth < MAX_DEPTH ? await onlyPath(answering, part, asking) : undefined;
    const key = inner && `${inner.service} ${inner.entryPoint.name}`;
    if (!inner || key === undefined || seen.has(key)) {
      found.push({ ...own, answeredBy: answering });
      continue;
    }
    seen.add(key);
    const inside = Math.min(1, (inner.meanSeconds * callsOf(part, path)) / part.meanSelfSeconds);
    const weight = own.share * inside;
    found.push(
      { ...own, share: own.share * (1 - inside), savesAtMostSeconds: own.savesAtMostSeconds * (1 - inside) },
      ...(await follow(
        inner,
        {
          weight,
          secondsPerSecond: (weight * asking.rootSeconds) / inner.meanSeconds,
          depth: within.depth + 1,
          through: { service: inner.service, entryPoint: inner.entryPoint },
        },
        seen,
        asking,
      )),
    );
  }
  return found;
}

function waitsFor({ dependency, calleeService }: CriticalPathPart): string {
  if (dependency) return `${dependency.kind} ${dependency.target}`;
  return calleeService === '' ? '' : `service ${calleeService}`;
}

function isRemote({ dependency, calleeService, meanSelfSeconds }: CriticalPathPart): boolean {
  return meanSelfSeconds > 0 && (calleeService !== '' || dependency?.kind === 'http' || dependency?.kind === 'rpc');
}

/** Calls of the dependency for each call of the path's entry point, as its examples show; 1 where they show none. */
function callsOf({ dependency }: CriticalPathPart, { examples }: CriticalPath): number {
  const calls = examples.flatMap(({ dependencies }) =>
    dependencies.filter(({ kind, target }) => kind === dependency?.kind && target === dependency.target),
  );
  return calls.length === 0 ? 1 : calls.reduce((sum, each) => sum + each.calls, 0) / calls.length;
}

/** Which service answers a remote call of a function; undefined unless the counts at both ends leave only one. */
async function answeringOf(part: CriticalPathPart, asking: Asking): Promise<Answering | undefined> {
  const { service, filePath, id } = part;
  if (!id) return undefined;
  const reference = { service, filePath, name: id.name, line: id.line, column: id.column };
  const { sources, scope, signal } = asking;
  const answer = await sources.client.getFunction(reference, { ...scope, service }, 1, { signal });
  const [detail] = answer?.functions ?? [];
  const callees = (detail?.callees ?? []).filter((callee) => callee.service !== service);
  const answering = detail && serviceBehind(part, detail, callees);
  if (answering === undefined) return undefined;
  const reached = (await asking.entryPoints()).filter(
    ({ deployment, id: handler, filePath: file, entryPoint }) =>
      deployment.service === answering &&
      isAnswer(entryPoint, part) &&
      callees.some(
        (callee) => callee.service === answering && callee.id.name === handler?.name && callee.filePath === file,
      ),
  );
  const names = groupBy(reached, ({ entryPoint }) => `${entryPoint.kind} ${entryPoint.name}`);
  return {
    service: answering,
    entryPoints: [...names.values()].flatMap(([first]) => (first ? [first.entryPoint] : [])),
  };
}

/** A job or a queue's consumer answers nobody. */
function isAnswer({ kind }: EntryPointId, { dependency }: CriticalPathPart): boolean {
  return dependency ? kind === dependency.kind : kind === 'http' || kind === 'rpc';
}

function serviceBehind(
  { calleeService, dependency }: CriticalPathPart,
  { facts }: FunctionDetail,
  callees: FunctionDetail['callees'],
): string | undefined {
  if (calleeService !== '') return calleeService;
  const asked = facts.dependencies.find(
    ({ kind, target }) => kind === dependency?.kind && target === dependency.target,
  );
  const remote = facts.dependencies.filter(({ kind }) => kind === 'http' || kind === 'rpc');
  const services = [...groupBy(callees, (callee) => callee.service)].map(
    ([service, own]) => [service, own.reduce((sum, { calls }) => sum + calls, 0)] as const,
  );
  if (!asked) return undefined;
  if (remote.length === 1 && services.length === 1) return services[0]?.[0];
  const isAlike = (a: number, b: number) => Math.abs(a - b) <= SAME_COUNT * Math.max(a, b);
  const fitting = services.filter(([, calls]) => isAlike(calls, asked.calls));
  const rivals = fitting.flatMap(([, calls]) => remote.filter((each) => isAlike(each.calls, calls)));
  return fitting.length === 1 && rivals.length === 1 ? fitting[0]?.[0] : undefined;
}

/** The critical path of the only entry point that can be answering: the others take longer than what waits for them. */
async function onlyPath(
  { service, entryPoints }: Answering,
  part: CriticalPathPart,
  { sources, scope, signal }: Asking,
): Promise<CriticalPath | undefined> {
  const paths = await Promise.all(
    entryPoints.map(async (entryPoint) => {
      const [path] = (await sources.client.getCriticalPath(entryPoint, { ...scope, service }, { signal })) ?? [];
      return path;
    }),
  );
  // One without a path may be it as well.
  if (paths.some((path) => path === undefined) && paths.length > 1) return undefined;
  const fitting = paths.filter(
    (path) => path && path.meanSeconds > 0 && path.meanSeconds <= part.meanSelfSeconds * LONGER_THAN_WAIT,
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** One for each function and what it waits for. */
function merged(parts: readonly StitchedPart[]): StitchedPart[] {
  const groups = groupBy(parts, ({ part: { service, filePath, id }, waitsFor: target }) =>
    JSON.stringify([service, filePath, id?.name, id?.line, target]),
  );
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first
      ? [
          rest.reduce(
            (sum, each) => ({
              ...sum,
              share: sum.share + each.share,
              savesAtMostSeconds: sum.savesAtMostSeconds + each.savesAtMostSeconds,
            }),
            first,
          ),
        ]
      : [],
  );
}
