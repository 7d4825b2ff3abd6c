import { formatCount } from '@hindcast/core/format';
import { ONE_FUNCTION_TOKENS, type CollectorTool } from '../agentTool.js';
import { AgentInputError } from '../agentInput.js';
import type { Draft, ItemGroup, Sheet } from '../answer.js';
import type { CallGraph } from '../../collector/callGraph.js';
import type { Scope } from '../../collector/scope.js';
import type { FunctionInService } from '../../match/fileFacts.js';
import { detailGroups, detailOf } from '../functionDetails.js';
import { functionSheets } from '../functionSheet.js';
import { fenced, fromProduction } from '../productionText.js';
import { resolveFunctions } from '../resolveFunctions.js';
import type { AgentSources, LocatedFacts } from '../runtimeFacts.js';
import { scopeOf, windowText } from '../scopeInput.js';
import { maxTokensInput, serviceInput, windowInput } from './commonInputs.js';

const MAX_DEPTH = 8;
const MAX_NODES = 300;
const MAX_TRACED = 3;

export const traceFunction: CollectorTool = {
  needs: 'collector',
  name: 'trace_function',
  title: 'Callers up to the entry points, callees, critical path, examples',
  description:
    'Drill-down on one function: everything that reaches it across services up to the entry points, what it calls, its share of critical paths, where errors begin, slow and failing examples. Also answers "what breaks if I remove it".',
  inputSchema: {
    type: 'object',
    properties: {
      function: { type: 'string', description: 'name, Class.name, path:name or path:line' },
      service: serviceInput,
      window: windowInput,
      maxTokens: maxTokensInput,
    },
    required: ['function'],
  },
  defaultTokens: () => ONE_FUNCTION_TOKENS * 1.5,
  async answer(input, sources, { signal, progress }) {
    const question = { window: input.text('window'), service: input.text('service') };
    const scope = scopeOf(question);
    const asked = input.text('function');
    if (asked === undefined) throw new AgentInputError('missing: function.');
    const { found, unmatched } = await resolveFunctions([asked], scope, sources, signal);
    const sheets: Sheet[] = [];
    const traced = found.slice(0, MAX_TRACED);
    for (const [index, located] of traced.entries()) {
      progress(index, traced.length, 'following callers');
      sheets.push(...(await tracedSheets(located, scope, sources, signal)));
    }
    return {
      summary: found.length === 0 ? `Nothing traced.` : `${fenced(asked, 80)}: how it is reached and what it reaches.`,
      asOfMs: sources.nowMs(),
      window: windowText(question),
      sheets,
      unmatched,
      next: found.length === 0 ? 'find_functions with text searches what runs.' : 'assess_change after you edited it.',
      subjects: 'functions',
    } satisfies Draft;
  },
};

async function tracedSheets(
  located: LocatedFacts,
  scope: Scope,
  sources: AgentSources,
  signal: AbortSignal,
): Promise<Sheet[]> {
  const groups = new Map<FunctionInService, readonly ItemGroup[]>();
  for (const view of located.own.services) {
    signal.throwIfAborted();
    const path = located.facts.services.find(({ service }) => service === view.service)?.primary.filePath;
    const filePath = path ?? located.file.path;
    const detail = await detailOf(view, filePath, scope, sources, signal);
    groups.set(view, [...(await reachGroups(view, filePath, scope, sources, signal)), ...detailGroups(detail)]);
  }
  return functionSheets(located, sources.nowMs(), (view) => groups.get(view) ?? []);
}

/** Who would notice: every function and service that reaches this one, directly or not. */
async function reachGroups(
  { facts, deployment }: FunctionInService,
  filePath: string,
  scope: Scope,
  { client }: AgentSources,
  signal: AbortSignal,
): Promise<ItemGroup[]> {
  if (!facts) return [];
  const { name, line, column } = facts.id;
  const roots = [{ service: deployment.service, filePath, name, line, column }];
  // The scope's service would hide callers in others.
  const graph = await client.getCallGraph(
    { roots, direction: 'callers', depth: MAX_DEPTH, maxNodes: MAX_NODES },
    { windowSeconds: scope.windowSeconds, environment: scope.environment },
    { signal },
  );
  return graph ? [reachedBy(graph, deployment.service)].filter(({ items }) => items.length > 0) : [];
}

function reachedBy({ nodes, nodesOmitted }: CallGraph, ownService: string): ItemGroup {
  const services = new Map<string, { functions: number; hottest: string; calls: number }>();
  for (const { service, id, filePath, calls, distance } of nodes) {
    if (distance === 0) continue;
    const known = services.get(service) ?? { functions: 0, hottest: '', calls: -1 };
    const isHotter = calls > known.calls;
    services.set(service, {
      functions: known.functions + 1,
      hottest: isHotter ? `${id.name}${filePath === '' ? '' : ` ${filePath}:${id.line}`}` : known.hottest,
      calls: Math.max(calls, known.calls),
    });
  }
  const list = [...services].sort(([a], [b]) => Number(a === ownService) - Number(b === ownService));
  return {
    key: 'reachedFrom',
    label: 'Reached, directly or not, from',
    isEssential: true,
    more: nodesOmitted,
    items: list.map(([service, { functions, hottest, calls }]) => ({
      text: `${functions} ${functions === 1 ? 'function' : 'functions'} of ${fenced(service, 60)} (hottest ${fenced(hottest, 120)} ${formatCount(calls)})`,
      data: { service: fromProduction(service, 60), functions, hottest: fromProduction(hottest, 120), calls },
    })),
  };
}
