import { lowestRegressions, type Attributed, type CallLink, type Shift } from '@hindcast/core/detect/attribution';
import {
  compareVersions,
  type CountSubject,
  type Subject,
  type VersionComparison,
} from '@hindcast/core/detect/compareVersions';
import { MIN_SHARED_MINUTES } from '@hindcast/core/detect/rateChange';
import { thresholdsOf, type CountMinute, type MinuteFacts } from '@hindcast/core/detect/versionMinutes';
import { emptyHistogram, quantile, type Histogram } from '@hindcast/core/histogram';
import { sum } from '../query/messages.js';
import type { Question } from '../query/question.js';
import { retention, type DeploymentRecord } from '../store/store.js';
import { minuteOf } from '../store/storeTime.js';
import { sameFunctions, type SameFunctions } from './sameFunctions.js';
import { subjectText, type SubjectKey } from './subjectKeys.js';
import { minutesOf, totalsOf, type MinuteRange, type SubjectTotal, type TimedMinute } from './versionFacts.js';
import type { ObservedDeployment } from './versionPairs.js';

/** A version's first minutes are its caches and its compiler, not its code. */
export const WARM_UP_MINUTES = 2;
/** What is compared of either version at most. */
export const COMPARED_MINUTES = 60;
const DAY_MINUTES = 1440;
const MAX_FUNCTIONS = 5_000;

/** Two versions compared, with what tells where a regression comes from. */
export interface ComparedPair {
  readonly comparison: VersionComparison;
  /** The lowest subjects that got worse. */
  readonly lowest: readonly Attributed[];
  readonly totals: {
    readonly before: ReadonlyMap<string, SubjectTotal>;
    readonly after: ReadonlyMap<string, SubjectTotal>;
  };
  /** Of every subject what was compared, minute by minute. */
  readonly minutes: {
    readonly before: ReadonlyMap<string, readonly TimedMinute[]>;
    readonly after: ReadonlyMap<string, readonly TimedMinute[]>;
  };
  readonly functions: { readonly before: SameFunctions; readonly after: SameFunctions };
  readonly links: readonly CallLink[];
  /** Functions that both had, but too few calls of, or that were too many. */
  readonly insufficient: number;
  readonly method: 'cmh' | 'minute-ratio';
}

/** Compares a version's minutes with those of another one before them, beside them, and a day before them. */
export async function comparePair(
  before: ObservedDeployment,
  after: DeploymentRecord,
  candidate: MinuteRange,
  question: Question,
): Promise<ComparedPair> {
  const kept = minuteOf(question.nowMs) - retention.minuteHours * 60;
  // Where the baseline ended earlier, its last minutes are what there is to compare with.
  const until = Math.min(candidate.from, before.lastMinute + 1);
  const baseline = { from: Math.max(kept, before.firstMinute, until - COMPARED_MINUTES), to: candidate.to };
  const functions = {
    before: await sameFunctions(before.deployment, kept, question, MAX_FUNCTIONS),
    after: await sameFunctions(after, kept, question, MAX_FUNCTIONS),
  };
  await question.proceed();
  const totals = {
    before: await totalsOf(before.deployment.id, baseline, functions.before, question),
    after: await totalsOf(after.id, candidate, functions.after, question),
  };
  const thresholds = new Map(
    [...totals.before].flatMap(([text, { durations }]) => {
      const of = thresholdsOf(durations);
      return of ? [[text, of] as const] : [];
    }),
  );
  const old = await minutesOf(before.deployment.id, baseline, functions.before, thresholds, question);
  const now = await minutesOf(after.id, candidate, functions.after, thresholds, question);
  const shared = Math.min(before.lastMinute + 1, candidate.to) - candidate.from;
  const isBeside = shared >= MIN_SHARED_MINUTES;
  const dayBefore = { from: candidate.from - DAY_MINUTES, to: candidate.to - DAY_MINUTES };
  const sameHours =
    isBeside || dayBefore.from < Math.max(kept, before.firstMinute)
      ? new Map<string, MinuteFacts[]>()
      : await minutesOf(before.deployment.id, dayBefore, functions.before, thresholds, question);
  const known = await knownErrors(totals, functions.before, question);
  const subjects = [...totals.after].flatMap(([key, total]): Subject[] => {
    const base = totals.before.get(key);
    if (!base || total.key.kind === 'edge' || total.key.kind === 'reach') return [];
    return [
      {
        ...{ key, baseline: old.get(key) ?? [], candidate: now.get(key) ?? [], sameHours: sameHours.get(key) ?? [] },
        durations: { baseline: base.durations, candidate: total.durations },
        errors: total.key.kind === 'dependency' ? new Map() : total.errors,
        known: known.get(key) ?? { errorTypes: new Set(base.errors.keys()), calls: base.calls },
      },
    ];
  });
  const comparison = compareVersions(subjects, countSubjects(totals, old, now));
  await question.proceed();
  const links = linksOf(totals.after);
  const shifts = new Map(subjects.map(({ key }) => [key, shiftOf(totals.before.get(key), totals.after.get(key))]));
  const ofFunctions = [...totals.after.values()].filter(({ key }) => key.kind === 'function');
  const comparedFunctions = ofFunctions.filter(({ key }) => comparison.compared.has(subjectText(key))).length;
  return {
    ...{ comparison, totals, functions, links, minutes: { before: old, after: now } },
    lowest: lowestRegressions(comparison.regressions, links, shifts),
    insufficient: ofFunctions.length - comparedFunctions + functions.after.omitted,
    method: isBeside ? 'cmh' : 'minute-ratio',
  };
}

