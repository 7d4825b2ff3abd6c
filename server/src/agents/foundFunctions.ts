import type { CriticalPathPart } from '../collector/criticalPath.js';
import type { Deployment, FunctionFacts, FunctionId } from '../collector/facts.js';
import type { FoundFunction } from '../collector/functionDetail.js';
import { isSameDeployment } from '../collector/sameDeployment.js';
import type { Scope } from '../collector/scope.js';
import { numbersOf } from '../answers/annotateFile.js';
import type { Sheet } from './answer.js';
import { groupBy } from '../groupBy.js';
import type { FunctionInService } from '../match/fileFacts.js';
import { functionSheets, rateText, sourceItem } from './functionSheet.js';
import { fenced, fromProduction } from './productionText.js';
import { factsOfFiles, type FactSources, type FactsOfFile, type LocatedFacts } from './runtimeFacts.js';
import type { WorkspaceFile } from './workspaceSource.js';

/** Files of the working tree that the functions of one answer are looked for in. */
const MAX_FILES = 40;

/** Functions as the collector names them, found again in the working tree where they are there. In the order given. */
export async function foundSheets(
  found: readonly FoundFunction[],
  scope: Scope,
  sources: FactSources,
  signal?: AbortSignal,
): Promise<Sheet[]> {
  const places = found.map(({ deployment, filePath, facts }) => ({
    service: deployment.service,
    filePath,
    id: facts.id,
  }));
  const located = await locate(places, scope, sources, signal);
  return found.map((each, index) => {
    const place = located[index];
    const view = place && viewOf(place.view, each.deployment);
    const [sheet] = view ? functionSheets(only(place.located, view), sources.nowMs()) : [];
    return sheet ?? strangerSheet(each, sources.nowMs());
  });
}

/** The places of a critical path's parts: in the working tree where they are there. In the order given. */
export async function deployedSheets(
  parts: readonly CriticalPathPart[],
  scope: Scope,
  sources: FactSources,
  signal?: AbortSignal,
): Promise<Sheet[]> {
  const located = await locate(parts, scope, sources, signal);
  return parts.map(({ id, service, filePath }, index) => {
    const place = located[index];
    const [sheet] = place ? functionSheets(only(place.located, place.view), sources.nowMs()) : [];
    return sheet ?? (id && id.name !== '' ? placeOnly(service, filePath, id) : serviceOnly(service));
  });
}

/** A deployed function's place, as an answer of the collector names it. */
interface Place {
  readonly service: string;
  readonly filePath: string;
  readonly id: FunctionId | undefined;
}

/** A function of the working tree and what one service says of it. */
interface LocatedView {
  readonly located: LocatedFacts;
  readonly view: FunctionInService;
}

/** The functions of the working tree that these deployed ones are; services are asked about all of their files at once. */
async function locate(
  places: readonly Place[],
  scope: Scope,
  sources: FactSources,
  signal: AbortSignal | undefined,
): Promise<readonly (LocatedView | undefined)[]> {
  const files = await workspaceFiles(
    places.map(({ filePath }) => filePath),
    sources,
  );
  const found = new Map<Place, LocatedView>();
  for (const [service, own] of groupBy(places, (place) => place.service)) {
    const wanted = new Set(own.flatMap(({ filePath }) => files.get(filePath) ?? []));
    const facts = await factsOfFiles([...wanted], { ...scope, service }, sources, signal);
    for (const place of own) {
      const inFile = facts.find(({ file }) => file === files.get(place.filePath));
      const view = inFile && place.id && locateId(place.id, service, inFile);
      if (view) found.set(place, view);
    }
  }
  return places.map((place) => found.get(place));
}

/** The function of a file whose facts are those of this deployed function, in whichever version. */
function locateId({ name, line, column }: FunctionId, service: string, inFile: FactsOfFile): LocatedView | undefined {
  const isIt = (facts: FunctionFacts | undefined) =>
    facts?.id.name === name && facts.id.line === line && facts.id.column === column;
  for (const own of inFile.facts.functions) {
    const view = own.services.find(
      (each) => each.service === service && (isIt(each.facts) || each.others.some(({ facts }) => isIt(facts))),
    );
    if (view) return { located: { ...inFile, own }, view };
  }
  return undefined;
}

/** What a service says of a function in one deployment; undefined when it says nothing of that one. */
function viewOf(view: FunctionInService, deployment: Deployment): FunctionInService | undefined {
  if (isSameDeployment(view.deployment, deployment)) return view;
  const other = view.others.find((each) => isSameDeployment(each.deployment, deployment));
  return other && { ...view, ...other, notObservedReason: '', others: [] };
}

function only(located: LocatedFacts, view: FunctionInService): LocatedFacts {
  return { ...located, own: { ...located.own, services: [view] } };
}

async function workspaceFiles(
  paths: readonly string[],
  { workspace }: FactSources,
): Promise<ReadonlyMap<string, WorkspaceFile>> {
  const found = new Map<string, WorkspaceFile>();
  for (const path of [...new Set(paths)].filter((each) => each !== '').slice(0, MAX_FILES)) {
    const [only, another] = await workspace.filesNamed(path);
    const file = only !== undefined && another === undefined ? await workspace.open(only) : undefined;
    if (file) found.set(path, file);
  }
  return found;
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

function serviceOnly(service: string): Sheet {
  const text = fenced(service, 80);
  const data = { in: fromProduction(service) };
  return { heading: text, lines: [], groups: [], data, short: text, shortData: data };
}
