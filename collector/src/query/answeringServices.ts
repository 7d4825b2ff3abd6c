import { dependencyKeyText, functionKeyText } from '../store/keys.js';
import type { DependencyKey, FunctionKey, Minute } from '../store/model.js';
import type { DeploymentRecord, FunctionTotal } from '../store/store.js';
import { groupBy } from './groupBy.js';
import { serviceText } from './deployments.js';
import { sum } from './messages.js';
import { pairTargets } from './pairTargets.js';
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
 * Which services answer at an address (`host:port`) that a service calls. Spans tell; else the counts at both ends of the
 * functions that call it (`pairTargets`); else a host that is named as a service is. None: it is no known service.
 */
export async function answeringServices(
  question: Question,
  fromMinute: Minute,
  known: Known,
): Promise<(caller: string, dependency: DependencyKey) => readonly string[]> {
  const told = await toldByTraces(question, fromMinute, known);
  const seen = await seenByFunctions(question, fromMinute, known);
  return (caller, dependency) => {
    if (!isRemote(dependency)) return [];
    const text = `${caller}\n${dependencyKeyText(dependency)}`;
    const [environment = ''] = caller.split('\0');
    const host = dependency.target.replace(/:\d+$/, '');
    const names = [host, host.split('.')[0] ?? host].map((name) => `${environment}\0${name}`);
    const named = names.filter((name) => known.services.has(name)).slice(0, 1);
    const paired = seen.get(caller)?.get(dependencyKeyText(dependency));
    const spans = told.get(text);
    if (spans && spans.size > 0) return [...spans];
    return paired === undefined ? named : [paired];
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

/** From the functions that are seen calling services, with how often they asked which address. */
async function seenByFunctions(
  question: Question,
  fromMinute: Minute,
  { totals, files, calls }: Known,
): Promise<Map<string, Map<string, string>>> {
  const received = new Map(
    [...groupBy(calls, ({ caller, fn }) => `${caller}\n${functionKeyText(fn)}`)].map(([text, some]) => [
      text,
      new Map(
        [...groupBy(some, ({ callee }) => callee)].map(([callee, its]) => [callee, sum(its.map((it) => it.calls))]),
      ),
    ]),
  );
  const witnesses = totals
    .flatMap(({ id, fileId, fn }) => {
      const deployment = files.get(fileId);
      const caller = deployment && serviceText(deployment);
      const text = `${caller ?? ''}\n${functionKeyText(fn)}`;
      return caller !== undefined && received.has(text) ? [{ id, caller, text }] : [];
    })
    .slice(0, MAX_WITNESSES);
  // One function in several versions: the calls that services saw are of all of them.
  const sent = new Map<string, { readonly caller: string; readonly calls: Map<string, number> }>();
  for (let i = 0; i < witnesses.length; i += AT_A_TIME) {
    const some = new Map(witnesses.slice(i, i + AT_A_TIME).map((it) => [it.id, it]));
    for (const { id, dependencies } of await question.store.readFunctionsById([...some.keys()], fromMinute)) {
      const witness = some.get(id);
      if (!witness) continue;
      const { calls: own } = sent.get(witness.text) ?? { calls: new Map<string, number>() };
      sent.set(witness.text, { caller: witness.caller, calls: own });
      for (const { dependency, calls: asked } of dependencies.filter(({ dependency: it }) => isRemote(it))) {
        const target = dependencyKeyText(dependency);
        own.set(target, (own.get(target) ?? 0) + asked);
      }
    }
    await question.proceed();
  }
  return pairTargets(
    [...sent].map(([text, { caller, calls: asked }]) => ({
      caller,
      sent: asked,
      received: received.get(text) ?? new Map(),
    })),
  );
}

function isRemote({ kind }: DependencyKey): boolean {
  return kind === 'http' || kind === 'rpc';
}
