import { formatDuration, formatShare } from '@hindcast/core/format';
import { ONE_FUNCTION_TOKENS, type AgentTool } from '../agentTool.js';
import { AgentInputError } from '../agentInput.js';
import type { Draft, Sheet, Unmatched } from '../answer.js';
import type { FunctionDetail } from '../../collector/functionDetail.js';
import { sourceOf } from '../functionSheet.js';
import { fenced, fromProduction, ownText } from '../productionText.js';
import { resolveFunctions } from '../resolveFunctions.js';
import type { LocatedFacts } from '../runtimeFacts.js';
import { scopeOf, windowText } from '../scopeInput.js';
import { compareVersions, MEASURES, type Measure, type VersionComparison } from '../versionComparison.js';
import { maxTokensInput, serviceInput, windowInput } from './commonInputs.js';

const MAX_SERIES_POINTS = 1500;

type Expectation = 'lower' | 'not_higher';
type Verdict = 'confirmed' | 'refuted' | 'not enough data yet';

export const verifyChange: AgentTool = {
  name: 'verify_change',
  title: 'Did a change do what it promised?',
  description:
    'Tests a prediction after a deploy: one function, newest version against the one before, by the minute. Answers confirmed, refuted or not enough data yet.',
  inputSchema: {
    type: 'object',
    properties: {
      function: { type: 'string' },
      measure: { type: 'string', enum: MEASURES },
      expect: { type: 'string', enum: ['lower', 'not_higher'] },
      service: serviceInput,
      window: windowInput,
      maxTokens: maxTokensInput,
    },
    required: ['function', 'measure'],
  },
  defaultTokens: () => ONE_FUNCTION_TOKENS,
  async answer(input, sources, { signal }) {
    const question = { window: input.text('window') ?? 'P1D', service: input.text('service') };
    const scope = scopeOf(question);
    const asked = input.text('function');
    const measure = MEASURES.find((each) => each === input.text('measure'));
    if (asked === undefined || measure === undefined) throw new AgentInputError('missing: function, measure.');
    const expected: Expectation = input.text('expect') === 'not_higher' ? 'not_higher' : 'lower';
    const { found, unmatched } = await resolveFunctions([asked], scope, sources, signal);
    const sheets: Sheet[] = [];
    const more: Unmatched[] = [];
    for (const located of found) {
      for (const view of located.own.services) {
        const id = view.facts?.id;
        if (!id) continue;
        const path = located.facts.services.find(({ service }) => service === view.service)?.primary.filePath ?? '';
        const points = Math.min(MAX_SERIES_POINTS, Math.ceil(scope.windowSeconds / 60));
        const answer = await sources.client.getFunction(
          { service: view.service, filePath: path, name: id.name },
          { ...scope, service: view.service },
          points,
          { signal },
        );
        const pair = newestPair(answer?.functions ?? [], view.deployment.environment);
        if (pair) sheets.push(verdictSheet(located, pair, measure, expected));
        else {
          more.push({
            asked: fromProduction(located.own.source.name, 80),
            reason: 'only one version of it reported within the window; nothing can be compared yet.',
          });
        }
      }
    }
    return {
      summary:
        sheets.length === 0
          ? 'Not enough data yet: there are no two versions to compare.'
          : `Newest version against the one before, ${measure}.`,
      asOfMs: sources.nowMs(),
      window: windowText(question),
      sheets,
      unmatched: [...unmatched, ...more],
      next: sheets.length === 0 ? 'Ask again after the deploy, or with a longer window.' : '',
      subjects: 'functions',
    } satisfies Draft;
  },
};

/** The newest deployment of an environment and the one that came before it. */
function newestPair(
  details: readonly FunctionDetail[],
  environment: string,
): readonly [older: FunctionDetail, newer: FunctionDetail] | undefined {
  const [newer, older] = details
    .filter(({ deployment }) => deployment.environment === environment)
    .sort((a, b) => (b.deployment.firstSeenMs ?? 0) - (a.deployment.firstSeenMs ?? 0));
  return newer && older ? [older, newer] : undefined;
}

function verdictSheet(
  { own, file }: LocatedFacts,
  [older, newer]: readonly [FunctionDetail, FunctionDetail],
  measure: Measure,
  expected: Expectation,
): Sheet {
  const compared = compareVersions(older, newer, measure);
  const verdict = verdictOf(compared, expected);
  const place = `${ownText(own.source.name)} ${ownText(file.path)}:${own.source.line}`;
  const show = (value: number | undefined) =>
    value === undefined ? 'unknown' : measure === 'errorRate' ? formatShare(value) : formatDuration(value);
  const change = `${measure} ${show(compared.before)} → ${show(compared.after)}`;
  const evidence = `${compared.callsBefore} calls in ${compared.minutesBefore} minutes before, ${compared.callsAfter} in ${compared.minutesAfter} after`;
  const chance = compared.pValue === undefined ? '' : `, p ${compared.pValue.toPrecision(2)} (${compared.method})`;
  const data = {
    function: ownText(own.source.name),
    file: ownText(file.path),
    verdict,
    measure,
    expected,
    before: compared.before ?? null,
    after: compared.after ?? null,
    pValue: compared.pValue ?? null,
    versions: [fromProduction(sourceOf(older.deployment)), fromProduction(sourceOf(newer.deployment))],
    callsBefore: compared.callsBefore,
    callsAfter: compared.callsAfter,
  };
  return {
    heading: `${place}: ${verdict}`,
    lines: [
      `${change}; expected ${expected.replace('_', ' ')}; ${compared.direction}`,
      `From ${fenced(sourceOf(older.deployment))} to ${fenced(sourceOf(newer.deployment))}`,
      `Evidence: ${evidence}${chance}`,
    ],
    groups: [],
    data,
    short: `${place}: ${verdict}, ${change}`,
    shortData: { function: data.function, verdict },
  };
}

function verdictOf({ direction }: VersionComparison, expected: Expectation): Verdict {
  if (direction === 'not enough data') return 'not enough data yet';
  if (expected === 'not_higher') return direction === 'higher' ? 'refuted' : 'confirmed';
  return direction === 'lower' ? 'confirmed' : 'refuted';
}
