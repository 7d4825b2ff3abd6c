import type { AssessedFunction, Assessment } from '@hindcast/core/assess/assessment';
import { riskLevel } from '@hindcast/core/assess/risk';
import { formatRate, formatShare } from '@hindcast/core/format';
import { assess } from '../../change/assess.js';
import { ChangeError } from '../../change/changeError.js';
import { consequencesOf, exposureText, isOutside } from '../../change/consequences.js';
import { AgentInputError } from '../agentInput.js';
import { MANY_FUNCTIONS_TOKENS, type CollectorTool } from '../agentTool.js';
import type { Draft, ItemGroup, Sheet, Unmatched } from '../answer.js';
import { fenced, fromProduction, ownText } from '../productionText.js';
import { scopeOf, windowText } from '../scopeInput.js';
import { maxTokensInput, windowInput } from './commonInputs.js';

const MAX_CALLS = 8;
/** Factors of the risk that are named. */
const MAX_FACTORS = 4;

export const assessChange: CollectorTool = {
  needs: 'collector',
  name: 'assess_change',
  title: 'What a change does in production, and its risk',
  description:
    'For the working tree or a revision against a base: functions changed, traffic through them, cost in production units (+2 DB calls × 40k/min), services reached, risk 0-100 with its derivation. Use before committing and in reviews.',
  inputSchema: {
    type: 'object',
    properties: {
      base: { type: 'string', description: 'Revision; the deployed one when absent' },
      head: { type: 'string', description: 'Revision; the working tree when absent' },
      window: windowInput,
      maxTokens: maxTokensInput,
    },
  },
  defaultTokens: () => MANY_FUNCTIONS_TOKENS,
  async answer(input, sources, { signal, progress }) {
    const question = { window: input.text('window') };
    const [base, head] = [input.text('base'), input.text('head')];
    try {
      const assessment = await assess(
        { folder: sources.workspace.root, base, head, scope: scopeOf(question) },
        { exposure: sources.client, grammars: sources.workspace.grammars },
        { signal, progress },
      );
      const shown = assessment.functions.filter(({ kind }) => kind !== 'reformatted' && kind !== 'moved');
      return {
        summary: summaryOf(assessment, shown, base),
        asOfMs: assessment.asOfMs ?? sources.nowMs(),
        window: windowText(question),
        sheets: shown.map(sheetOf),
        unmatched: assessment.unmatched.map(unmatchedOf),
        next:
          shown.length === 0
            ? ''
            : 'Keep the hottest as cheap as they are; verify_change after the deploy tells whether it held.',
        subjects: 'functions',
      } satisfies Draft;
    } catch (error) {
      throw error instanceof ChangeError ? new AgentInputError(error.message) : error;
    }
  },
};

function summaryOf(
  { functions, factors, risk, baseIs, base, baseNote }: Assessment,
  shown: readonly AssessedFunction[],
  asked: string | undefined,
): string {
  const since =
    baseIs === 'asked'
      ? ownText(asked ?? base, 60)
      : baseIs === 'head'
        ? 'HEAD'
        : `the deployed revision ${base.slice(0, 10)}`;
  const note = baseIs === 'head' ? ` ${ownText(baseNote, 200)}` : '';
  if (shown.length === 0) {
    const rest = functions.length === 0 ? '' : ` ${functions.length} only moved or were laid out anew.`;
    return `No function changed since ${since}.${rest}${note}`;
  }
  const ran = shown.filter(({ exposure }) => exposure.state === 'ran');
  const rate = ran.reduce((sum, { exposure }) => sum + exposure.callsPerMinute, 0);
  const entries = new Set(
    ran.flatMap(({ exposure }) => exposure.entryPoints.map(({ service, name }) => `${service} ${name}`)),
  );
  const unknown = shown.filter(
    ({ kind, exposure }) => kind !== 'added' && /unknown|not_observed/.test(exposure.state),
  ).length;
  const made = factors
    .filter(({ contribution }) => contribution >= 0.5)
    .sort((a, b) => b.contribution - a.contribution)
    .slice(0, MAX_FACTORS)
    .map(({ name, contribution }) => `${name} ${contribution.toFixed(0)}`);
  return [
    `${shown.length} ${shown.length === 1 ? 'function' : 'functions'} changed since ${since}; ${ran.length} of them run in production, ${formatRate(rate)} in all, on behalf of ${entries.size} entry ${entries.size === 1 ? 'point' : 'points'}${unknown > 0 ? `; of ${unknown} nothing is known` : ''}.`,
    ` Risk ${Math.round(risk)} of 100 (${riskLevel(risk)})${made.length > 0 ? `: ${made.join(', ')}` : ''}.`,
    note,
  ].join('');
}

