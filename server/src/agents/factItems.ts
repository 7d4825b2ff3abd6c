import { formatCount, formatDuration, formatShare } from '@hindcast/core/format';
import { quantile } from '@hindcast/core/histogram';
import type { CriticalPathPart, Exemplar } from '../collector/criticalPath.js';
import type { Caller, FunctionFacts } from '../collector/facts.js';
import type { FunctionDetail } from '../collector/functionDetail.js';
import { entryPointText, perCallText } from '../present/entryPointText.js';
import type { ItemGroup } from './answer.js';
import { fenced, fromProduction } from './productionText.js';

/** Examples that an answer shows at most. */
const MAX_EXEMPLARS = 3;
/** Calls for each call from which a callee is called in a loop, or several times. */
const REPEATED_CALLS = 1.5;

/** The lists around a function: each item as text and as data, what production named always fenced. */

export function errorItems(facts: FunctionFacts): ItemGroup {
  return group(
    'errorsByType',
    'Errors',
    facts.errorsByType,
    ({ type, count }) => ({
      text: `${fenced(type, 60)} ${formatCount(count)}`,
      data: { ...fromProduction(type, 60), count },
    }),
    true,
  );
}

/** Where errors began: in the function itself, or further in. */
export function originItems({ errorOrigins }: FunctionDetail): ItemGroup {
  return group(
    'errorOrigins',
    'Thrown',
    errorOrigins,
    ({ type, thrown, passed }) => ({
      text: `${fenced(type, 60)} ${formatCount(thrown)} here, ${formatCount(passed)} passed through`,
      data: { ...fromProduction(type, 60), here: thrown, passed },
    }),
    true,
  );
}

export function entryPointItems(facts: FunctionFacts): ItemGroup {
  return group(
    'entryPoints',
    'Serves',
    facts.entryPoints,
    ({ entryPoint, calls }) => {
      const share = facts.calls > 0 ? Math.min(1, calls / facts.calls) : 0;
      return {
        text: `${fenced(entryPointText(entryPoint), 80)} ${formatShare(share)}`,
        data: { ...fromProduction(entryPointText(entryPoint), 80), share: Number(share.toPrecision(3)) },
      };
    },
    true,
  );
}

export function callerItems(facts: FunctionFacts): ItemGroup {
  const callers = group('callers', 'Called by', facts.callers, (caller) => edgeItem(caller), true);
  const known = facts.callers.reduce((sum, { calls }) => sum + calls, 0);
  const outside = Math.max(0, facts.entryCalls);
  const items =
    outside > 0 && known < facts.calls
      ? [
          ...callers.items,
          { text: `a framework, timer or event ${formatCount(outside)}`, data: { outsideOwnCode: outside } },
        ]
      : callers.items;
  return { ...callers, items, more: facts.callersOmitted };
}

/** With how often for each call, where that is more than once: what a loop does is seen there. */
export function calleeItems({ facts, callees, calleesOmitted }: FunctionDetail): ItemGroup {
  const item = (callee: FunctionDetail['callees'][number]) => {
    const { text, data } = edgeItem(callee);
    const perCall = facts.calls > 0 ? callee.calls / facts.calls : 0;
    return perCall < REPEATED_CALLS
      ? { text, data }
      : {
          text: `${text} (${perCallText(callee.calls, facts.calls)})`,
          data: { ...data, perCall: Number(perCall.toPrecision(3)) },
        };
  };
  return { ...group('callees', 'Calls', callees, item, false), more: calleesOmitted };
}

function edgeItem({ service, id, filePath, line, calls, sampledCalls }: Caller & { line?: number }): {
  text: string;
  data: Readonly<Record<string, unknown>>;
} {
  const where = filePath === '' ? '' : ` ${filePath}:${line ?? id.line}`;
  const name = `${service} ${id.name}${where}`;
  const estimated = sampledCalls < calls ? '~' : '';
  return {
    text: `${fenced(name, 140)} ${estimated}${formatCount(calls)}`,
    data: { ...fromProduction(name, 140), calls, ...(estimated ? { estimated: true } : {}) },
  };
}

export function dependencyItems(facts: FunctionFacts): ItemGroup {
  return group(
    'dependencies',
    'Uses',
    facts.dependencies,
    ({ kind, target, calls, errors, duration }) => {
      const p99 = duration ? quantile(duration, 0.99) : undefined;
      const name = `${kind} ${target}`;
      return {
        text: [
          `${fenced(name, 80)} ${perCallText(calls, facts.calls)}`,
          ...(p99 === undefined ? [] : [`p99 ${formatDuration(p99)}`]),
          ...(errors > 0 ? [`${formatCount(errors)} errors`] : []),
        ].join(', '),
        data: {
          ...fromProduction(name, 80),
          calls,
          perCall: facts.calls > 0 ? Number((calls / facts.calls).toPrecision(3)) : null,
          ...(p99 === undefined ? {} : { p99Ms: Number((p99 * 1000).toPrecision(3)) }),
          ...(errors > 0 ? { errors } : {}),
        },
      };
    },
    true,
  );
}

export function criticalPathItems(parts: readonly CriticalPathPart[]): ItemGroup {
  return group(
    'criticalPath',
    'On the critical path of',
    parts,
    (part) => {
      const entry = part.entryPoint ? entryPointText(part.entryPoint) : part.entryService;
      const saves = part.savesAtMostSeconds;
      const estimate = part.basis === 'exemplars' ? ' (from exemplars)' : '';
      return {
        text: `${fenced(entry, 80)} ${formatShare(part.share)}, faster saves at most ${formatDuration(saves)}${estimate}`,
        data: {
          ...fromProduction(entry, 80),
          share: Number(part.share.toPrecision(3)),
          savesAtMostMs: Number((saves * 1000).toPrecision(3)),
          basis: part.basis,
        },
      };
    },
    true,
  );
}

export function exemplarItems(exemplars: readonly Exemplar[]): ItemGroup {
  const shown = group(
    'exemplars',
    'Examples',
    exemplars.slice(0, MAX_EXEMPLARS),
    (exemplar) => {
      const slowest = [...exemplar.steps].sort((a, b) => b.durationSeconds - a.durationSeconds);
      const path = exemplar.steps.map(({ id }) => id.name).join(' > ');
      const uses = exemplar.dependencies.map(({ kind, target, calls }) => `${calls}× ${kind} ${target}`).join(', ');
      const failed = exemplar.errorType === '' ? '' : ` failed with ${fenced(exemplar.errorType, 60)}`;
      const trace = /^[0-9a-f]{32}$/.test(exemplar.traceId) ? exemplar.traceId : undefined;
      return {
        text: [
          `${formatDuration(exemplar.durationSeconds)}${failed}`,
          ...(slowest.length > 0 ? [`through ${fenced(path, 160)}`] : []),
          ...(uses === '' ? [] : [`with ${fenced(uses, 120)}`]),
          ...(trace ? [`trace ${trace}`] : []),
        ].join(' '),
        data: {
          durationMs: Number((exemplar.durationSeconds * 1000).toPrecision(3)),
          ...fromProduction([exemplar.errorType, path, uses].filter((text) => text !== '').join(' | '), 240),
          ...(trace ? { traceId: trace } : {}),
        },
      };
    },
    false,
  );
  return { ...shown, more: Math.max(0, exemplars.length - MAX_EXEMPLARS) };
}

function group<T>(
  key: string,
  label: string,
  list: readonly T[],
  item: (each: T) => { text: string; data: unknown },
  isEssential: boolean,
): ItemGroup {
  return { key, label, items: list.map(item), more: 0, isEssential };
}
