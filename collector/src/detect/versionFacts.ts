import { emptyHistogram, type Histogram } from '@hindcast/core/histogram';
import { countAbove, type MinuteFacts } from '@hindcast/core/detect/versionMinutes';
import type { Question } from '../query/question.js';
import type { Minute } from '../store/model.js';
import type { DeploymentMinute } from '../store/store.js';
import type { SameFunctions } from './sameFunctions.js';
import { subjectText, type SubjectKey } from './subjectKeys.js';

/** Minutes of one deployment: from the first, up to before the second. */
export interface MinuteRange {
  readonly from: Minute;
  readonly to: Minute;
}

/** What one subject did in one minute, or in all of them. */
export interface Piece {
  readonly calls: number;
  readonly durations: Histogram;
  /** By type; of a dependency under the empty one. */
  readonly errors: ReadonlyMap<string, number>;
}

interface MutableHistogram extends Histogram {
  buckets: Map<number, number>;
  zeroCount: number;
  count: number;
  sumSeconds: number;
}

export interface SubjectTotal extends Piece {
  readonly key: SubjectKey;
  calls: number;
  readonly durations: MutableHistogram;
  readonly errors: Map<string, number>;
}

/** Adds up every subject over the minutes. */
export async function totalsOf(
  deploymentId: number,
  range: MinuteRange,
  functions: SameFunctions,
  question: Question,
): Promise<Map<string, SubjectTotal>> {
  const totals = new Map<string, SubjectTotal>();
  await eachMinute(deploymentId, range, question, (minute) => {
    for (const [key, piece] of piecesOf(minute, functions)) {
      const text = subjectText(key);
      let at = totals.get(text);
      if (!at) {
        at = { key, calls: 0, durations: { ...emptyHistogram, buckets: new Map() }, errors: new Map() };
        totals.set(text, at);
      }
      at.calls += piece.calls;
      addHistogram(at.durations, piece.durations);
      for (const [type, n] of piece.errors) at.errors.set(type, (at.errors.get(type) ?? 0) + n);
    }
  });
  return totals;
}

/** With the sum of the durations that are known. */
export interface TimedMinute extends MinuteFacts {
  readonly seconds: number;
}

/** Every subject minute by minute, with how many of its calls were above its thresholds. */
export async function minutesOf(
  deploymentId: number,
  range: MinuteRange,
  functions: SameFunctions,
  thresholds: ReadonlyMap<string, readonly number[]>,
  question: Question,
): Promise<Map<string, TimedMinute[]>> {
  const minutes = new Map<string, TimedMinute[]>();
  await eachMinute(deploymentId, range, question, (it) => {
    for (const [key, { calls, durations, errors }] of piecesOf(it, functions)) {
      const text = subjectText(key);
      const above = countAbove(durations, thresholds.get(text) ?? []);
      let failed = 0;
      for (const n of errors.values()) failed += n;
      const timed = { timed: durations.count, seconds: durations.sumSeconds };
      const facts = { minute: it.minute, calls, ...timed, above, errors: failed };
      const at = minutes.get(text);
      if (at) at.push(facts);
      else minutes.set(text, [facts]);
    }
  });
  return minutes;
}

/** Every minute of one deployment in which something was reported, oldest first. */
export async function eachMinute(
  deploymentId: number,
  { from, to }: MinuteRange,
  question: Question,
  take: (minute: DeploymentMinute) => void,
): Promise<void> {
  if (to <= from) return;
  for await (const minute of question.store.readMinutes([deploymentId], from, to)) {
    take(minute);
    await question.proceed();
  }
}

/** What each known subject did in one minute. */
export function* piecesOf(minute: DeploymentMinute, functions: SameFunctions): Generator<[SubjectKey, Piece]> {
  for (const { functionId, ...piece } of minute.functions) {
    const fn = functions.keyOfId.get(functionId);
    if (fn !== undefined) yield [{ kind: 'function', fn }, piece];
  }
  for (const { entryPoint, ...piece } of minute.entryPoints) yield [{ kind: 'entry', entryPoint }, piece];
  for (const { functionId, dependency, calls, durations, errors } of minute.dependencies) {
    const fn = functions.keyOfId.get(functionId);
    if (fn === undefined) continue;
    yield [
      { kind: 'dependency', fn, dependency },
      { calls, durations, errors: errors > 0 ? new Map([['', errors]]) : NONE },
    ];
  }
  for (const { functionId, entryPoint, calls } of minute.functionEntries) {
    const fn = functions.keyOfId.get(functionId);
    if (fn !== undefined && entryPoint)
      yield [
        { kind: 'reach', fn, entryPoint },
        { calls, durations: emptyHistogram, errors: NONE },
      ];
  }
  const edges = new Map<string, { key: SubjectKey; calls: number }>();
  for (const { functionId, caller, calls } of minute.edges) {
    const callee = functions.keyOfId.get(functionId);
    const fn = caller === 'entry' ? undefined : functions.keyOfCaller(caller);
    if (callee === undefined || fn === undefined) continue;
    const key = { kind: 'edge', fn, callee } as const;
    const at = edges.get(subjectText(key));
    if (at) at.calls += calls;
    else edges.set(subjectText(key), { key, calls });
  }
  for (const { key, calls } of edges.values()) yield [key, { calls, durations: emptyHistogram, errors: NONE }];
}

const NONE: ReadonlyMap<string, number> = new Map();

function addHistogram(to: MutableHistogram, from: Histogram): void {
  for (const [index, n] of from.buckets) to.buckets.set(index, (to.buckets.get(index) ?? 0) + n);
  to.zeroCount += from.zeroCount;
  to.count += from.count;
  to.sumSeconds += from.sumSeconds;
}
