import type { CallGraph } from '../collector/callGraph.js';

/** What one run of a command called: exact counts, by keys that functions have in both versions. */
export interface RunCounts {
  readonly functions: ReadonlyMap<string, CountedFunction>;
  /** By caller and callee; dependencies are callees without a file. */
  readonly calls: ReadonlyMap<string, CountedCall>;
}

export interface CountedFunction {
  readonly file: string;
  readonly name: string;
  readonly line: number;
  readonly calls: number;
}

export interface CountedCall {
  readonly caller: { readonly file: string; readonly name: string };
  readonly callee: { readonly file: string; readonly name: string };
  /** For each call of the caller. */
  readonly perCall: number;
}

/** A function that was called more or less often, or that only one of the versions calls. */
export interface ChangedCount {
  readonly file: string;
  readonly name: string;
  /** Undefined: not called at all. */
  readonly base: number | undefined;
  readonly head: number | undefined;
}

export interface ChangedCall {
  readonly caller: CountedCall['caller'];
  readonly callee: CountedCall['callee'];
  /** Calls for each call of the caller; undefined where the caller was not called. */
  readonly base: number | undefined;
  readonly head: number | undefined;
  readonly production: number | undefined;
}

export interface CountComparison {
  /** Most changed first. */
  readonly functions: readonly ChangedCount[];
  readonly calls: readonly ChangedCall[];
  /** Functions that were called equally often. */
  readonly same: number;
  /** Functions whose counts differ between runs of the same version: nothing is said of them. */
  readonly unstable: readonly { readonly file: string; readonly name: string }[];
}

/** Ratios closer than this are equal: callers are sampled where functions are called often. */
const SAME_RATIO = 0.02;

/** The counts of one environment's call graph. */
export function runCounts({ nodes, edges }: Pick<CallGraph, 'nodes' | 'edges'>): RunCounts {
  const keys = keysOf(nodes);
  const functions = new Map<string, CountedFunction>();
  const calls = new Map<string, CountedCall>();
  nodes.forEach(({ filePath, id, calls: n, dependencies }, i) => {
    const key = keys[i];
    if (key === undefined || filePath === '') return;
    functions.set(key, { file: filePath, name: id.name, line: id.line, calls: n });
    const caller = { file: filePath, name: id.name };
    for (const { kind, target, calls: asked } of dependencies) {
      const callee = { file: '', name: `${kind} ${target}` };
      if (n > 0) calls.set(`${key}\u0001${callee.name}`, { caller, callee, perCall: asked / n });
    }
  });
  for (const { caller, callee, calls: n } of edges) {
    const [from, to] = [nodes[caller], nodes[callee]];
    const [fromKey, toKey] = [keys[caller], keys[callee]];
    if (!from || !to || fromKey === undefined || toKey === undefined || from.calls === 0 || from.filePath === '')
      continue;
    calls.set(`${fromKey}\u0001${toKey}`, {
      caller: { file: from.filePath, name: from.id.name },
      callee: { file: to.filePath, name: to.id.name },
      perCall: n / from.calls,
    });
  }
  return { functions, calls };
}

/** Path, name, and the order of those that share both: what a function has in common with itself in another version. */
function keysOf(nodes: CallGraph['nodes']): (string | undefined)[] {
  const order = nodes.map((_, i) => i).sort((a, b) => (nodes[a]?.id.line ?? 0) - (nodes[b]?.id.line ?? 0));
  const seen = new Map<string, number>();
  const keys: (string | undefined)[] = nodes.map(() => undefined);
  for (const i of order) {
    const node = nodes[i];
    if (!node) continue;
    const text = `${node.filePath}\0${node.id.name}`;
    const twin = seen.get(text) ?? 0;
    seen.set(text, twin + 1);
    keys[i] = `${text}\0${twin}`;
  }
  return keys;
}

/** Compares runs of two versions; with several runs of each, what differs between runs of one version is left out. */
export function compareCounts(
  base: readonly RunCounts[],
  head: readonly RunCounts[],
  production?: RunCounts,
): CountComparison {
  const keys = new Set([...base, ...head].flatMap(({ functions }) => [...functions.keys()]));
  const functions: ChangedCount[] = [];
  const unstable: { file: string; name: string }[] = [];
  const unstableKeys = new Set<string>();
  let same = 0;
  for (const key of keys) {
    const place = [...head, ...base].flatMap((run) => run.functions.get(key) ?? [])[0];
    if (!place) continue;
    const { file, name } = place;
    const counts = (runs: readonly RunCounts[]) => runs.map((run) => run.functions.get(key)?.calls ?? 0);
    const [was, is] = [counts(base), counts(head)];
    if (new Set(was).size > 1 || new Set(is).size > 1) {
      unstable.push({ file, name });
      unstableKeys.add(key);
    } else if (was[0] === is[0]) same++;
    else functions.push({ file, name, base: was[0] || undefined, head: is[0] || undefined });
  }
  return {
    functions: functions.sort((a, b) => change(b) - change(a) || compareText(a, b)),
    calls: changedCalls(base, head, unstableKeys, production),
    same,
    unstable: unstable.sort(compareText),
  };
}

function changedCalls(
  base: readonly RunCounts[],
  head: readonly RunCounts[],
  unstable: ReadonlySet<string>,
  production: RunCounts | undefined,
): ChangedCall[] {
  const keys = new Set([...base, ...head].flatMap(({ calls }) => [...calls.keys()]));
  return [...keys]
    .flatMap((key): ChangedCall[] => {
      const caller = key.split('\u0001', 1)[0] ?? '';
      const place = [...head, ...base].flatMap((run) => run.calls.get(key) ?? [])[0];
      if (!place || unstable.has(caller)) return [];
      const perCall = (run: RunCounts | undefined): number | undefined =>
        run?.functions.has(caller) && (run.functions.get(caller)?.calls ?? 0) > 0
          ? (run.calls.get(key)?.perCall ?? 0)
          : undefined;
      const [was, is] = [perCall(base[0]), perCall(head[0])];
      // A function that one version alone calls is told as such.
      if (was === undefined || is === undefined || Math.abs(is - was) <= SAME_RATIO * Math.max(1, was)) return [];
      return [{ caller: place.caller, callee: place.callee, base: was, head: is, production: perCall(production) }];
    })
    .sort((a, b) => Math.abs((b.head ?? 0) - (b.base ?? 0)) - Math.abs((a.head ?? 0) - (a.base ?? 0)));
}

function change({ base = 0, head = 0 }: ChangedCount): number {
  return Math.abs(head - base);
}

function compareText(a: { file: string; name: string }, b: { file: string; name: string }): number {
  const [left, right] = [`${a.file}\0${a.name}`, `${b.file}\0${b.name}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
