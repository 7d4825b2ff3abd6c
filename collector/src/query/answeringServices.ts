import { dependencyKeyText, functionKeyText } from '../store/keys.js';
import type { DependencyKey, FunctionKey, Minute } from '../store/model.js';
import type { DeploymentRecord, FunctionTotal } from '../store/store.js';
import { groupBy } from './groupBy.js';
import { serviceText } from './deployments.js';
import type { Question } from './question.js';

const AT_A_TIME = 500;
const MAX_WITNESSES = 5_000;

/** Calls from one service to another, by the calling function. */
export interface Crossing {
  readonly caller: string;
  readonly callee: string;
  readonly fn: FunctionKey;
  readonly calls: number;
}

interface Known {
  readonly services: ReadonlyMap<string, readonly DeploymentRecord[]>;
  readonly totals: readonly FunctionTotal[];
  readonly files: ReadonlyMap<number, DeploymentRecord | undefined>;
  readonly calls: readonly Crossing[];
}

/**
 * Which services answer at an address (`host:port`) that a service calls. Spans tell; else the functions that call nothing but this
 * address and are seen calling one service only, when all of them agree; else a host that is named as a service is. None: it is no
 * known service.
 */
export async function answeringServices(
  question: Question,
  fromMinute: Minute,
  known: Known,
): Promise<(caller: string, dependency: DependencyKey) => readonly string[]> {
  const told = await toldByTraces(question, fromMinute, known);
  const seen = await seenByFunctions(question, fromMinute, known);
  return (caller, dependency) => {
    if (dependency.kind !== 'http' && dependency.kind !== 'rpc') return [];
    const text = `${caller}\n${dependencyKeyText(dependency)}`;
    const [environment = ''] = caller.split('\0');
    const host = dependency.target.replace(/:\d+$/, '');
    const names = [host, host.split('.')[0] ?? host].map((name) => `${environment}\0${name}`);
    const named = names.filter((name) => known.services.has(name)).slice(0, 1);
    const found = [told.get(text), seen.get(text)].find((it) => it !== undefined && it.size > 0);
    return found ? [...found] : named;
  };
}

async function toldByTraces(
  { store }: Question,
  fromMinute: Minute,
  { services }: Known,
): Promise<Map<string, Set<string>>> {
  const told = new Map<string, Set<string>>();
  const deployments = new Map([...services.values()].flat().map((it) => [it.id, it]));
  for (const { deploymentId, owners } of await store.readPaths([...deployments.keys()], fromMinute)) {
    const environment = deployments.get(deploymentId)?.key.environment ?? '';
    for (const { owner } of owners) {
      if (!owner.dependency || owner.calleeService === '') continue;
      const text = `${environment}\0${owner.service}\n${dependencyKeyText(owner.dependency)}`;
      told.set(text, (told.get(text) ?? new Set()).add(`${environment}\0${owner.calleeService}`));
    }
  }
  return told;
}

async function seenByFunctions(
  question: Question,
  fromMinute: Minute,
  { totals, files, calls }: Known,
): Promise<Map<string, Set<string>>> {
  const callees = new Map(
    [...groupBy(calls, ({ caller, fn }) => `${caller}\n${functionKeyText(fn)}`)].map(([text, some]) => [
      text,
      new Set(some.map(({ callee }) => callee)),
    ]),
  );
  const witnesses = totals
    .flatMap(({ id, fileId, fn }) => {
      const deployment = files.get(fileId);
      const caller = deployment && serviceText(deployment);
      const called = caller === undefined ? undefined : callees.get(`${caller}\n${functionKeyText(fn)}`);
      const [only] = called ?? [];
      return caller !== undefined && only !== undefined && called?.size === 1 ? [{ id, caller, callee: only }] : [];
    })
    .slice(0, MAX_WITNESSES);
  const seen = new Map<string, Set<string>>();
  for (let i = 0; i < witnesses.length; i += AT_A_TIME) {
    const some = new Map(witnesses.slice(i, i + AT_A_TIME).map((it) => [it.id, it]));
    for (const { id, dependencies } of await question.store.readFunctionsById([...some.keys()], fromMinute)) {
      const remote = dependencies.filter(({ dependency: { kind } }) => kind === 'http' || kind === 'rpc');
      const witness = some.get(id);
      const [only] = remote;
      if (!only || !witness || remote.length > 1) continue;
      const text = `${witness.caller}\n${dependencyKeyText(only.dependency)}`;
      seen.set(text, (seen.get(text) ?? new Set()).add(witness.callee));
    }
    await question.proceed();
  }
  // Where they disagree, each may have seen a part only.
  for (const [text, services] of seen) if (services.size > 1) seen.delete(text);
  return seen;
}
