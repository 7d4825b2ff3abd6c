import type { CriticalPath, CriticalPathPart } from '../collector/criticalPath.js';
import type { EntryPointId } from '../collector/facts.js';
import type { Scope } from '../collector/scope.js';
import type { AgentSources } from './runtimeFacts.js';

/** Services that are followed one into the other. */
const MAX_DEPTH = 3;
/** What takes less of the whole is not followed into the service that it waits for. */
const MIN_SHARE = 0.05;

/** One function's part in an entry point's latency, across services. */
export interface StitchedPart {
  readonly part: CriticalPathPart;
  /** Of the first entry point's end-to-end time, 0..1. */
  readonly share: number;
  /** Mean seconds of that time which making it faster saves at most. */
  readonly savesAtMostSeconds: number;
  /** What it waits for outside its process, where that is known: `kind target` of production. */
  readonly waitsFor: string;
  /** The entry point of the service that it runs in, when that is another one than what was asked about. */
  readonly through: { readonly service: string; readonly entryPoint: EntryPointId } | undefined;
}

/**
 * Follows an entry point's time into the services that it waits for: time that a function waits for another service is replaced by
 * what that service did meanwhile, as far as it is known; what is left is the network and the queue.
 */
export async function stitchedParts(
  path: CriticalPath,
  scope: Scope,
  sources: AgentSources,
  signal: AbortSignal,
): Promise<readonly StitchedPart[]> {
  const seen = new Set([`${path.service} ${path.entryPoint.name}`]);
  const parts = await follow(path, 1, undefined, seen, 1, scope, sources, signal);
  return merged(parts).sort((a, b) => b.share - a.share);
}

async function follow(
  path: CriticalPath,
  weight: number,
  through: StitchedPart['through'],
  seen: Set<string>,
  depth: number,
  scope: Scope,
  sources: AgentSources,
  signal: AbortSignal,
): Promise<StitchedPart[]> {
  const found: StitchedPart[] = [];
  for (const part of path.parts) {
    signal.throwIfAborted();
    const share = part.share * weight;
    const waitsFor = part.dependency
      ? `${part.dependency.kind} ${part.dependency.target}`
      : part.calleeService === ''
        ? ''
        : `service ${part.calleeService}`;
    const own = { part, share, savesAtMostSeconds: part.savesAtMostSeconds * weight, waitsFor, through };
    const isRemote = part.calleeService !== '' || part.dependency?.kind === 'http' || part.dependency?.kind === 'rpc';
    const inner =
      isRemote && share >= MIN_SHARE && depth < MAX_DEPTH ? await answering(part, scope, sources, signal) : undefined;
    const key = inner && `${inner.service} ${inner.entryPoint.name}`;
    if (!inner || key === undefined || seen.has(key) || part.meanSelfSeconds <= 0) {
      found.push(own);
      continue;
    }
    seen.add(key);
    // The other service was called so often for each call of this one that its time cannot exceed the wait for it.
    const inside = Math.min(1, inner.meanSeconds / (part.meanSelfSeconds || inner.meanSeconds));
    found.push(
      { ...own, share: share * (1 - inside), savesAtMostSeconds: own.savesAtMostSeconds * (1 - inside) },
      ...(await follow(
        inner,
        share * inside,
        { service: inner.service, entryPoint: inner.entryPoint },
        seen,
        depth + 1,
        scope,
        sources,
        signal,
      )),
    );
  }
  return found;
}

/** The critical path of the entry point that answers a remote call, when the calling function is seen to reach just one. */
async function answering(
  { service, filePath, id, calleeService }: CriticalPathPart,
  scope: Scope,
  { client }: AgentSources,
  signal: AbortSignal,
): Promise<CriticalPath | undefined> {
  if (!id) return undefined;
  const reference = { service, filePath, name: id.name, line: id.line };
  const wide = { windowSeconds: scope.windowSeconds, environment: scope.environment };
  const detail = (await client.getFunction(reference, { ...wide, service }, 1, { signal }))?.functions[0];
  const remote = (detail?.callees ?? []).filter(
    (callee) => callee.service !== service && (calleeService === '' || callee.service === calleeService),
  );
  const entries = (await client.listEntryPoints(wide, { signal })) ?? [];
  const reached = entries.filter(({ deployment, id: handler, filePath: file }) =>
    remote.some(
      (callee) => callee.service === deployment.service && callee.id.name === handler?.name && callee.filePath === file,
    ),
  );
  const slowest = await Promise.all(
    reached.slice(0, 4).map(async ({ entryPoint, deployment }) => {
      const [path] =
        (await client.getCriticalPath(entryPoint, { ...wide, service: deployment.service }, { signal })) ?? [];
      return path;
    }),
  );
  return slowest.flatMap((path) => (path ? [path] : [])).sort((a, b) => b.meanSeconds - a.meanSeconds)[0];
}

/** One for each function and what it waits for. */
function merged(parts: readonly StitchedPart[]): StitchedPart[] {
  const found = new Map<string, StitchedPart>();
  for (const each of parts) {
    const { service, filePath, id } = each.part;
    const key = JSON.stringify([service, filePath, id?.name, id?.line, each.waitsFor]);
    const known = found.get(key);
    found.set(
      key,
      known
        ? {
            ...known,
            share: known.share + each.share,
            savesAtMostSeconds: known.savesAtMostSeconds + each.savesAtMostSeconds,
          }
        : each,
    );
  }
  return [...found.values()];
}
