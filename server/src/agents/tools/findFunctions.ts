import { formatShare, formatDuration } from '@hindcast/core/format';
import { MANY_FUNCTIONS_TOKENS, type FactTool } from '../agentTool.js';
import { AgentInputError, type AgentInput } from '../agentInput.js';
import type { Draft, Sheet, Unmatched } from '../answer.js';
import type { Ranking } from '../../collector/collectorClient.js';
import type { EntryPointFacts, EntryPointId } from '../../collector/facts.js';
import type { Scope } from '../../collector/scope.js';
import { entryPointText } from '../../present/entryPointText.js';
import { deployedSheets, foundSheets } from '../foundFunctions.js';
import { fenced, fromProduction } from '../productionText.js';
import type { FactSources } from '../runtimeFacts.js';
import { scopeOf, windowText } from '../scopeInput.js';
import { stitchedParts, type StitchedPart } from '../stitchedPath.js';
import type { Answering } from '../whoAnswers.js';
import { maxTokensInput, serviceInput, windowInput } from './commonInputs.js';

const RANKINGS: readonly (Ranking | 'critical')[] = ['hot', 'slow', 'time', 'failing', 'never_ran', 'critical'];
const DEFAULT_LIMIT = 8;
/** Parts below this explain nothing. */
const MIN_TELLING_SHARE = 0.02;
const LIKELY = ' (likely: it answered as many calls as were sent)';

export const findFunctions: FactTool = {
  needs: 'facts',
  name: 'find_functions',
  title: 'Functions by what they do in production',
  description:
    'Functions ranked by production behaviour. critical: own share of an entry point’s latency, so the cause of "X is slow"; slow: p99; time: total time; hot: calls; failing; never_ran. Start here when you only know a symptom.',
  inputSchema: {
    type: 'object',
    properties: {
      by: { type: 'string', enum: RANKINGS },
      entryPoint: { type: 'string', description: 'Part of a route, RPC or queue, e.g. checkout' },
      text: { type: 'string', description: 'In name, path or service' },
      path: { type: 'string', description: 'Prefix' },
      service: serviceInput,
      limit: { type: 'integer', minimum: 1, maximum: 50 },
      window: windowInput,
      maxTokens: maxTokensInput,
    },
    required: ['by'],
  },
  defaultTokens: () => MANY_FUNCTIONS_TOKENS,
  async answer(input, sources, { signal }) {
    const question = { window: input.text('window'), service: input.text('service') };
    const scope = scopeOf(question);
    const by = input.text('by') as Ranking | 'critical';
    const entry = await entryPointOf(input, scope, sources, signal);
    const limit = input.number('limit') ?? DEFAULT_LIMIT;
    const found =
      by === 'critical'
        ? await critical(entry.chosen, limit, scope, sources, signal)
        : await search(by, entry.chosen?.id, limit, input, scope, sources, signal);
    return {
      ...found,
      asOfMs: sources.nowMs(),
      window: windowText(question),
      unmatched: entry.unmatched,
      subjects: 'functions',
    } satisfies Draft;
  },
};

interface ChosenEntryPoint {
  readonly id: EntryPointId;
  readonly service: string;
}

/** The entry point that is meant: of those whose name has the words, the one that takes most time in all. */
async function entryPointOf(
  input: AgentInput,
  scope: Scope,
  { client }: FactSources,
  signal: AbortSignal,
): Promise<{ chosen: ChosenEntryPoint | undefined; unmatched: readonly Unmatched[] }> {
  const text = input.text('entryPoint')?.toLowerCase();
  if (text === undefined && input.text('by') !== 'critical') return { chosen: undefined, unmatched: [] };
  const all = (await client.listEntryPoints(scope, { signal })) ?? [];
  const words = text?.split(/\s+/) ?? [];
  const named = all.filter(({ entryPoint }) => entryPointText(entryPoint).toLowerCase() === text);
  const fitting = (named.length > 0 ? named : all)
    .filter(({ entryPoint }) => words.every((word) => entryPointText(entryPoint).toLowerCase().includes(word)))
    .sort((a, b) => totalSeconds(b) - totalSeconds(a));
  const [first, ...rest] = fitting;
  if (!first) {
    if (all.length === 0) throw new AgentInputError('no entry point was called in this window; try a longer window.');
    const names = all.slice(0, 6).map(({ entryPoint }) => fenced(entryPointText(entryPoint), 60));
    throw new AgentInputError(
      `no entry point has ${fenced(text ?? '', 60)} in its name; there are ${names.join(', ')}.`,
    );
  }
  const others = rest.filter(
    ({ entryPoint, deployment }) =>
      entryPoint.name !== first.entryPoint.name || deployment.service !== first.deployment.service,
  );
  return {
    chosen: { id: first.entryPoint, service: first.deployment.service },
    unmatched:
      text === undefined || others.length === 0
        ? []
        : [
            {
              asked: fromProduction(text, 60),
              reason: `${others.length} more entry points fit; the one with most time in all was taken.`,
            },
          ],
  };
}

