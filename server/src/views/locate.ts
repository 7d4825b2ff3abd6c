import { readFile } from 'node:fs/promises';
import type { Located, LocateParams } from '@hindcast/proto/viewMessages';
import type { FunctionPlace } from '@hindcast/proto/webviewMessages';
import { URI } from 'vscode-uri';
import type { DeployedFile, FunctionFacts } from '../collector/facts.js';
import type { FileFacts, FunctionInFile, FunctionInService } from '../match/fileFacts.js';
import { OpenDocument } from '../openDocument.js';
import { GitRepository } from '../git/gitRepository.js';
import { askCollector, type ViewSource } from './viewSource.js';
import { workspaceFiles } from './workspaceFiles.js';

const MAX_FILES = 20;

/** A function of the working tree that is, or could be, the reported one. */
interface Candidate {
  readonly path: string;
  readonly own: FunctionInFile;
  readonly view: FunctionInService;
}

/**
 * Where a reported function is in the working tree, by the same matching as hints and hovers: another line where the text has
 * changed, and not found rather than a wrong place.
 */
export async function locate(source: ViewSource, { place, folders: more }: LocateParams): Promise<Located> {
  if (place.filePath === '') return { found: false, message: `${place.name} is known by name only.` };
  const folders = [...(await source.folders()), ...more.map((folder) => folder.replaceAll('\\', '/'))];
  if (folders.length === 0) return { found: false, message: 'No folder is open. Open the one with the code.' };
  const paths = await filesOf(source, folders, place);
  if (paths.length === 0) {
    const message = `${place.filePath} of ${place.service} is not in the opened folders. Open the repository that it is from.`;
    return { found: false, message };
  }
  const candidates: Candidate[] = [];
  let problem = '';
  for (const path of paths.slice(0, MAX_FILES)) {
    const facts = await factsOf(source, path, place);
    if (typeof facts === 'string') problem = facts;
    else candidates.push(...matching(path, facts, place));
  }
  const order = { exact: 0, high: 1, low: 2 };
  candidates.sort((a, b) => order[a.view.match?.confidence ?? 'low'] - order[b.view.match?.confidence ?? 'low']);
  const [best, next] = candidates;
  if (!best) return gone(paths, place, problem);
  if (next && next.path !== best.path && next.view.match?.confidence === best.view.match?.confidence) {
    return { found: false, message: `Several files could be it: ${best.path}, ${next.path}. Open the folder of one.` };
  }
  const { line, column } = best.own.source;
  return { found: true, uri: URI.file(best.path).toString(), line, column, message: remark(best, place) };
}

/** Files at the reported path; where there is none, the file that git says it was renamed to. */
async function filesOf(source: ViewSource, folders: readonly string[], place: FunctionPlace): Promise<string[]> {
  const paths = workspaceFiles(folders, place.filePath, place.service);
  if (paths.length > 0 || !source.texts()) return paths;
  const asked = await askCollector(source, (collector, scope) =>
    collector.listServices({ ...scope, service: place.service }),
  );
  if ('problem' in asked) return paths;
  const revisions = new Set(asked.value.map(({ deployment }) => deployment.revision).filter(Boolean));
  const found = new Set<string>();
  for (const folder of folders) {
    const repository = await GitRepository.around(folder);
    for (const revision of repository ? revisions : []) {
      const commit = await repository?.commit(revision);
      const newer = commit && (await repository?.renames(commit))?.get(place.filePath);
      if (newer !== undefined && newer !== '') found.add(`${repository?.root ?? ''}/${newer}`);
    }
  }
  return [...found];
}

/** What is known about a file, or a sentence that says why nothing is. */
async function factsOf(source: ViewSource, path: string, place: FunctionPlace): Promise<FileFacts | string> {
  const document = new OpenDocument(URI.file(path).toString(), '', 0, source.openText(path) ?? (await readText(path)));
  try {
    await document.load(source.grammars());
    const file = { path, contentHash: document.contentHash };
    const asked = await askCollector(source, async (collector, scope) => {
      const wide = { ...scope, version: undefined, environment: undefined };
      const here = (await collector.getOverlay([file], wide))[0] ?? [];
      if (here.length > 0) return here;
      // A renamed file: its deployments reported the older path.
      return (await collector.getOverlay([{ ...file, path: place.filePath }], wide))[0] ?? [];
    });
    if ('problem' in asked) return asked.problem.message;
    const candidates: readonly DeployedFile[] = asked.value;
    const texts = source.texts();
    if (texts) await document.learnTexts(texts, candidates);
    return document.facts(candidates, place.service) ?? 'The file is in a language that is not read yet.';
  } finally {
    document.close();
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}

function matching(path: string, { functions }: FileFacts, place: FunctionPlace): Candidate[] {
  const isIt = (facts: FunctionFacts | undefined) =>
    facts?.id.name === place.name &&
    (place.line === 0 || facts.id.line === place.line) &&
    (place.column === 0 || facts.id.column === 0 || facts.id.column === place.column);
  return functions.flatMap((own) => {
    const view = own.services.find(({ facts, others }) => isIt(facts) || others.some((other) => isIt(other.facts)));
    return view ? [{ path, own, view }] : [];
  });
}

function remark({ own, view }: Candidate, place: FunctionPlace): string {
  const { match } = view;
  if (match?.kind === 'edited') return `Measured before this edit. ${match.reason}`;
  if (match?.confidence === 'low') return `Not certain: ${match.reason}`;
  if (own.source.name !== place.name) return `It is called ${own.source.name} here.`;
  return '';
}

/** The file is here and the function is not: the file is opened, at its beginning. */
function gone(paths: readonly string[], place: FunctionPlace, problem: string): Located {
  const [path] = paths;
  if (path === undefined || paths.length > 1) {
    return { found: false, message: `None of the files at ${place.filePath} has ${place.name} as it was reported.` };
  }
  const reason =
    problem || `No function here is certainly ${place.name} as it was reported: it may be gone or rewritten.`;
  return { found: true, uri: URI.file(path).toString(), line: 1, column: 1, message: reason };
}
