import type { AssessedFunction, Assessment, CallCost } from '@hindcast/core/assess/assessment';
import type { CallKind } from '@hindcast/core/assess/functionChange';
import { formatRate } from '@hindcast/core/format';
import { isOutside } from '../change/consequences.js';

const MAX_COSTS_IN_LENS = 2;

const callWords: Readonly<Record<CallKind, string>> = {
  database: 'DB call',
  cache: 'cache call',
  http: 'HTTP call',
  rpc: 'RPC call',
  queue: 'queue call',
  filesystem: 'file call',
  function: 'call',
  unknown: 'call',
};

/**
 * The line above a function that was changed: `changed since 1.4.2 · risk 34 · +2 DB calls × 40.1k/min`. Undefined where there is nothing
 * to say: what is only laid out anew or moved, what production has nothing to do with, and everything while production is not known.
 * @param since as `sinceText` has it
 */
export function changeLensText(own: AssessedFunction, assessment: Assessment, since: string): string | undefined {
  if (assessment.exposureNote !== '' || !doesOtherwise(own) || own.kind === 'removed') return undefined;
  const costs = costTexts(own);
  const points = Math.round(own.contribution);
  if (own.kind !== 'changed' && points === 0 && costs.length === 0) return undefined;
  const more = costs.length - MAX_COSTS_IN_LENS;
  return [
    `${own.kind === 'added' ? 'new' : own.kind} since ${since}`,
    riskText(points, Math.round(assessment.risk)),
    ...costs.slice(0, MAX_COSTS_IN_LENS),
    ...(more > 0 ? [`${more} more`] : []),
  ].join(' · ');
}

/** Whether a function may do something else than before. */
export function doesOtherwise({ kind }: AssessedFunction): boolean {
  return kind !== 'reformatted' && kind !== 'moved';
}

/** Its points of the risk; all of them when it is the only one that adds to it. */
function riskText(points: number, risk: number): string {
  return points === risk ? `risk ${risk}` : `risk ${points} of ${risk}`;
}

/** `+2 DB calls × 40.1k/min`, for calls that leave the process; those that were added first. */
export function costTexts({ addedCalls, removedCalls, exposure }: AssessedFunction): string[] {
  const rate = exposure.state === 'ran' ? exposure.callsPerMinute : undefined;
  return [...grouped(addedCalls, '+', rate), ...grouped(removedCalls, '−', rate)];
}

interface CallGroup {
  readonly kind: CallKind;
  readonly isConditional: boolean;
  /** In a loop whose count nobody knows. */
  readonly isInLoop: boolean;
  readonly calls: number;
}

function grouped(calls: readonly CallCost[], sign: '+' | '−', callsPerMinute: number | undefined): string[] {
  const groups = new Map<string, CallGroup>();
  for (const { kind, perCall, isConditional } of calls) {
    if (!isOutside(kind)) continue;
    const group = { kind, isConditional: isConditional === true, isInLoop: perCall === undefined };
    const key = JSON.stringify(group);
    groups.set(key, { ...group, calls: (groups.get(key)?.calls ?? 0) + (perCall ?? 1) });
  }
  return [...groups.values()].map(({ kind, isConditional, isInLoop, calls: amount }) => {
    const count = Number(amount.toPrecision(3));
    const most = isConditional ? 'up to ' : '';
    const what = `${most}${sign}${count} ${callWords[kind]}${count === 1 ? '' : 's'}${isInLoop ? ' in a loop' : ''}`;
    return callsPerMinute === undefined || callsPerMinute <= 0 ? what : `${what} × ${formatRate(callsPerMinute)}`;
  });
}

/**
 * What a change is compared with, as people call it: the version that production runs of that commit, else the commit.
 * @param versions by commit, those that production names; commits may be shortened
 */
export function sinceText(
  { base, baseIs }: Pick<Assessment, 'base' | 'baseIs'>,
  versions: ReadonlyMap<string, string>,
): string {
  const [, version = ''] = [...versions].find(([commit]) => commit.length >= 7 && base.startsWith(commit)) ?? [];
  if (version !== '') return version;
  return baseIs === 'head' ? 'the last commit' : base.slice(0, 10);
}