function totalSeconds({ calls, duration }: EntryPointFacts): number {
  return duration && duration.count > 0 ? (calls * duration.sumSeconds) / duration.count : 0;
}

async function search(
  ranking: Ranking,
  entryPoint: EntryPointId | undefined,
  limit: number,
  input: AgentInput,
  scope: Scope,
  sources: FactSources,
  signal: AbortSignal,
): Promise<Pick<Draft, 'summary' | 'sheets' | 'next'>> {
  const found = await sources.client.searchFunctions(
    { ranking, text: input.text('text'), pathPrefix: input.text('path'), entryPoint, page: { size: limit } },
    scope,
    { signal },
  );
  if (!found)
    throw new AgentInputError('this collector is older than searching; ask get_runtime_context about a file.');
  const sheets = await foundSheets(found.functions, scope, sources, signal);
  return {
    summary: `${found.total} ${found.total === 1 ? 'function' : 'functions'} found by ${ranking}; the first ${sheets.length} follow.`,
    sheets,
    next: found.total === 0 ? 'Try a longer window, or fewer filters.' : 'trace_function on the one that explains it.',
  };
}

/** Whose own time makes up an entry point's latency: the answer to "why is it slow". */
async function critical(
  entry: ChosenEntryPoint | undefined,
  limit: number,
  scope: Scope,
  sources: FactSources,
  signal: AbortSignal,
): Promise<Pick<Draft, 'summary' | 'sheets' | 'next'>> {
  if (!entry) throw new AgentInputError('critical needs an entryPoint.');
  const paths = await sources.client.getCriticalPath(entry.id, { ...scope, service: entry.service }, { signal });
  const [path] = paths ?? [];
  if (!path) {
    const found = await sources.client.searchFunctions(
      { ranking: 'slow', entryPoint: entry.id, page: { size: limit } },
      scope,
      { signal },
    );
    return {
      summary: `No critical path of ${fenced(entryPointText(entry.id), 80)} is known; its functions by p99 follow, callers before what they wait for.`,
      sheets: await foundSheets(found?.functions ?? [], scope, sources, signal),
      next: 'trace_function on the innermost slow one.',
    };
  }
  const parts = await stitchedParts(path, scope, sources, signal);
  const telling = parts.filter(({ share }, index) => index === 0 || share >= MIN_TELLING_SHARE).slice(0, limit);
  const places = await deployedSheets(
    telling.map(({ part }) => part),
    scope,
    sources,
    signal,
  );
  const sheets = places.flatMap((place, index) => {
    const part = telling[index];
    return part ? [partSheet(part, place)] : [];
  });
  const basis = path.basis === 'traces' ? `${path.traces} traces` : `${path.traces} exemplars (estimated)`;
  return {
    summary: `${fenced(entryPointText(path.entryPoint), 80)} takes ${formatDuration(path.meanSeconds)} in the mean; what its time goes to, from ${basis}:`,
    sheets,
    next: telling.some(({ answeredBy }) => answeredBy && answeredBy.entryPoints.length > 0)
      ? 'find_functions critical again with the service and entryPoint that answer; trace_function for callers and examples.'
      : 'trace_function on the first for its callers and examples.',
  };
}

function partSheet({ share, savesAtMostSeconds, waitsFor, answeredBy, through }: StitchedPart, place: Sheet): Sheet {
  const data = {
    share: Number(share.toPrecision(3)),
    savesAtMostMs: Number((savesAtMostSeconds * 1000).toPrecision(3)),
  };
  const what = waitsFor === '' ? 'its own time' : `waiting for ${fenced(waitsFor, 80)}`;
  const answers = answeredBy
    ? `, answered by ${fenced(answeringText(answeredBy), 160)}${answeredBy.isLikely ? LIKELY : ''}`
    : '';
  const where = through
    ? `, in ${fenced(through.service, 60)} behind ${fenced(entryPointText(through.entryPoint), 80)}${through.isLikely ? LIKELY : ''}`
    : '';
  const line = `${formatShare(share)} of the time: ${what}${answers}${where}; faster saves at most ${formatDuration(savesAtMostSeconds)} of the mean`;
  return {
    ...place,
    lines: [line, ...place.lines],
    data: {
      ...place.data,
      ...data,
      ...(waitsFor === '' ? {} : { waitsFor: fromProduction(waitsFor, 80) }),
      ...(through?.isLikely || answeredBy?.isLikely ? { answering: 'likely' } : {}),
      ...(answeredBy ? { answeredBy: fromProduction(answeringText(answeredBy), 160) } : {}),
    },
    short: `${place.short} · ${formatShare(share)} of the time`,
    shortData: { ...place.shortData, ...data },
  };
}

/** `orders: POST /orders or GET /orders/:id`. */
function answeringText({ service, entryPoints }: Answering): string {
  const names = entryPoints.slice(0, 4).map(entryPointText).join(' or ');
  return names === '' ? service : `${service}: ${names}${entryPoints.length > 4 ? ' or others' : ''}`;
}
