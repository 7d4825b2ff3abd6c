import type { FactTool } from '../agentTool.js';
import { MANY_FUNCTIONS_TOKENS, ONE_FUNCTION_TOKENS } from '../agentTool.js';
import { AgentInputError, type AgentInput } from '../agentInput.js';
import type { Draft, ItemGroup, Sheet, Unmatched } from '../answer.js';
import type { FunctionInService } from '../../match/fileFacts.js';
import { changedPlaces } from '../changedFiles.js';
import { detailGroups, detailOf } from '../functionDetails.js';
import { functionSheets } from '../functionSheet.js';
import { fenced, ownText } from '../productionText.js';
import { resolveFunctions } from '../resolveFunctions.js';
import { factsOfFiles, type FactSources, type LocatedFacts } from '../runtimeFacts.js';
import { scopeOf, windowText } from '../scopeInput.js';
import { maxTokensInput, serviceInput, windowInput } from './commonInputs.js';

/** Functions that are asked for one by one, with all that is known around them. */
const MAX_DETAILS = 3;

export const getRuntimeContext: FactTool = {
  needs: 'facts',
  name: 'get_runtime_context',
  title: 'Production facts of functions, a file or a diff',
  description:
    'What functions do in production: calls/min, p50/p99, errors, callers across services, entry points, dependencies, critical path. Use before changing, optimising or deleting code. Give functions, file or diff.',
  inputSchema: {
    type: 'object',
    properties: {
      functions: { type: 'array', items: { type: 'string' }, description: 'name, Class.name, path:name or path:line' },
      file: { type: 'string' },
      diff: { type: 'string', description: 'Revision; what the working tree changed since, e.g. HEAD' },
      service: serviceInput,
      window: windowInput,
      maxTokens: maxTokensInput,
    },
  },
  defaultTokens: (input) =>
    input.texts('functions').length === 1 && input.text('file') === undefined && input.text('diff') === undefined
      ? ONE_FUNCTION_TOKENS
      : MANY_FUNCTIONS_TOKENS,
  async answer(input, sources, { signal, progress }) {
    const question = { window: input.text('window'), service: input.text('service') };
    const scope = scopeOf(question);
    const { located, unmatched, what } = await locate(input, sources, signal);
    const details = located.length <= MAX_DETAILS;
    const sheets: Sheet[] = [];
    for (const [index, each] of located.entries()) {
      signal.throwIfAborted();
      progress(index, located.length, 'reading functions');
      sheets.push(...(details ? await detailed(each, scope, sources, signal) : functionSheets(each, sources.nowMs())));
    }
    const nowMs = sources.nowMs();
    return {
      summary: summaryOf(located, what),
      asOfMs: nowMs,
      window: windowText(question),
      sheets,
      unmatched,
      next: nextStep(located),
      subjects: 'functions',
    } satisfies Draft;
  },
};

async function detailed(
  located: LocatedFacts,
  scope: ReturnType<typeof scopeOf>,
  sources: FactSources,
  signal: AbortSignal,
): Promise<Sheet[]> {
  const groups = new Map<FunctionInService, readonly ItemGroup[]>();
  for (const view of located.own.services) {
    const chosen = located.facts.services.find(({ service }) => service === view.service);
    const path = chosen?.primary.filePath ?? located.file.path;
    groups.set(view, detailGroups(await detailOf(view, path, scope, sources, signal)));
  }
  return functionSheets(located, sources.nowMs(), (view) => groups.get(view) ?? []);
}

async function locate(
  input: AgentInput,
  sources: FactSources,
  signal: AbortSignal,
): Promise<{ located: readonly LocatedFacts[]; unmatched: readonly Unmatched[]; what: string }> {
  const scope = scopeOf({ window: input.text('window'), service: input.text('service') });
  const functions = input.texts('functions');
  const file = input.text('file');
  const diff = input.text('diff');
  if (functions.length > 0) {
    const asked =
      file === undefined ? functions : functions.map((name) => (/[:#]/.test(name) ? name : `${file}:${name}`));
    const { found, unmatched } = await resolveFunctions(asked, scope, sources, signal);
    return { located: found, unmatched, what: 'asked for' };
  }
  if (file !== undefined) {
    const paths = await sources.workspace.filesNamed(file);
    const [only, another] = paths;
    if (only === undefined) throw new AgentInputError(`there is no source file ${fenced(file)} in the repository.`);
    if (another !== undefined) {
      throw new AgentInputError(
        `several files fit; name one of ${paths
          .slice(0, 5)
          .map((path) => ownText(path))
          .join(', ')}.`,
      );
    }
    const opened = await sources.workspace.open(only);
    if (!opened) throw new AgentInputError(`${ownText(only)} cannot be read as source.`);
    const [facts] = await factsOfFiles([opened], scope, sources, signal);
    return {
      located: ranked(facts ? facts.facts.functions.map((own) => ({ ...facts, own })) : []),
      unmatched: [],
      what: `in ${ownText(only)}`,
    };
  }
  if (diff === undefined)
    throw new AgentInputError('give functions (an array of names), file (a path) or diff (a revision such as HEAD).');
  const changed = await changedPlaces(diff, sources.workspace, signal);
  const facts = await factsOfFiles(
    changed.files.map((each) => each.file),
    scope,
    sources,
    signal,
  );
  const located = facts.flatMap((each, index) =>
    each.facts.functions
      .filter((_, position) => changed.files[index]?.changed.has(position))
      .map((own) => ({ ...each, own })),
  );
  return { located: ranked(located), unmatched: changed.unmatched, what: `changed since ${ownText(diff)}` };
}

/** What matters most first: failing, then called, then never ran, then not observed. */
function ranked(located: readonly LocatedFacts[]): readonly LocatedFacts[] {
  const weight = ({ own }: LocatedFacts) =>
    own.services.reduce((most, { facts }) => {
      if (!facts || facts.state === 'not_observed') return most;
      return Math.max(most, facts.state === 'never_ran' ? 1 : 2 + facts.calls + facts.errors * 100);
    }, 0);
  return [...located].sort((a, b) => weight(b) - weight(a));
}

function summaryOf(located: readonly LocatedFacts[], what: string): string {
  const count = (state: string) =>
    located.filter(({ own }) => own.services.some(({ facts }) => facts?.state === state)).length;
  const ran = count('ran');
  const never = located.filter(
    ({ own }) =>
      own.services.some(({ facts, deployment }) => facts?.state === 'never_ran' && deployment.observedSeconds > 0) &&
      !own.services.some(({ facts }) => facts?.state === 'ran'),
  ).length;
  const all = located.length;
  if (all === 0) return `No function ${what}.`;
  return `${all} ${all === 1 ? 'function' : 'functions'} ${what}: ${ran} ran, ${never} never ran, ${all - ran - never} not observed.`;
}

function nextStep(located: readonly LocatedFacts[]): string {
  const [first] = located;
  if (!first) return 'find_functions lists what runs.';
  const ran = first.own.services.some(({ facts }) => facts?.state === 'ran');
  if (ran) return `trace_function for all callers up to the entry points, and slow examples.`;
  if (
    first.own.services.some(({ facts, deployment }) => facts?.state === 'never_ran' && deployment.observedSeconds > 0)
  ) {
    return 'Ask with window P30D before calling it dead: rare jobs run monthly.';
  }
  return 'Not observed is not unused: it says nothing about production.';
}
