import type { AssessedFunction, CallCost, UnmatchedChange } from '@hindcast/core/assess/assessment';
import type { ReachedEntryPoint } from '@hindcast/core/assess/functionChange';
import { riskLevel, type RiskFactor } from '@hindcast/core/assess/risk';
import { formatAge, formatDuration, formatRate, formatShare } from '@hindcast/core/format';
import type {
  ChangedFunction,
  ChangeFactor,
  ChangeLine,
  ChangePage,
  ChangePlace,
  RepositoryChange,
  UnmatchedRow,
} from '@hindcast/proto/changeMessages';
import { URI } from 'vscode-uri';
import { consequencesOf, exposureText, isOutside } from '../change/consequences.js';
import { costTexts, doesOtherwise } from '../present/changeText.js';
import type { RepositoryAssessment } from '../surfaces/changeWatch.js';

const MAX_FUNCTIONS = 200;
const MAX_UNMATCHED = 100;
const MAX_ENTRY_POINTS = 5;

/** The change as the view lists it. */
export function changePage(found: readonly RepositoryAssessment[], isAssessed: boolean, nowMs: number): ChangePage {
  return { isAssessed, repositories: found.map((each) => repositoryChange(each, nowMs)) };
}

function repositoryChange({ root, assessment, since }: RepositoryAssessment, nowMs: number): RepositoryChange {
  const { risk, factors, functions, unmatched, baseNote, exposureNote } = assessment;
  return {
    name: root.slice(root.lastIndexOf('/') + 1),
    since,
    risk: Math.round(risk),
    level: riskLevel(risk),
    notes: [baseNote, exposureNote].filter((note) => note !== ''),
    factors: factors
      .filter(({ contribution }) => Math.abs(contribution) >= 0.05)
      .sort((a, b) => b.contribution - a.contribution)
      .map(factorRow),
    functions: functions.slice(0, MAX_FUNCTIONS).map((own) => functionRow(own, root, nowMs)),
    functionsOmitted: Math.max(0, functions.length - MAX_FUNCTIONS),
    unmatched: unmatched.slice(0, MAX_UNMATCHED).map((own) => unmatchedRow(own, root)),
    unmatchedOmitted: Math.max(0, unmatched.length - MAX_UNMATCHED),
  };
}

function factorRow({ name, value, weight, contribution }: RiskFactor): ChangeFactor {
  return {
    name,
    points: pointsText(contribution),
    facts: [
      ['Points of the risk', contribution.toFixed(1)],
      ['Measured', numberText(value)],
      ['Weight', numberText(weight)],
    ],
  };
}

function functionRow(own: AssessedFunction, root: string, nowMs: number): ChangedFunction {
  const { exposure, contribution } = own;
  return {
    name: own.name,
    file: own.file,
    ...(own.kind === 'removed' ? {} : { place: placeOf(root, own.file, own.line) }),
    figures: [
      ...(contribution >= 0.05 ? [`risk ${numberText(contribution)}`] : []),
      ...costTexts({ ...own, exposure: { ...exposure, callsPerMinute: 0 } }),
      exposureText(own),
      ...(own.kind === 'changed' ? [] : [own.kind]),
    ].join(' · '),
    isRisky: riskLevel(contribution) !== 'low',
    lines: linesOf(own, root),
    facts: factsOf(own, nowMs),
  };
}

function linesOf(own: AssessedFunction, root: string): ChangeLine[] {
  const { exposure, addedCalls, removedCalls } = own;
  const calls = [
    ...addedCalls.map((call) => [call, '+'] as const),
    ...removedCalls.map((call) => [call, '−'] as const),
  ];
  const more = exposure.entryPoints.length - MAX_ENTRY_POINTS;
  const others = exposure.services.slice(1);
  return [
    ...consequencesOf(own, (text) => text).map((text): ChangeLine => ({ kind: 'cost', text })),
    ...calls.filter(([call]) => isOutside(call.kind)).map(([call, sign]) => callLine(call, sign, own, root)),
    ...exposure.entryPoints.slice(0, MAX_ENTRY_POINTS).map(entryPointLine),
    ...(more > 0 ? [{ kind: 'note', text: `${more} more entry points` } as const] : []),
    ...(others.length > 0 ? [{ kind: 'services', text: `reached from ${others.join(', ')}` } as const] : []),
  ];
}

