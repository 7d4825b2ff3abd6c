import type { hindcast } from '@hindcast/proto/generated/query.js';
import type { Question } from '../query/question.js';
import type { ComparedPair } from './comparePair.js';
import { subjectText } from './subjectKeys.js';

const MAX_SUSPECTS = 10;
/** How far below the function a change may lie. */
const DEPTH = 3;
const MAX_LOOKED_AT = 100;

/** Functions that the one with this key is or calls, and whose bodies differ between the versions or are new; nearest first. */
export async function suspectsOf(
  fn: string,
  { functions: { before, after }, totals, links }: ComparedPair,
  { store }: Question,
): Promise<hindcast.v1.FunctionRef.$Properties[]> {
  const near = new Set([subjectText({ kind: 'function', fn })]);
  let last = [...near];
  for (let depth = 0; depth < DEPTH && near.size < MAX_LOOKED_AT; depth++) {
    const callers = new Set(last);
    last = links.flatMap(({ caller, callee }) => (callers.has(caller) && !near.has(callee) ? [callee] : []));
    for (const it of last) near.add(it);
  }
  const looked = [...near].slice(0, MAX_LOOKED_AT).flatMap((text) => {
    const key = totals.after.get(text)?.key;
    const now = key?.kind === 'function' ? after.byKey.get(key.fn) : undefined;
    return key?.kind === 'function' && now ? [{ now, old: before.byKey.get(key.fn) }] : [];
  });
  const ids = looked.flatMap(({ now, old }) => [now.id, ...(old ? [old.id] : [])]);
  const bodies = new Map((await store.readFunctionsById(ids, 0)).map((it) => [it.id, it.bodyHash]));
  return looked
    .filter(({ now, old }) => {
      const [is, was] = [bodies.get(now.id), old && bodies.get(old.id)];
      return !old || (is && was && is !== was);
    })
    .slice(0, MAX_SUSPECTS)
    .map(
      ({
        now: {
          fn: { path, name, line, column },
        },
      }) => ({ service: '', filePath: path, name, line, column }),
    );
}
