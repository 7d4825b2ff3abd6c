import type { CriticalPath, CriticalPathPart } from '../collector/criticalPath.js';
import type { EntryPointId } from '../collector/facts.js';
import type { Scope } from '../collector/scope.js';
import { groupBy } from '../groupBy.js';
import type { FactSources } from './runtimeFacts.js';
import { whoAnswers, type Answering, type KnownServices } from './whoAnswers.js';

/** Services that are followed one into the other. */
const MAX_DEPTH = 3;
/** What takes less of the whole is not followed into the service that it waits for. */
const MIN_SHARE = 0.05;
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
  readonly through: Through | undefined;
}

/** Where time was followed to. */
export interface Through {
  readonly service: string;
  readonly entryPoint: EntryPointId;
  /** Whether a step on the way there is likely, not certain (`Answering`). */
  readonly isLikely: boolean;
}

/** How a path is a part of the one that was asked about. */
interface Within {
  /** Of the first entry point's time that this path's whole stands for, 0..1. */
  readonly weight: number;
  /** Seconds of the first entry point for each second of this path. */
  readonly secondsPerSecond: number;
  readonly depth: number;
  readonly through: Through | undefined;
}

interface Asking {
  readonly rootSeconds: number;
  readonly scope: Scope;
  readonly sources: FactSources;
  readonly signal: AbortSignal;
  /** Asked for once, when it is needed. */
  readonly services: () => Promise<KnownServices>;
}

/**
 * Follows an entry point's time into the services that it waits for, where the counts leave one of their entry points that can be
 * answering: the wait is then replaced by what happens there; what is left is the network and the queue. Paths made of traces hold the other
 * services' parts already and stay as they are.
 */
export async function stitchedParts(
  path: CriticalPath,
  scope: Scope,
  sources: FactSources,
  signal: AbortSignal,
): Promise<readonly StitchedPart[]> {
  const wide = { windowSeconds: scope.windowSeconds, environment: scope.environment };
  let services: Promise<KnownServices> | undefined;
  const asking: Asking = {
    rootSeconds: path.meanSeconds,
    ...{ scope: wide, sources, signal },
    services: () => (services ??= knownServices(wide, sources, signal)),
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
    if (!inner || !(inner.meanSeconds > 0) || key === undefined || seen.has(key)) {
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
          through: {
            service: inner.service,
            entryPoint: inner.entryPoint,
            isLikely: answering?.isLikely === true || within.through?.isLikely === true,
          },
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

async function knownServices(scope: Scope, { client }: FactSources, signal: AbortSignal): Promise<KnownServices> {
  const [map, entryPoints] = await Promise.all([
    client.getServiceMap(scope, { signal }),
    client.listEntryPoints(scope, { signal }),
  ]);
  return { map, entryPoints: entryPoints ?? [] };
}

async function answeringOf(part: CriticalPathPart, asking: Asking): Promise<Answering | undefined> {
  const { service, filePath, id } = part;
  if (!id) return undefined;
  const reference = { service, filePath, name: id.name, line: id.line, column: id.column };
  const { sources, scope, signal } = asking;
  const answer = await sources.client.getFunction(reference, { ...scope, service }, 1, { signal });
  const [detail] = answer?.functions ?? [];
  return detail && whoAnswers(part, detail.callees, await asking.services());
}

/** The critical path of the only entry point that can be answering: of several, those that take longer than what waits for them cannot. */
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
  if (paths.length <= 1) return paths[0];
  // One without a path may be it as well.
  if (paths.some((path) => path === undefined)) return undefined;
  const fitting = paths.filter((path) => path && path.meanSeconds <= part.meanSelfSeconds * LONGER_THAN_WAIT);
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
