import type { CriticalPathPart } from '../collector/criticalPath.js';
import type { Deployment, FunctionFacts, FunctionId } from '../collector/facts.js';
import type { FoundFunction } from '../collector/functionDetail.js';
import type { Scope } from '../collector/scope.js';
import { numbersOf } from '../answers/annotateFile.js';
import type { Sheet } from './answer.js';
import { functionSheets, rateText, sourceItem } from './functionSheet.js';
import { fenced, fromProduction } from './productionText.js';
import { factsOfFiles, type AgentSources, type FactsOfFile, type LocatedFacts } from './runtimeFacts.js';
import type { WorkspaceFile } from './workspaceSource.js';

/** Files of the working tree that the functions of one answer are looked for in. */
const MAX_FILES = 40;

/** Functions as the collector names them, found again in the working tree where they are there. In the order given. */
export async function foundSheets(
  found: readonly FoundFunction[],
  scope: Scope,
  sources: AgentSources,
  signal?: AbortSignal,
): Promise<Sheet[]> {
  const files = await workspaceFiles(
    found.map(({ filePath }) => filePath),
    sources,
  );
  const facts = await factsOfFiles([...new Set(files.values())], scope, sources, signal);
  return found.map((each) => {
    const located = locatedIn(each, files.get(each.filePath), facts);
    const sheets = located ? functionSheets(located, sources.nowMs()) : [];
    const own = sheets.find(({ source }) => source?.text === sourceItem(each.deployment, sources.nowMs()).text);
    return own ?? sheets[0] ?? strangerSheet(each, sources.nowMs());
  });
}

/** The place of a critical path's part: in the working tree where it is there. */
export async function deployedSheet(
  part: CriticalPathPart,
  scope: Scope,
  sources: AgentSources,
  signal?: AbortSignal,
): Promise<Sheet> {
  const { id, service, filePath } = part;
  if (!id || id.name === '') {
    return {
      heading: fenced(service, 80),
      lines: [],
      groups: [],
      data: { in: fromProduction(service) },
      short: fenced(service, 80),
      shortData: { in: fromProduction(service) },
    };
  }
  const files = await workspaceFiles([filePath], sources);
  const facts = await factsOfFiles([...files.values()], { ...scope, service }, sources, signal);
  const located = locateId(id, service, files.get(filePath), facts);
  const sheets = located ? functionSheets(located, sources.nowMs()) : [];
  return sheets[0] ?? placeOnly(service, filePath, id);
}

async function workspaceFiles(
  paths: readonly string[],
  { workspace }: AgentSources,
): Promise<ReadonlyMap<string, WorkspaceFile>> {
  const found = new Map<string, WorkspaceFile>();
  for (const path of [...new Set(paths)].filter((each) => each !== '').slice(0, MAX_FILES)) {
    const [only, another] = await workspace.filesNamed(path);
    const file = only !== undefined && another === undefined ? await workspace.open(only) : undefined;
    if (file) found.set(path, file);
  }
  return found;
}

function locatedIn(
  { deployment, facts: { id } }: FoundFunction,
  file: WorkspaceFile | undefined,
  facts: readonly FactsOfFile[],
): LocatedFacts | undefined {
  return locateId(id, deployment.service, file, facts);
}

/** The function of the working tree whose facts are those of this deployed function. */
function locateId(
  id: FunctionId,
  service: string,
  file: WorkspaceFile | undefined,
  facts: readonly FactsOfFile[],
): LocatedFacts | undefined {
  const found = facts.find((each) => each.file === file);
  const own = found?.facts.functions.find((each) =>
    each.services.some(
      (view) =>
        view.service === service &&
        view.facts?.id.name === id.name &&
        view.facts.id.line === id.line &&
        view.facts.id.column === id.column,
    ),
  );
  return found && own ? { ...found, own } : undefined;
}

/** A function of production that the working tree does not have: all its words are production's. */
function strangerSheet({ deployment, filePath, facts }: FoundFunction, nowMs: number): Sheet {
  const sheet = withNumbers(placeOnly(deployment.service, filePath, facts.id), facts, deployment);
  return { ...sheet, source: sourceItem(deployment, nowMs) };
}

function withNumbers(sheet: Sheet, facts: FunctionFacts, deployment: Deployment): Sheet {
  const numbers = numbersOf(facts, deployment);
  const text = facts.state === 'ran' ? rateText(facts, numbers, deployment) : facts.state.replace('_', ' ');
  const { calls, callsPerMinute, errors, p99Ms } = numbers;
  return {
    ...sheet,
    lines: [text, ...sheet.lines],
    data: {
      ...sheet.data,
      state: facts.state,
      calls,
      callsPerMinute,
      errors,
      p99Ms,
    },
    short: `${sheet.heading}: ${text}`,
  };
}

function placeOnly(service: string, filePath: string, { name, line }: FunctionId): Sheet {
  const text = `${service} ${name}${filePath === '' ? '' : ` ${filePath}:${line}`}`;
  return {
    heading: fenced(text, 160),
    lines: ['Not found in this working tree'],
    groups: [],
    data: { function: fromProduction(text, 160), inWorkingTree: false },
    short: fenced(text, 160),
    shortData: { function: fromProduction(text, 160) },
  };
}
