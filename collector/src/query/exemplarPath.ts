import { pathOwnerKeyText } from '../store/keys.js';
import type { Exemplar, PathOwnerKey } from '../store/model.js';
import type { PathOwnerTotal, PathRecord } from '../store/store.js';

type Sum = { -readonly [K in keyof PathOwnerTotal]: PathOwnerTotal[K] };

/**
 * An estimate of where an entry point's time goes, from single calls whose way inwards is known: each step's own time is its
 * duration without the next step's. Calls of dependencies were made by some step, most likely the innermost; their time is taken from
 * the innermost own time there is, then from the next one outwards. Undefined when there are no exemplars.
 * @param exemplars of one entry point
 */
export function estimatedPath(
  exemplars: readonly (Exemplar & { deploymentId: number })[],
  ownService: string,
): PathRecord | undefined {
  const [first] = exemplars;
  if (!first) return undefined;
  const owners = new Map<string, Sum>();
  let totalNanos = 0;
  for (const exemplar of exemplars) {
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
    traces: exemplars.length,
    partialTraces: 0,
    totalNanos,
    owners: [...owners.values()],
  };
}

function ownTimes(
  { entryPoint, durationSeconds, path, dependencies }: Exemplar,
  ownService: string,
): { owner: PathOwnerKey; nanos: number }[] {
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
