import { formatDuration, formatShare } from '@hindcast/core/format';
import { MANY_FUNCTIONS_TOKENS, type CollectorTool } from '../agentTool.js';
import { AgentInputError } from '../agentInput.js';
import type { Draft, ItemGroup, Sheet } from '../answer.js';
import type { FunctionReference } from '../../collector/facts.js';
import type { Finding, Findings } from '../../collector/findings.js';
import { entryPointText } from '../../present/entryPointText.js';
import { sourceOf } from '../functionSheet.js';
import { fenced, fromProduction, ownText } from '../productionText.js';
import type { AgentSources } from '../runtimeFacts.js';
import { scopeOf } from '../scopeInput.js';
import { maxTokensInput, serviceInput } from './commonInputs.js';

const DEFAULT_WINDOW = 'P1D';

/** How our kinds read. */
const KIND_TEXTS: Readonly<Record<Finding['kind'], string>> = {
  duration: 'slower',
  error_rate: 'fails more',
  new_error_type: 'new error type',
  call_count: 'called more often per request',
  dependency_count: 'more dependency calls per call',
  n_plus_one: 'N+1 calls',
  chatty_dependency: 'chatty dependency',
  masked_errors: 'masked errors',
  unbounded_growth: 'grows without bound',
  unknown: 'changed',
};

export const listRegressions: CollectorTool = {
  needs: 'collector',
  name: 'list_regressions',
  title: 'What got worse, since which version',
  description:
    'What got worse between deployed versions, with evidence, confidence and the likely function; also anti-patterns such as N+1. Use for "did my deploy hurt", or before looking for causes by hand.',
  inputSchema: {
    type: 'object',
    properties: {
      service: serviceInput,
      text: { type: 'string', description: 'In function or path' },
      window: { type: 'string', description: 'Begun within: P1D (default)' },
      maxTokens: maxTokensInput,
    },
  },
  defaultTokens: () => MANY_FUNCTIONS_TOKENS,
  async answer(input, sources, { signal }) {
    const window = input.text('window') ?? DEFAULT_WINDOW;
    const scope = scopeOf({ window, service: input.text('service') });
    const found = await sources.client.listFindings({}, scope, { signal });
    if (!found) {
      throw new AgentInputError(
        'this collector does not compare versions; verify_change compares one function between its two newest versions.',
      );
    }
    const text = input.text('text')?.toLowerCase();
    const fitting = found.findings.filter(
      ({ function: own, filePath }) =>
        text === undefined || `${own?.name ?? ''} ${filePath}`.toLowerCase().includes(text),
    );
    const sheets = await Promise.all(fitting.map((finding) => findingSheet(finding, sources)));
    return {
      summary: summaryOf(fitting, found),
      asOfMs: sources.nowMs(),
      window: window.toUpperCase(),
      sheets,
      unmatched: [],
      next: fitting.length > 0 ? 'trace_function on the first; then look at what its suspects changed.' : '',
      subjects: 'findings',
    } satisfies Draft;
  },
};

function summaryOf(fitting: readonly Finding[], { comparisons }: Findings): string {
  const compared = comparisons.reduce((sum, each) => sum + each.functionsCompared, 0);
  const few = comparisons.reduce((sum, each) => sum + each.functionsInsufficient, 0);
  const over =
    comparisons.length === 0
      ? 'No two versions could be compared in this window'
      : `${comparisons.length} ${comparisons.length === 1 ? 'pair' : 'pairs'} of versions compared, ${compared} functions; ${few} more had too few calls to say`;
  const found =
    fitting.length === 0
      ? 'Nothing got worse that could be shown'
      : `${fitting.length} ${fitting.length === 1 ? 'finding' : 'findings'}`;
  return `${found}. ${over}.`;
}

