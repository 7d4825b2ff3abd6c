import { formatDuration, formatShare } from '@hindcast/core/format';
import type { Expectation, PredictedMeasure, Prediction } from '@hindcast/core/verify/prediction';
import { effectFloor } from '@hindcast/core/verify/prediction';
import { ONE_FUNCTION_TOKENS, type CollectorTool } from '../agentTool.js';
import { AgentInputError } from '../agentInput.js';
import type { Draft, Sheet, Unmatched } from '../answer.js';
import type { Deployment } from '../../collector/facts.js';
import { isSameDeployment } from '../../collector/sameDeployment.js';
import { verifyPrediction, type Answer } from '../../loop/verifyPrediction.js';
import { sourceOf } from '../functionSheet.js';
import { fenced, fromProduction, ownText } from '../productionText.js';
import { resolveFunctions } from '../resolveFunctions.js';
import type { LocatedFacts } from '../runtimeFacts.js';
import { scopeOf, windowText } from '../scopeInput.js';
import { maxTokensInput, serviceInput, windowInput } from './commonInputs.js';

/** As the tool's input names them, and as predictions do. */
const MEASURES: Readonly<Record<string, PredictedMeasure>> = {
  p50: 'p50',
  p90: 'p90',
  p99: 'p99',
  errorRate: 'error rate',
};

export const verifyChange: CollectorTool = {
  needs: 'collector',
  name: 'verify_change',
  title: 'Did a change do what it promised?',
  description:
    'Tests a prediction after a deploy: one function, newest version against the one before, by the minute. Answers confirmed, refuted or not enough data yet.',
  inputSchema: {
    type: 'object',
    properties: {
      function: { type: 'string' },
      measure: { type: 'string', enum: Object.keys(MEASURES) },
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
    const measureName = input.text('measure') ?? '';
    const measure = MEASURES[measureName];
    if (asked === undefined || measure === undefined) throw new AgentInputError('missing: function, measure.');
    const expected: Expectation = input.text('expect') === 'not_higher' ? 'not_higher' : 'lower';
    const { found, unmatched } = await resolveFunctions([asked], scope, sources, signal);
    const versions = found.length > 0 ? ((await sources.client.listVersions(scope, { signal })) ?? []) : [];
    const sheets: Sheet[] = [];
    const more: Unmatched[] = [];
    for (const located of found) {
      for (const view of located.own.services) {
        const id = view.facts?.id;
        if (!id) continue;
        const pair = newestPair(
          versions.map(({ deployment }) => deployment),
          view.deployment,
        );
        if (!pair) {
          more.push({
            asked: fromProduction(located.own.source.name, 80),
            reason: 'only one version of it reported within the window; nothing can be compared yet.',
          });
          continue;
        }
        const path = located.facts.services.find(({ service }) => service === view.service)?.primary.filePath ?? '';
        const prediction = predictionOf(measure, expected, pair, { file: path, ...id });
        const { version, revision } = pair[1];
        const answer = await verifyPrediction(prediction, sources.client, { candidate: { version, revision }, signal });
        sheets.push(verdictSheet(located, pair, answer, { measureName, expected }));
      }
    }
    return {
      summary:
        sheets.length === 0
          ? 'Not enough data yet: there are no two versions to compare.'
          : `Newest version against the one before, ${measureName}.`,
      asOfMs: sources.nowMs(),
      window: windowText(question),
      sheets,
      unmatched: [...unmatched, ...more],
      next: sheets.length === 0 ? 'Ask again after the deploy, or with a longer window.' : '',
      subjects: 'functions',
    } satisfies Draft;
  },
};

type Pair = readonly [older: Deployment, newer: Deployment];

/** The newest deployment of a service and environment and the one that began before it. */
function newestPair(deployments: readonly Deployment[], { service, environment }: Deployment): Pair | undefined {
  const [newer, ...others] = deployments
    .filter((each) => each.service === service && each.environment === environment)
    .sort((a, b) => (b.firstSeenMs ?? 0) - (a.firstSeenMs ?? 0));
  const older = others.find((each) => newer && !isSameDeployment(each, newer));
  return newer && older ? [older, newer] : undefined;
}

function predictionOf(
  measure: PredictedMeasure,
  expect: Expectation,
  [older]: Pair,
  place: { readonly file: string; readonly name: string; readonly line: number; readonly column: number },
): Prediction {
  const { service, environment, version, revision } = older;
  return {
    subject: {
      ...{ service, environment },
      // Several functions of a file may have one name: the place says which.
      function: { file: place.file, name: place.name, line: place.line, column: place.column },
    },
    ...{ measure, unit: measure === 'error rate' ? '1' : 's', expect, threshold: effectFloor(measure, 0) },
    baseline: undefined,
    regressed: { version, revision, value: undefined },
    ...{ window: 'PT4H', minimumMinutes: 5, minimumCalls: 20 },
  };
}

function verdictSheet(
  { own, file }: LocatedFacts,
  [older, newer]: Pair,
  { tested }: Answer,
  { measureName, expected }: { readonly measureName: string; readonly expected: Expectation },
): Sheet {
  const { verdict, reason, values, method, minutes, calls } = tested;
  const place = `${ownText(own.source.name)} ${ownText(file.path)}:${own.source.line}`;
  const show = (value: number | undefined) =>
    value === undefined ? 'unknown' : measureName === 'errorRate' ? formatShare(value) : formatDuration(value);
  const change = `${measureName} ${show(values.regressed)} → ${show(values.candidate)}`;
  const pValue = tested.improvedPValue;
  const chance = pValue === undefined ? '' : `, p ${pValue.toPrecision(2)} that it is no lower (${method ?? ''})`;
  const data = {
    function: ownText(own.source.name),
    file: ownText(file.path),
    verdict,
    measure: measureName,
    expected,
    before: values.regressed ?? null,
    after: values.candidate ?? null,
    pValue: pValue ?? null,
    versions: [fromProduction(sourceOf(older)), fromProduction(sourceOf(newer))],
    minutesAfter: minutes,
    callsAfter: calls,
  };
  return {
    heading: `${place}: ${verdict}`,
    lines: [
      `${change}; expected ${expected.replace('_', ' ')}`,
      reason,
      `From ${fenced(sourceOf(older))} to ${fenced(sourceOf(newer))}`,
      `Evidence: ${calls} calls in ${minutes} minutes after${chance}`,
    ],
    groups: [],
    data,
    short: `${place}: ${verdict}, ${change}`,
    shortData: { function: data.function, verdict },
  };
}
