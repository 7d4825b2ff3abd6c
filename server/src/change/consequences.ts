import type { AssessedFunction, CallCost } from '@hindcast/core/assess/assessment';
import type { CallKind } from '@hindcast/core/assess/functionChange';
import { formatCount, formatDuration, formatRate } from '@hindcast/core/format';
import { groupBy } from '../groupBy.js';

/** Makes a name from production or from the source harmless in the form at hand. */
export type Quote = (text: string) => string;

/** How calls of a kind are called, and what many of them are a minute. */
const WORDS: Readonly<Record<CallKind, readonly [one: string, many: string, units: string]>> = {
  database: ['DB call', 'DB calls', 'queries'],
  cache: ['cache call', 'cache calls', 'cache calls'],
  http: ['HTTP call', 'HTTP calls', 'requests'],
  rpc: ['RPC call', 'RPC calls', 'calls'],
  queue: ['queue call', 'queue calls', 'messages'],
  filesystem: ['file call', 'file calls', 'file operations'],
  function: ['call', 'calls', 'calls'],
  unknown: ['call', 'calls', 'calls'],
};

/** Below this an increase of latency is not worth a sentence. */
const MIN_SECONDS = 0.0001;
const MAX_ENTRY_POINTS = 2;

/** Whether calls of a kind leave the process. */
export function isOutside(kind: CallKind): boolean {
  return kind !== 'function' && kind !== 'unknown';
}

/**
 * What a function's change costs, in units of production, one sentence each: `+2 DB calls × 40.1k/min = +80.2k queries/min on orders-db`,
 * `+1 await on the critical path of POST /checkout: at least +p50 3 ms`. Empty when it adds and takes nothing.
 */
export function consequencesOf(own: AssessedFunction, quote: Quote): readonly string[] {
  return [
    ...callTexts(own, own.addedCalls, '+', quote),
    ...latencyTexts(own, quote),
    ...callTexts(own, own.removedCalls, '−', quote),
    ...structureTexts(own),
    ...goneTexts(own),
  ];
}

function callTexts(own: AssessedFunction, calls: readonly CallCost[], sign: '+' | '−', quote: Quote): string[] {
  const groups = groupBy(
    calls.filter(({ kind }) => isOutside(kind)),
    ({ kind, target, perCall, isConditional }) =>
      JSON.stringify([kind, target, perCall !== undefined, isConditional === true]),
  );
  return [...groups.values()].map((group) => groupText(own, group, sign, quote));
}

function groupText({ exposure }: AssessedFunction, group: readonly CallCost[], sign: '+' | '−', quote: Quote): string {
  const [first] = group;
  if (!first) return '';
  const [one, many, units] = WORDS[first.kind];
  const perCall = group.reduce((sum, call) => sum + (call.perCall ?? 0), 0);
  const isCounted = first.perCall !== undefined;
  const count = isCounted ? Number(perCall.toPrecision(3)) : group.length;
  const where = first.isTargetKnown ? ` on ${quote(first.target)}` : ` through ${quote(first.target)}`;
  const most = first.isConditional ? 'up to ' : '';
  const what = `${most}${sign}${count} ${count === 1 ? one : many}`;
  const rate = formatRate(exposure.callsPerMinute);
  if (exposure.state !== 'ran') {
    const each = isCounted ? 'each time it runs' : 'per iteration of a loop';
    return `${what}${where}, ${each}${exposure.state === 'never_ran' ? '; it did not run in this window' : ''}`;
  }
  if (!isCounted) return `${what}${where} per iteration of a loop (how many is not known) × ${rate}`;
  const all = formatRate(perCall * exposure.callsPerMinute).replace('/', ` ${units}/`);
  return `${what} × ${rate} = ${most}${sign}${all}${where}`;
}

/** What the function's callers wait for at least, where production shows what such a call takes. */
function latencyTexts(own: AssessedFunction, quote: Quote): string[] {
  const { exposure, addedCalls } = own;
  const waited = addedCalls.filter(
    ({ kind, isAwaited, isConditional, perCall }) =>
      isOutside(kind) && isAwaited && isConditional !== true && perCall !== undefined,
  );
  const seconds = (call: CallCost) => (call.secondsEach ?? 0) * (call.perCall ?? 0);
  const oneByOne = waited.filter(({ isConcurrent }) => !isConcurrent);
  const together = waited.filter(({ isConcurrent }) => isConcurrent);
  const atLeast = oneByOne.reduce((sum, call) => sum + seconds(call), 0) + Math.max(0, ...together.map(seconds));
  if (atLeast < MIN_SECONDS || exposure.state !== 'ran') return [];
  const onPath = exposure.entryPoints.filter(({ criticalPathShare }) => (criticalPathShare ?? 0) > 0);
  if (onPath.length === 0 && !((exposure.criticalPathShare ?? 0) > 0)) return [];
  const names = onPath.slice(0, MAX_ENTRY_POINTS).map(({ name }) => quote(name));
  const more = onPath.length - names.length;
  const of = names.length === 0 ? '' : ` of ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const awaits = `+${waited.length} ${waited.length === 1 ? 'await' : 'awaits'}`;
  return [`${awaits} on the critical path${of}: at least +p50 ${formatDuration(atLeast)}`];
}

function structureTexts({ kind, structure }: AssessedFunction): string[] {
  if (kind !== 'changed') return [];
  const counts = [
    [structure.loops, 'loop', 'loops'],
    [structure.throws, 'throw', 'throws'],
    [structure.catches, 'catch', 'catches'],
  ] as const;
  const parts = counts.flatMap(([count, one, many]) =>
    count === 0 ? [] : [`${count > 0 ? '+' : '−'}${Math.abs(count)} ${Math.abs(count) === 1 ? one : many}`],
  );
  return parts.length === 0 ? [] : [parts.join(', ')];
}

function goneTexts({ kind, exposure }: AssessedFunction): string[] {
  if (kind !== 'removed' || exposure.state !== 'ran') return [];
  return [`it is gone, and ran ${formatRate(exposure.callsPerMinute)}`];
}

/** `40.1k/min`, `never ran`, `not observed`, `not known`. */
export function exposureText({ exposure, kind }: AssessedFunction): string {
  switch (exposure.state) {
    case 'ran':
      return formatRate(exposure.callsPerMinute);
    case 'never_ran':
      return 'never ran';
    case 'test':
      return 'a test';
    case 'not_observed':
      return 'not observed';
    case 'unknown':
      return kind === 'added' ? 'new' : 'not known';
  }
}

/** `12 functions changed, 3 of them run in production, 120.3k/min in all`. */
export function totalsText(functions: readonly AssessedFunction[]): string {
  const touched = functions.filter(({ kind }) => kind !== 'reformatted' && kind !== 'moved' && kind !== 'renamed');
  const ran = touched.filter(({ exposure }) => exposure.state === 'ran');
  const rate = ran.reduce((sum, { exposure }) => sum + exposure.callsPerMinute, 0);
  const only = functions.length - touched.length;
  const count = `${formatCount(touched.length)} ${touched.length === 1 ? 'function' : 'functions'} changed, added or removed`;
  const rest = only > 0 ? `; ${only} only moved, renamed or laid out anew` : '';
  return `${count}, ${ran.length} of them run in production, ${formatRate(rate)} in all${rest}`;
}