/** `orders-db in line 8, about 3 ms`; only what was added is still there to go to. */
function callLine(call: CallCost, sign: '+' | '−', own: AssessedFunction, root: string): ChangeLine {
  const { target, through, line, secondsEach } = call;
  const isHere = sign === '+' && line !== undefined;
  const text = [
    `${target}${isHere ? ` in line ${line}` : ''}`,
    ...(through === undefined ? [] : [`through ${through}`]),
    ...(secondsEach === undefined ? [] : [`about ${formatDuration(secondsEach)}`]),
  ].join(', ');
  const kind = sign === '+' ? 'added' : 'removed';
  return { kind, text, ...(isHere ? { place: placeOf(root, own.file, line) } : {}) };
}

function entryPointLine({ service, name, share, callsPerMinute, criticalPathShare }: ReachedEntryPoint): ChangeLine {
  const text = [
    `${name} of ${service}`,
    `${formatShare(share)} of its calls, ${formatRate(callsPerMinute)}`,
    ...(criticalPathShare === undefined ? [] : [`${formatShare(criticalPathShare)} of its time`]),
  ].join(' · ');
  return { kind: 'entryPoint', text };
}

function factsOf(own: AssessedFunction, nowMs: number): (readonly [string, string])[] {
  const { exposure, structure, was, reason, confidence } = own;
  const differences = (['awaits', 'loops', 'branches', 'throws', 'catches'] as const)
    .filter((name) => structure[name] !== 0)
    .map((name) => `${structure[name] > 0 ? '+' : '−'}${Math.abs(structure[name])} ${name}`);
  const all: [string, string | undefined][] = [
    ['File', `${own.file}:${own.line}`],
    ['Was', was && (was.name !== own.name || was.file !== own.file) ? `${was.name} in ${was.file}` : undefined],
    [
      'Matched',
      doesOtherwise(own) && own.kind !== 'added'
        ? `${confidence === 'low' ? 'not certain: ' : ''}${reason}`
        : undefined,
    ],
    ['Structure', differences.length > 0 ? differences.join(', ') : undefined],
    ['Error rate', exposure.errorRate === undefined ? undefined : formatShare(exposure.errorRate)],
    ['p50', exposure.p50Seconds === undefined ? undefined : formatDuration(exposure.p50Seconds)],
    ['p99', exposure.p99Seconds === undefined ? undefined : formatDuration(exposure.p99Seconds)],
    ['Critical path', exposure.criticalPathShare === undefined ? undefined : formatShare(exposure.criticalPathShare)],
    ['Slack', exposure.slackSeconds === undefined ? undefined : `at most ${formatDuration(exposure.slackSeconds)}`],
    [
      'Last ran',
      exposure.lastRanMs === undefined ? undefined : `${formatAge((nowMs - exposure.lastRanMs) / 1000)} ago`,
    ],
  ];
  return all.filter((line): line is [string, string] => line[1] !== undefined);
}

function unmatchedRow({ file, name, line, reason }: UnmatchedChange, root: string): UnmatchedRow {
  return {
    label: name === '' ? file : name,
    reason: name === '' ? reason : `${file} · ${reason}`,
    ...(line === undefined ? {} : { place: placeOf(root, file, line) }),
  };
}

function placeOf(root: string, file: string, line: number): ChangePlace {
  return { uri: URI.file(`${root}/${file}`).toString(), line, column: 1 };
}

function pointsText(points: number): string {
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1).replace(/\.0$/, '')}`;
}

function numberText(value: number): string {
  return String(Number(value.toPrecision(3)));
}
