import type { CallKind } from '@hindcast/core/assess/functionChange';
import { mergeHistograms, quantile, type Histogram } from '@hindcast/core/histogram';
import { byCodeUnit } from '@hindcast/core/assess/byCodeUnit';
import type { Dependency } from '../collector/facts.js';
import type { DeployedFunction } from './exposure.js';

/** Something outside that production shows a function to call. */
export interface KnownDependency {
  readonly kind: CallKind;
  /** Text from production. */
  readonly target: string;
  /** For each call of the function; undefined for what is known of the service alone. */
  readonly perCall: number | undefined;
  /** p50 of one such call. */
  readonly secondsEach: number | undefined;
}

const KINDS: ReadonlyMap<string, CallKind> = new Map([
  ['db', 'database'],
  ['cache', 'cache'],
  ['http', 'http'],
  ['rpc', 'rpc'],
  ['queue', 'queue'],
]);

/** What a function calls itself, over all counted deployments, most calls first. */
export function dependenciesOf(counted: readonly DeployedFunction[]): readonly KnownDependency[] {
  const ran = counted.filter(({ facts }) => facts.state === 'ran');
  const calls = ran.reduce((sum, { facts }) => sum + facts.calls, 0);
  return merged(ran.flatMap(({ facts }) => facts.dependencies)).map(({ kind, target, calls: own, duration }) => ({
    kind,
    target,
    perCall: calls > 0 ? own / calls : undefined,
    secondsEach: duration && quantile(duration, 0.5),
  }));
}

/** What services call, most calls first. */
export function serviceDependencies(lists: readonly (readonly Dependency[])[]): readonly KnownDependency[] {
  return merged(lists.flat()).map(({ kind, target, duration }) => ({
    kind,
    target,
    perCall: undefined,
    secondsEach: duration && quantile(duration, 0.5),
  }));
}

function merged(
  dependencies: readonly Dependency[],
): { kind: CallKind; target: string; calls: number; duration: Histogram | undefined }[] {
  const found = new Map<string, { kind: CallKind; target: string; calls: number; duration: Histogram | undefined }>();
  for (const { kind: reported, target, calls, duration } of dependencies) {
    const kind = KINDS.get(reported);
    if (kind === undefined) continue;
    const key = `${kind}\0${target}`;
    const known = found.get(key);
    const histograms = [known?.duration, duration].filter((each) => each !== undefined);
    found.set(key, {
      kind,
      target,
      calls: (known?.calls ?? 0) + calls,
      duration: histograms.length > 0 ? mergeHistograms(histograms) : undefined,
    });
  }
  return [...found.values()].sort((a, b) => b.calls - a.calls || byCodeUnit(a.target, b.target));
}

/** The only dependency of a kind; undefined when there is none, or more than one. */
export function onlyOfKind(dependencies: readonly KnownDependency[], kind: CallKind): KnownDependency | undefined {
  const [only, another] = dependencies.filter((each) => each.kind === kind);
  return another ? undefined : only;
}
