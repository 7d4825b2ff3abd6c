import type { AssessedFunction, Assessment } from '@hindcast/core/assess/assessment';
import { riskLevel } from '@hindcast/core/assess/risk';
import { cleanText } from '../agents/productionText.js';
import { consequencesOf, exposureText, isOutside } from './consequences.js';
import type { PolicyOutcome } from './policy.js';

const RULES = [
  {
    id: 'hindcast/changed-function',
    shortDescription: { text: 'A function that runs in production was changed.' },
    help: { text: 'Its callers depend on what it did: look at the entry points and services that are named.' },
  },
  {
    id: 'hindcast/added-calls',
    shortDescription: { text: 'A function makes more calls to something outside.' },
    help: { text: 'Each added call is made as often as the function runs: see whether the other side can take it.' },
  },
  {
    id: 'hindcast/removed-function',
    shortDescription: { text: 'A function that runs in production was removed.' },
    help: { text: 'Something called it: see that nothing does any more.' },
  },
  {
    id: 'hindcast/policy',
    shortDescription: { text: 'The policy of the repository requires something of this change.' },
    help: { text: 'See .hindcast.yml.' },
  },
  {
    id: 'hindcast/not-matched',
    shortDescription: { text: 'A change that could not be matched to a function or to production.' },
    help: { text: 'What it means for production is not known.' },
  },
] as const;
type RuleId = (typeof RULES)[number]['id'];

/** Results of one run that GitHub shows. */
const MAX_RESULTS = 5000;

interface SarifResult {
  readonly ruleId: RuleId;
  readonly level: 'error' | 'warning' | 'note';
  readonly message: string;
  readonly file: string;
  readonly line: number | undefined;
  readonly key: string;
}

/** An assessment as SARIF 2.1.0, for code scanning. Equal assessments give equal bytes. */
export function assessmentSarif(assessment: Assessment, policy: PolicyOutcome, version: string): string {
  const results = [
    ...assessment.functions.flatMap((own) => functionResults(own)),
    ...policyResults(assessment, policy),
    ...assessment.unmatched.map(({ file, name, line, reason }): SarifResult => ({
      ruleId: 'hindcast/not-matched',
      level: 'note',
      message: `${name === '' ? '' : `${cleanText(name, 120)}: `}${cleanText(reason, 300)}`,
      file,
      line,
      key: `${name}:${reason}`,
    })),
  ];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Hindcast', semanticVersion: version, rules: RULES } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SRCROOT: { description: { text: 'The root of the repository.' } } },
        results: results.slice(0, MAX_RESULTS).map(resultData),
        properties: {
          base: assessment.base,
          head: assessment.head,
          risk: Number(assessment.risk.toPrecision(9)),
          level: policy.level,
          resultsOmitted: Math.max(0, results.length - MAX_RESULTS),
        },
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function functionResults(own: AssessedFunction): SarifResult[] {
  const { kind, exposure, contribution, file, name } = own;
  if (kind === 'reformatted' || kind === 'moved' || kind === 'renamed') return [];
  const level = { low: 'note', medium: 'warning', high: 'warning', critical: 'error' } as const;
  const common = { level: level[riskLevel(contribution)], file, line: kind === 'removed' ? undefined : own.line };
  const consequences = consequencesOf(own, (text) => `"${cleanText(text, 80)}"`);
  const where = exposure.entryPoints.slice(0, 3).map((entry) => cleanText(entry.name, 80));
  const rate = `${cleanText(name, 120)} ${kind === 'removed' ? 'was removed' : kind} (${exposureText(own)}${where.length > 0 ? `, for ${where.join(', ')}` : ''})`;
  const message = [`${rate}, risk ${contribution.toFixed(1)}.`, ...consequences.map((each) => `${each}.`)].join(' ');
  if (own.addedCalls.some((call) => isOutside(call.kind))) {
    const [call] = own.addedCalls.filter((each) => isOutside(each.kind));
    return [{ ...common, ruleId: 'hindcast/added-calls', message, line: call?.line ?? common.line, key: name }];
  }
  if (exposure.state !== 'ran') return [];
  const ruleId = kind === 'removed' ? 'hindcast/removed-function' : 'hindcast/changed-function';
  return [{ ...common, ruleId, message, key: name }];
}

function policyResults({ functions }: Assessment, { requirements }: PolicyOutcome): SarifResult[] {
  return requirements.flatMap(({ require, when, functions: names }) => {
    const first = functions.find(({ file, name }) => `${file}:${name}` === names[0]);
    if (!first) return [];
    const message = `Required: ${cleanText(require, 80)}, since ${cleanText(when, 120)} holds for ${names.length} ${names.length === 1 ? 'function' : 'functions'}.`;
    const line = first.kind === 'removed' ? undefined : first.line;
    return [
      { ruleId: 'hindcast/policy', level: 'warning', message, file: first.file, line, key: `${require}:${when}` },
    ];
  });
}

function resultData({ ruleId, level, message, file, line, key }: SarifResult): Record<string, unknown> {
  const uri = file.split('/').map(encodeURIComponent).join('/');
  return {
    ruleId,
    ruleIndex: RULES.findIndex(({ id }) => id === ruleId),
    level,
    message: { text: plainMessage(message) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri, uriBaseId: 'SRCROOT' },
          ...(line === undefined || line < 1 ? {} : { region: { startLine: line } }),
        },
      },
    ],
    partialFingerprints: { 'hindcast/v1': cleanText(`${ruleId}:${file}:${key}`, 400) },
  };
}

/** In a message brackets would be links and braces placeholders (SARIF 2.1.0, 3.11.5 and 3.11.6). */
function plainMessage(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/[[\]]/g, '\\$&').replace(/\{/g, '{{').replace(/\}/g, '}}');
}
