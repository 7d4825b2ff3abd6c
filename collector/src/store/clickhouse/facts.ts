import type { Histogram } from '@hindcast/core/histogram';
import { callerKeyText, dependencyKeyText, entryPointKeyText, functionKeyText, pathOwnerKeyText } from '../keys.js';
import type {
  CallerKey,
  DataSource,
  DependencyKey,
  DeploymentKey,
  EntryPointKey,
  ErrorOrigin,
  FunctionKey,
  Minute,
  PathOwnerKey,
} from '../model.js';
import { idOf } from './identity.js';
import type { FactKind } from './schema.js';
import type { Cell } from './sqlText.js';

/** One row of numbers: of one kind, about one thing, in one minute. */
export interface Fact {
  readonly kind: FactKind;
  readonly deployment: number;
  readonly minute: Minute;
  /** Whose it is; undefined: the deployment's. */
  readonly fn: FunctionKey | undefined;
  /** What else it is by: an error type, a caller, an entry point, … (`subOf`). */
  readonly sub: string;
  calls: number;
  sampled: number;
  selfNanos: number;
  savesNanos: number;
  bound: number;
  zeroCount: number;
  approximate: number;
  sumSeconds: number;
  readonly buckets: Map<number, number>;
}

/** Facts of one write, each key once. */
export class Facts {
  private readonly byKey = new Map<string, Fact>();

  at(kind: FactKind, deployment: number, minute: Minute, fn: FunctionKey | undefined, sub: string): Fact {
    const key = `${kind}\0${deployment}\0${minute}\0${fn ? functionKeyText(fn) : ''}\0${sub}`;
    let fact = this.byKey.get(key);
    if (!fact) {
      fact = {
        kind,
        deployment,
        minute,
        fn,
        sub,
        calls: 0,
        sampled: 0,
        selfNanos: 0,
        savesNanos: 0,
        bound: 0,
        zeroCount: 0,
        approximate: 0,
        sumSeconds: 0,
        buckets: new Map(),
      };
      this.byKey.set(key, fact);
    }
    return fact;
  }

  get isEmpty(): boolean {
    return this.byKey.size === 0;
  }

  /** Cells in the order of `FACT_COLUMNS`, sorted: the same facts are the same rows, whoever makes them. */
  rows(): Cell[][] {
    return [...this.byKey]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, it]) => {
        const buckets = [...it.buckets].sort(([a], [b]) => a - b);
        return [
          it.kind,
          it.fn?.path ?? '',
          it.deployment,
          it.fn ? functionId(it.deployment, it.fn) : 0,
          it.minute,
          it.sub,
          it.fn?.name ?? '',
          it.fn?.line ?? 0,
          it.fn?.column ?? 0,
          it.calls,
          it.sampled,
          it.zeroCount,
          it.approximate,
          it.selfNanos,
          it.savesNanos,
          it.bound,
          1,
          it.sumSeconds,
          buckets.map(([index]) => index),
          buckets.map(([, count]) => count),
        ];
      });
  }
}

export function addDurations(fact: Fact, durations: Histogram): void {
  for (const [index, count] of durations.buckets) fact.buckets.set(index, (fact.buckets.get(index) ?? 0) + count);
  fact.zeroCount += durations.zeroCount;
  fact.approximate += durations.approximate ? 1 : 0;
  fact.sumSeconds += durations.sumSeconds;
}

export function functionId(deployment: number, fn: FunctionKey): number {
  return idOf(`${deployment}\0${functionKeyText(fn)}`);
}

export function fileId(deployment: number, path: string): number {
  return idOf(`${deployment}\0file\0${path}`);
}

/** How the keys of things are written in `sub`, and read again. No part of a key can hold a NUL. */
export const subOf = {
  error: (type: string, origin: ErrorOrigin): string => `${origin}\0${type}`,
  caller: callerKeyText,
  entryPoint: (entryPoint: EntryPointKey | undefined): string => (entryPoint ? entryPointKeyText(entryPoint) : ''),
  entryError: (entryPoint: EntryPointKey, type: string): string => `${entryPointKeyText(entryPoint)}\0${type}`,
  dependency: dependencyKeyText,
  dependencyError: (dependency: DependencyKey, type: string): string => `${dependencyKeyText(dependency)}\0${type}`,
  pathOwner: (entryPoint: EntryPointKey, owner: PathOwnerKey): string =>
    `${entryPointKeyText(entryPoint)}\0${pathOwnerKeyText(owner)}`,
};

export function deploymentOf(texts: readonly unknown[]): DeploymentKey {
  const [service, environment, version, revision, source] = texts.map(String);
  return {
    service: service ?? '',
    environment: environment ?? '',
    version: version ?? '',
    revision: revision ?? '',
    source: source as DataSource,
  };
}

export function errorOf(sub: string): { readonly origin: ErrorOrigin; readonly type: string } {
  const [origin = 'unknown', type = ''] = sub.split('\0');
  return { origin: origin as ErrorOrigin, type };
}

export function callerOf(sub: string): CallerKey {
  if (sub === '') return 'entry';
  const [service = '', path, line, column, name] = sub.split('\0');
  return { service, fn: functionOf([path, line, column, name]) };
}

export function entryPointOf(sub: string): EntryPointKey | undefined {
  if (sub === '') return undefined;
  const [kind = '', name = ''] = sub.split('\0');
  return { kind, name };
}

export function dependencyOf(sub: string): DependencyKey {
  const [kind = '', target = ''] = sub.split('\0');
  return { kind, target };
}

export function pathOwnerOf(sub: string): PathOwnerKey {
  const [, , service = '', path, line, column, name, calleeService = '', kind = '', target = ''] = sub.split('\0');
  return {
    service,
    fn: functionOf([path, line, column, name]),
    calleeService,
    dependency: kind === '' && target === '' ? undefined : { kind, target },
  };
}

/** Path, line, column and name, in that order. */
export function functionOf([path = '', line = 0, column = 0, name = '']: readonly unknown[]): FunctionKey {
  return { path: String(path), name: String(name), line: Number(line), column: Number(column) };
}