/** What the baseline is known to have failed with, as long as it is kept, of the functions with types that look new. */
async function knownErrors(
  totals: ComparedPair['totals'],
  functions: SameFunctions,
  { store }: Question,
): Promise<Map<string, { errorTypes: Set<string>; calls: number }>> {
  const texts = new Map<number, string>();
  for (const [text, { key, errors }] of totals.after) {
    const of = key.kind === 'function' ? functions.byKey.get(key.fn) : undefined;
    const base = totals.before.get(text);
    if (of && [...errors.keys()].some((type) => !base?.errors.has(type))) texts.set(of.id, text);
  }
  if (texts.size === 0) return new Map();
  const records = await store.readFunctionsById([...texts.keys()], 0);
  return new Map(
    records.map(({ id, errors, calls }) => [texts.get(id) ?? '', { errorTypes: new Set(errors.keys()), calls }]),
  );
}

/** Edges and dependencies for each call of the function that makes them. */
function countSubjects(
  totals: ComparedPair['totals'],
  old: ReadonlyMap<string, readonly MinuteFacts[]>,
  now: ReadonlyMap<string, readonly MinuteFacts[]>,
): CountSubject[] {
  const grown = targetGrowth(totals);
  return [...totals.after].flatMap(([key, { key: subject }]): CountSubject[] => {
    if (subject.kind !== 'edge' && subject.kind !== 'dependency') return [];
    // Calls that only moved here from another function are no more calls than before.
    if (!totals.before.has(key) && !grown(targetText(subject))) return [];
    const caller = subjectText({ kind: 'function', fn: subject.fn });
    const minutes = (of: typeof old): CountMinute[] => {
      const events = new Map((of.get(key) ?? []).map((it) => [it.minute, it.calls]));
      return (of.get(caller) ?? []).map(({ minute, calls }) => ({ minute, events: events.get(minute) ?? 0, calls }));
    };
    return [{ key: `#${key}`, baseline: minutes(old), candidate: minutes(now) }];
  });
}

const GROWN = 1.1;

function targetText(key: SubjectTotal['key']): string {
  return key.kind === 'edge'
    ? `c${key.callee}`
    : key.kind === 'dependency'
      ? `d${key.dependency.kind}\0${key.dependency.target}`
      : '';
}

/** Whether a callee or a dependency is called more often for each call of the service as a whole. */
function targetGrowth({ before, after }: ComparedPair['totals']): (target: string) => boolean {
  const rates = [before, after].map((totals) => {
    const all = [...totals.values()];
    const of = (kind: string): number => sum(all.filter(({ key }) => key.kind === kind).map(({ calls }) => calls));
    const whole = of('entry') || of('function');
    const targets = new Map<string, number>();
    for (const { key, calls } of all) targets.set(targetText(key), (targets.get(targetText(key)) ?? 0) + calls);
    return (target: string): number => (whole > 0 ? (targets.get(target) ?? 0) / whole : 0);
  });
  return (target) => (rates[1]?.(target) ?? 0) > GROWN * (rates[0]?.(target) ?? 0);
}

/** Who calls what in the candidate; an entry point is taken to call every function that runs on its behalf. */
function linksOf(after: ReadonlyMap<string, SubjectTotal>): CallLink[] {
  const links: CallLink[] = [];
  for (const { key, calls } of after.values()) {
    const ends = linkEnds(key);
    if (ends) links.push({ ...ends, callsPerCall: calls / Math.max(1, after.get(ends.caller)?.calls ?? 0) });
  }
  return links;
}

function linkEnds(key: SubjectKey): { caller: string; callee: string } | undefined {
  switch (key.kind) {
    case 'function':
    case 'entry':
      return undefined;
    case 'reach':
      return {
        caller: subjectText({ kind: 'entry', entryPoint: key.entryPoint }),
        callee: subjectText({ kind: 'function', fn: key.fn }),
      };
    case 'edge':
      return {
        caller: subjectText({ kind: 'function', fn: key.fn }),
        callee: subjectText({ kind: 'function', fn: key.callee }),
      };
    case 'dependency':
      return { caller: subjectText({ kind: 'function', fn: key.fn }), callee: subjectText(key) };
  }
}

function shiftOf(before: SubjectTotal | undefined, after: SubjectTotal | undefined): Shift {
  const [old, now] = [before?.durations ?? emptyHistogram, after?.durations ?? emptyHistogram];
  const mean = (it: Histogram): number => (it.count > 0 ? it.sumSeconds / it.count : 0);
  const failed = (it: SubjectTotal | undefined): number => (it ? sum(it.errors.values()) / Math.max(1, it.calls) : 0);
  return {
    meanSeconds: mean(now) - mean(old),
    p99Seconds: (quantile(now, 0.99) ?? 0) - (quantile(old, 0.99) ?? 0),
    errorRate: failed(after) - failed(before),
  };
}