function sheetOf(own: AssessedFunction): Sheet {
  const { kind, exposure, contribution, confidence } = own;
  const place = { function: ownText(own.name), file: ownText(own.file), line: own.line };
  const title = `${place.function} ${place.file}:${place.line}`;
  const consequences = consequencesOf(own, (text) => fenced(text, 80));
  const points = Number(contribution.toPrecision(3));
  const state = `${kind} · ${exposureText(own)}${exposure.criticalPathShare === undefined ? '' : ` · ${formatShare(exposure.criticalPathShare)} of a critical path`} · risk ${points.toFixed(1)}`;
  const isKnown = exposure.state === 'ran' || exposure.state === 'never_ran';
  const figures = {
    ...place,
    kind,
    state: exposure.state,
    callsPerMinute: isKnown ? Number(exposure.callsPerMinute.toPrecision(3)) : null,
    risk: points,
  };
  return {
    heading: title,
    lines: [
      state,
      ...consequences,
      ...(confidence === 'low' ? [`Caution: uncertain match: ${ownText(own.reason, 200)}`] : []),
    ],
    groups: [callGroup(own), entryPointGroup(own), serviceGroup(own)].filter(({ items }) => items.length > 0),
    data: { ...figures, ...(confidence === 'low' ? { cautions: [ownText(own.reason, 200)] } : {}) },
    short: `${title}: ${state}${consequences[0] === undefined ? '' : ` · ${consequences[0]}`}`,
    shortData: figures,
  };
}

/** Said in full in the lines above: the text names them only once more, with where they are. */
function callGroup({ addedCalls }: AssessedFunction): ItemGroup {
  const calls = addedCalls.filter(({ kind }) => isOutside(kind));
  return {
    key: 'addedCalls',
    label: 'Added',
    more: Math.max(0, calls.length - MAX_CALLS),
    isEssential: true,
    items: calls.slice(0, MAX_CALLS).map(({ kind, target, perCall, perMinute, line, loopDepth }) => ({
      text: `${kind} ${fenced(target, 80)}${line === undefined ? '' : ` line ${line}`}`,
      data: {
        kind,
        ...fromProduction(target, 80),
        perCall: perCall === undefined ? null : Number(perCall.toPrecision(3)),
        perMinute: perMinute === undefined ? null : Number(perMinute.toPrecision(3)),
        ...(loopDepth > 0 ? { inLoop: true } : {}),
      },
    })),
  };
}

function entryPointGroup({ exposure }: AssessedFunction): ItemGroup {
  return {
    key: 'entryPoints',
    label: 'Serves',
    more: 0,
    isEssential: true,
    items: exposure.entryPoints.map(({ name, share, isInteractive }) => ({
      text: `${fenced(name, 80)} ${formatShare(share)}${isInteractive ? '' : ' (nobody waits)'}`,
      data: { ...fromProduction(name, 80), share: Number(share.toPrecision(3)), interactive: isInteractive },
    })),
  };
}

function serviceGroup({ exposure }: AssessedFunction): ItemGroup {
  const others = exposure.services.slice(1);
  return {
    key: 'reachedFromServices',
    label: 'Reached from other services',
    more: 0,
    isEssential: true,
    items: others.map((service) => ({ text: fenced(service, 60), data: fromProduction(service, 60) })),
  };
}

function unmatchedOf({ file, name, reason }: Assessment['unmatched'][number]): Unmatched {
  return { asked: fromProduction(name === '' ? file : `${file}:${name}`), reason: ownText(reason, 200) };
}
