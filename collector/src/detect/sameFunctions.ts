import { groupBy } from '../query/groupBy.js';
import type { Question } from '../query/question.js';
import { functionKeyText } from '../store/keys.js';
import type { CallerKey, FunctionKey, Minute } from '../store/model.js';
import type { DeploymentRecord } from '../store/store.js';

/** The functions of one deployment by keys that they have in every version: path, name, and the order of those that share both. */
export interface SameFunctions {
  readonly keyOfId: ReadonlyMap<number, string>;
  /** Undefined for a caller of another service, or one that is not known. */
  keyOfCaller(caller: Exclude<CallerKey, 'entry'>): string | undefined;
  /** Called functions that are left out. */
  readonly omitted: number;
  readonly byKey: ReadonlyMap<string, { readonly id: number; readonly fn: FunctionKey }>;
}

/** Those with most calls, when there are more than `atMost`; `omitted` is how many others were called. */
export async function sameFunctions(
  deployment: DeploymentRecord,
  fromMinute: Minute,
  { store }: Question,
  atMost: number,
): Promise<SameFunctions> {
  const called = (await store.readFunctionTotals([deployment.id], fromMinute)).filter(({ calls }) => calls > 0);
  const keyed = [...groupBy(called, ({ fn }) => `${fn.path}\0${fn.name}`)].flatMap(([text, twins]) =>
    twins
      .toSorted((a, b) => a.fn.line - b.fn.line || a.fn.column - b.fn.column)
      .map((total, order) => ({ total, key: `${text}\0${order}` })),
  );
  const kept = keyed.toSorted((a, b) => b.total.calls - a.total.calls).slice(0, atMost);
  const keyOfPlace = new Map(kept.map(({ total, key }) => [functionKeyText(total.fn), key]));
  return {
    keyOfId: new Map(kept.map(({ total, key }) => [total.id, key])),
    keyOfCaller: ({ service, fn }) =>
      service === deployment.key.service ? keyOfPlace.get(functionKeyText(fn)) : undefined,
    byKey: new Map(kept.map(({ total, key }) => [key, { id: total.id, fn: total.fn }])),
    omitted: keyed.length - kept.length,
  };
}
