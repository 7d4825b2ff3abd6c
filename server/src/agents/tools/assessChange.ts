import { formatCount, formatRate } from '@hindcast/core/format';
import { perMinute } from '@hindcast/core/rates';
import { MANY_FUNCTIONS_TOKENS, type AgentTool } from '../agentTool.js';
import type { Draft, ItemGroup, Sheet } from '../answer.js';
import { changedPlaces } from '../changedFiles.js';
import { functionSheets } from '../functionSheet.js';
import { fenced, fromProduction, ownText } from '../productionText.js';
import { factsOfFiles, type AgentSources, type LocatedFacts } from '../runtimeFacts.js';
import type { Scope } from '../../collector/scope.js';
import { entryPointText } from '../../present/entryPointText.js';
import { scopeOf, windowText } from '../scopeInput.js';
import { maxTokensInput, windowInput } from './commonInputs.js';

/** Changed functions whose callers are followed through the graph. */
const MAX_FOLLOWED = 20;

export const assessChange: AgentTool = {
  name: 'assess_change',
  title: 'What a change touches in production',
  description:
    'For the working tree against a revision: which functions changed, how much production traffic goes through them, from which entry points, and which services reach them. Use before committing and in reviews.',
  inputSchema: {
    type: 'object',
    properties: {
      base: { type: 'string', description: 'Revision; HEAD when absent' },
      window: windowInput,
      maxTokens: maxTokensInput,
    },
  },
  defaultTokens: () => MANY_FUNCTIONS_TOKENS,
  async answer(input, sources, { signal, progress }) {
    const question = { window: input.text('window') };
    const scope = scopeOf(question);
    const base = input.text('base') ?? 'HEAD';
    const changed = await changedPlaces(base, sources.workspace, signal);
    const facts = await factsOfFiles(
      changed.files.map(({ file }) => file),
      scope,
      sources,
      signal,
    );
    const located = facts
      .flatMap((each, index) =>
        each.facts.functions
          .filter((_, position) => changed.files[index]?.changed.has(position))
          .map((own): LocatedFacts => ({ ...each, own })),
      )
      .sort((a, b) => rateOf(b) - rateOf(a));
    const sheets: Sheet[] = [];
    for (const [index, each] of located.entries()) {
      signal.throwIfAborted();
      progress(index, located.length, 'following callers');
      const reach = index < MAX_FOLLOWED ? await servicesReaching(each, scope, sources, signal) : undefined;
      sheets.push(...functionSheets(each, sources.nowMs(), () => (reach ? [reach] : [])));
    }
    return {
      summary: summaryOf(located, base),
      asOfMs: sources.nowMs(),
      window: windowText(question),
      sheets,
      unmatched: changed.unmatched,
      next:
        located.length === 0
          ? ''
          : 'Keep the hottest as cheap as they are; verify_change after the deploy tells whether it held.',
      subjects: 'functions',
    } satisfies Draft;
  },
};

function rateOf({ own }: LocatedFacts): number {
  return own.services.reduce(
    (sum, { facts, deployment }) => sum + perMinute(facts?.calls ?? 0, deployment.observedSeconds),
    0,
  );
}

function summaryOf(located: readonly LocatedFacts[], base: string): string {
  if (located.length === 0) return `No function changed since ${ownText(base, 60)}.`;
  const rate = located.reduce((sum, each) => sum + rateOf(each), 0);
  const ran = located.filter((each) => rateOf(each) > 0).length;
  const entries = new Set(
    located.flatMap(({ own }) =>
      own.services.flatMap(({ facts }) =>
        (facts?.entryPoints ?? []).map(({ entryPoint }) => entryPointText(entryPoint)),
      ),
    ),
  );
  const unknown = located.filter(({ own }) =>
    own.services.every(({ facts }) => !facts || facts.state === 'not_observed'),
  ).length;
  return `${located.length} ${located.length === 1 ? 'function' : 'functions'} changed since ${ownText(base, 60)}; ${ran} of them run in production, ${formatRate(rate)} in all, on behalf of ${entries.size} entry ${entries.size === 1 ? 'point' : 'points'}${unknown > 0 ? `; of ${unknown} nothing is known` : ''}. Exposure only: calls that the change adds are not counted, and no risk number is made of it.`;
}

/** Services other than its own that reach a function, directly or not. */
async function servicesReaching(
  { own, facts, file }: LocatedFacts,
  scope: Scope,
  { client }: AgentSources,
  signal: AbortSignal,
): Promise<ItemGroup | undefined> {
  const roots = own.services.flatMap(({ service, facts: known }) => {
    const filePath = facts.services.find((each) => each.service === service)?.primary.filePath ?? file.path;
    return known?.state === 'ran'
      ? [{ service, filePath, name: known.id.name, line: known.id.line, column: known.id.column }]
      : [];
  });
  if (roots.length === 0) return undefined;
  const graph = await client.getCallGraph({ roots, direction: 'callers', depth: 8, maxNodes: 300 }, scope, { signal });
  const others = new Map<string, number>();
  for (const { service, distance } of graph?.nodes ?? []) {
    if (distance > 0 && !roots.some((root) => root.service === service))
      others.set(service, (others.get(service) ?? 0) + 1);
  }
  if (others.size === 0) return undefined;
  return {
    key: 'reachedFromServices',
    label: 'Reached from other services',
    more: 0,
    isEssential: true,
    items: [...others].map(([service, functions]) => ({
      text: `${fenced(service, 60)} ${formatCount(functions)} ${functions === 1 ? 'function' : 'functions'}`,
      data: { ...fromProduction(service, 60), functions },
    })),
  };
}
