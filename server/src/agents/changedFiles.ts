import { relative, sep } from 'node:path';
import { changedFunctions } from '../change/changedFunctions.js';
import { ChangeError } from '../change/changeError.js';
import { commitOf } from '../change/chooseBase.js';
import { CHANGE_GIT_LIMITS, readTrees } from '../change/readTrees.js';
import { GitRepository } from '../git/gitRepository.js';
import { AgentInputError } from './agentInput.js';
import type { Unmatched } from './answer.js';
import { fromProduction } from './productionText.js';
import type { WorkspaceFile, WorkspaceSource } from './workspaceSource.js';

/** What the working tree changed since a revision. */
export interface ChangedPlaces {
  readonly files: readonly {
    readonly file: WorkspaceFile;
    /** Indexes of functions that do something else, or are new. */
    readonly changed: ReadonlySet<number>;
  }[];
  readonly unmatched: readonly Unmatched[];
}

/**
 * The functions of the working tree that differ from a revision, by what they are made of: layout and comments do not count.
 * @throws AgentInputError when there is no git or no such revision
 */
export async function changedPlaces(
  revision: string,
  workspace: WorkspaceSource,
  signal?: AbortSignal,
): Promise<ChangedPlaces> {
  const repository = await GitRepository.around(workspace.root, CHANGE_GIT_LIMITS);
  if (!repository) throw new AgentInputError('the folder is in no git repository, so nothing can be compared.');
  try {
    const base = await commitOf(repository, revision);
    const read = await readTrees(repository, base, undefined, new Map(), signal);
    const diff = await changedFunctions(read.pairs, workspace.grammars, signal);
    const prefix = relative(repository.root, workspace.root).split(sep).join('/');
    const inside = (path: string) =>
      prefix === '' ? path : path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : undefined;
    const files = new Map<string, { file: WorkspaceFile; changed: Set<number> }>();
    const gone = new Set<string>();
    for (const { kind, before, after } of diff.functions) {
      const path = inside((after ?? before)?.side.path ?? '');
      if (path === undefined || kind === 'reformatted' || kind === 'moved') continue;
      if (!after) {
        gone.add(`${path}:${before?.source.name ?? ''}`);
        continue;
      }
      const known = files.get(path) ?? (await opened(path, workspace));
      if (!known) continue;
      files.set(path, known);
      const { name, line, column } = after.source;
      const index = known.file.source.parsed.functions.findIndex(
        (own) => own.name === name && own.line === line && own.column === column,
      );
      if (index >= 0) known.changed.add(index);
    }
    const rest = [...read.unmatched, ...diff.unmatched].flatMap(({ file, reason }) => {
      const path = inside(file);
      return path === undefined ? [] : [{ asked: fromProduction(path), reason }];
    });
    return {
      files: [...files.values()],
      unmatched: [
        ...[...gone].map((asked) => ({
          asked: fromProduction(asked),
          reason: 'It is not in the working tree any more.',
        })),
        ...rest,
      ],
    };
  } catch (error) {
    throw error instanceof ChangeError ? new AgentInputError(error.message) : error;
  }
}

async function opened(
  path: string,
  workspace: WorkspaceSource,
): Promise<{ file: WorkspaceFile; changed: Set<number> } | undefined> {
  const file = await workspace.open(path);
  return file && { file, changed: new Set<number>() };
}
