import { criticalPaths } from '@hindcast/core/criticalPath';
import { traceTimeline } from '@hindcast/core/criticalPathTimeline';
import type { TraceSpan } from '@hindcast/core/criticalPathTree';
import { pathOwnerKeyText } from '../store/keys.js';
import type { Exemplar, FunctionKey, PathOwnerKey } from '../store/model.js';
import type { PathOwnerTotal, PathRecord } from '../store/store.js';

type Sum = { -readonly [K in keyof PathOwnerTotal]: PathOwnerTotal[K] };

/**
 * An estimate of where an entry point's time goes, from single calls. Where it is known when each step began (the sensor says so), the
 * steps are walked as the spans of a trace are. Else they are a way inwards: each step's own time is its duration without the next
 * step's. A dependency's time is taken from the own time of the function that called it; where that is not known, from the
 * innermost own time there is, then from the next one outwards. Undefined when there are no exemplars.
 * @param exemplars of one entry point
 */
export function estimatedPath(
  exemplars: readonly (Exemplar & { deploymentId: number })[],
  ownService: string,
): PathRecord | undefined {
  // A call of which no step is known says only how long it took.
  const telling = exemplars.filter(({ path, dependencies }) => path.length > 0 || dependencies.length > 0);
  const used = telling.length > 0 ? telling : exemplars;
  const [first] = used;
  if (!first) return undefined;
  const owners = new Map<string, Sum>();
  let totalNanos = 0;
  for (const exemplar of used) {
    totalNanos += exemplar.durationSeconds * 1e9;
    for (const { owner, nanos } of ownTimes(exemplar, ownService)) {
      const text = pathOwnerKeyText(owner);
      const at = owners.get(text) ?? {
        owner,
        traces: 0,
        pathTraces: 0,
        selfNanos: 0,
        savesAtMostNanos: 0,
        boundTraces: 0,
      };
      at.traces++;
      at.pathTraces++;
      at.selfNanos += nanos;
      at.savesAtMostNanos += nanos;
      at.boundTraces++;
      owners.set(text, at);
    }
  }
  return {
    deploymentId: first.deploymentId,
    entryPoint: first.entryPoint,
    traces: used.length,
    partialTraces: 0,
    totalNanos,
    owners: [...owners.values()],
  };
}

function ownTimes(exemplar: Exemplar, ownService: string): OwnTime[] {
  const { path } = exemplar;
  const isTimed = path.every(({ offsetSeconds }) => offsetSeconds !== undefined);
  return isTimed ? timesOfTree(exemplar, ownService) : timesOfWayInwards(exemplar, ownService);
}

interface OwnTime {
  readonly owner: PathOwnerKey;
  nanos: number;
}

const ROOT = 'root';

function timesOfTree({ entryPoint, durationSeconds, path, dependencies }: Exemplar, ownService: string): OwnTime[] {
  const spans: TraceSpan[] = [
    {
      id: ROOT,
      startNanos: 0,
      endNanos: durationSeconds * 1e9,
      kind: 'internal',
      service: ownService,
      functionKey: ROOT,
    },
    ...path.map(({ offsetSeconds = 0, durationSeconds: seconds, parent = -1 }, index) => ({
      id: String(index),
      parentId: parent < 0 ? ROOT : String(parent),
      startNanos: offsetSeconds * 1e9,
      endNanos: (offsetSeconds + seconds) * 1e9,
      kind: 'internal' as const,
      service: ownService,
      functionKey: String(index),
    })),
  ];
  const timeline = traceTimeline(spans);
  const own: OwnTime[] = path.map(({ fn, service = ownService }) => ({
    owner: { service, fn, calleeService: '', dependency: undefined },
    nanos: 0,
  }));
  const handler = { path: '', name: entryPoint.name, line: 0, column: 0 };
  // What is not within an own function is the framework's, before it and after it: the first function's, when one is known.
  const outside: OwnTime = own[0] ?? {
    owner: { service: ownService, fn: handler, calleeService: '', dependency: undefined },
    nanos: 0,
  };
  if (own.length === 0) own.push(outside);
  for (const { span, fromNanos, toNanos } of criticalPaths(timeline)[0]?.segments ?? []) {
    const id = timeline.spans[span]?.id ?? ROOT;
    const at = id === ROOT ? outside : own[Number(id)];
    if (at) at.nanos += toNanos - fromNanos;
  }
  const calls = dependencies.map(({ dependency, durationSeconds: seconds, fn }) => {
    const known = own.filter(({ owner }) => fn && isSamePlace(owner.fn, fn));
    // The calling function was not timed in this call: it ran within some that were.
    const callers = known.length > 0 ? known : own;
    let left = seconds * 1e9;
    let nanos = 0;
    for (const step of callers.toSorted((a, b) => b.nanos - a.nanos)) {
      const taken = Math.min(left, step.nanos);
      step.nanos -= taken;
      left -= taken;
      nanos += taken;
    }
    const caller = fn ?? callers[0]?.owner.fn ?? handler;
    return { owner: { service: ownService, fn: caller, calleeService: '', dependency }, nanos };
  });
  return [...own, ...calls].filter(({ nanos }) => nanos > 0);
}

function isSamePlace(a: FunctionKey, b: FunctionKey): boolean {
  return a.path === b.path && a.name === b.name && a.line === b.line;
}

function timesOfWayInwards(
  { entryPoint, durationSeconds, path, dependencies }: Exemplar,
  ownService: string,
): OwnTime[] {
  const handler = { fn: { path: '', name: entryPoint.name, line: 0, column: 0 }, durationSeconds };
  const steps = (path.length > 0 ? path : [handler]).map(
    ({ fn, durationSeconds: seconds, service = ownService }: Step) => ({
      owner: { service, fn, calleeService: '', dependency: undefined },
      // None takes longer than the call itself, or than the step around it.
      nanos: Math.min(seconds, durationSeconds) * 1e9,
    }),
  );
  steps.forEach((step, i) => {
    step.nanos = Math.min(step.nanos, steps[i - 1]?.nanos ?? durationSeconds * 1e9);
  });
  const own = steps.map((step, i) => ({ ...step, nanos: step.nanos - (steps[i + 1]?.nanos ?? 0) }));
  // Before the first own function, and after it, is the framework's: it goes to the function that handles the call.
  const outer = own[0];
  if (outer) outer.nanos += durationSeconds * 1e9 - (steps[0]?.nanos ?? 0);
  const calls = dependencies.map(({ dependency, durationSeconds: seconds }) => {
    let left = seconds * 1e9;
    let nanos = 0;
    for (const step of own.toReversed()) {
      const taken = Math.min(left, step.nanos);
      step.nanos -= taken;
      left -= taken;
      nanos += taken;
    }
    const innermost = steps.at(-1)?.owner.fn ?? handler.fn;
    return { owner: { service: ownService, fn: innermost, calleeService: '', dependency }, nanos };
  });
  return [...own, ...calls].filter(({ nanos }) => nanos > 0);
}

type Step = { readonly service?: string } & Pick<Exemplar['path'][number], 'fn' | 'durationSeconds'>;