async function findingSheet(finding: Finding, { workspace }: AgentSources): Promise<Sheet> {
  const place = await placeOf(finding, workspace);
  const change = changeText(finding);
  const confirmed =
    finding.state === 'confirmed'
      ? 'confirmed in two windows'
      : finding.state === 'gone'
        ? 'went away'
        : 'suspected, not yet confirmed';
  const versions = [finding.before, finding.after].flatMap((each) => (each ? [sourceOf(each)] : []));
  const samples = finding.callsAfter > 0 ? `${finding.callsBefore} calls before, ${finding.callsAfter} after` : '';
  const chance =
    finding.qValue > 0 && finding.method !== 'shape'
      ? `q ${finding.qValue.toPrecision(2)} (${finding.method})`
      : finding.method;
  return {
    heading: `${place.text}: ${KIND_TEXTS[finding.kind]}`,
    lines: [
      `${change}; ${confirmed}`,
      ...(versions.length > 0 ? [`From ${versions.map((each) => fenced(each, 100)).join(' to ')}`] : []),
      `Evidence: ${[samples, chance].filter((part) => part !== '').join(', ')}`,
    ],
    groups: [
      references('suspects', 'Likely cause', finding.suspects),
      references('affected', 'Also slower or failing because of it', finding.affected),
      entryPoints(finding),
    ].filter(({ items }) => items.length > 0),
    data: {
      id: finding.id,
      kind: finding.kind,
      state: finding.state,
      ...place.data,
      measure: ownText(finding.measure, 40),
      before: round(finding.beforeValue),
      after: round(finding.afterValue),
      unit: finding.unit,
      q: round(finding.qValue),
      callsBefore: finding.callsBefore,
      callsAfter: finding.callsAfter,
      ...(finding.errorType === '' ? {} : { errorType: fromProduction(finding.errorType, 60) }),
      ...(versions.length > 0 ? { versions: versions.map((each) => fromProduction(each, 100)) } : {}),
    },
    short: `${place.text}: ${KIND_TEXTS[finding.kind]}, ${change}`,
    shortData: { id: finding.id, kind: finding.kind, ...place.data },
  };
}

async function placeOf(
  { function: own, filePath, service, entryPoint }: Finding,
  workspace: AgentSources['workspace'],
): Promise<{ text: string; data: Record<string, unknown> }> {
  if (!own) {
    const name = `${service} ${entryPoint ? entryPointText(entryPoint) : ''}`;
    return { text: fenced(name), data: { subject: fromProduction(name) } };
  }
  const [path, another] = filePath === '' ? [] : await workspace.filesNamed(filePath);
  const file = path !== undefined && another === undefined ? await workspace.open(path) : undefined;
  const source = file?.source.functions.filter(({ name }) => name === own.name) ?? [];
  const [only, second] = source;
  if (file && only && !second) {
    const text = `${ownText(only.name)} ${ownText(file.path)}:${only.line}`;
    return {
      text,
      data: { function: ownText(only.name), file: ownText(file.path), line: only.line, in: fromProduction(service) },
    };
  }
  const name = `${service} ${own.name} ${filePath}:${own.line}`;
  return { text: fenced(name, 160), data: { subject: fromProduction(name, 160) } };
}

function changeText({ measure, beforeValue, afterValue, unit, kind, errorType }: Finding): string {
  if (kind === 'new_error_type') return `${fenced(errorType, 60)} was never seen before`;
  const show = (value: number) =>
    unit === 's' ? formatDuration(value) : unit === '1' ? formatShare(value) : String(round(value));
  const error = errorType === '' ? '' : ` of ${fenced(errorType, 60)}`;
  return `${ownText(measure, 40)}${error} ${show(beforeValue)} → ${show(afterValue)}`;
}

function references(key: string, label: string, list: readonly FunctionReference[]): ItemGroup {
  return {
    key,
    label,
    more: 0,
    isEssential: key === 'suspects',
    items: list.map(({ service, name, filePath, line }) => {
      const text = [service, name, filePath ? `${filePath}:${line ?? 0}` : ''].filter(Boolean).join(' ');
      return { text: fenced(text, 140), data: fromProduction(text, 140) };
    }),
  };
}

function entryPoints({ affectedEntryPoints }: Finding): ItemGroup {
  return {
    key: 'affectedEntryPoints',
    label: 'Entry points that got worse',
    more: 0,
    isEssential: false,
    items: affectedEntryPoints.map((each) => ({
      text: fenced(entryPointText(each), 80),
      data: fromProduction(entryPointText(each), 80),
    })),
  };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
