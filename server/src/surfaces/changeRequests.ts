import { readFile } from 'node:fs/promises';
import type { Logger } from '@hindcast/core/logger';
import {
  CHANGE_MARKDOWN_REQUEST,
  CHANGE_REQUEST,
  LOOK_AT_CHANGE_NOTIFICATION,
  type ChangePage,
} from '@hindcast/proto/changeMessages';
import type { Connection } from 'vscode-languageserver';
import { assess } from '../change/assess.js';
import { assessmentMarkdown } from '../change/assessmentMarkdown.js';
import { applyPolicy, NO_POLICY } from '../change/policy.js';
import { GitRepository } from '../git/gitRepository.js';
import { changePage } from '../views/changePage.js';
import type { ViewSource } from '../views/viewSource.js';
import { ChangeWatch, type ChangeTiming } from './changeWatch.js';

const MAX_REPOSITORIES = 8;
/** Folders around which a repository is looked for. */
const MAX_FOLDERS = 40;
/** Edited documents of one repository that are read instead of their files. */
const MAX_OPEN_TEXTS = 200;

/** What the assessment needs from the language server. */
export interface ChangeSource extends ViewSource {
  /** Whether the settings want it. */
  readonly isWanted: () => boolean;
  /** Absolute paths of open documents, with `/`. */
  readonly openPaths: () => readonly string[];
  /** The versions that production runs, by commit. */
  readonly versions: () => ReadonlyMap<string, string>;
  readonly readGit: () => boolean;
  readonly onChanged: () => void;
  readonly logger: Logger;
  readonly timing?: ChangeTiming | undefined;
}

/** Watches the change that is being made, and answers what the client's view asks of it. */
export function registerChangeRequests(connection: Connection, source: ChangeSource): ChangeWatch {
  const repositories = new OpenRepositories(source);
  const watch = new ChangeWatch(
    {
      isWanted: () => source.isWanted() && source.readGit() && source.hasData(),
      repositories: () => repositories.roots(),
      assess: async (root, signal) => {
        const sources = { exposure: source.collector(), grammars: source.grammars() };
        const openTexts = await editedTexts(source, root);
        return assess({ folder: root, openTexts, scope: source.scope() }, sources, { signal });
      },
      versions: source.versions,
      onChanged: source.onChanged,
      logger: source.logger,
    },
    source.timing,
  );
  connection.onNotification(LOOK_AT_CHANGE_NOTIFICATION, () => watch.soon());
  connection.onRequest(CHANGE_REQUEST, () => answer(source, watch));
  connection.onRequest(CHANGE_MARKDOWN_REQUEST, () => markdownOf(watch));
  return watch;
}

function answer(source: ChangeSource, watch: ChangeWatch): ChangePage {
  const nothing = (failure: 'no-collector' | 'no-data' | 'refused', message: string): ChangePage => ({
    problem: { failure, message },
    isAssessed: true,
    repositories: [],
  });
  if (!source.readGit()) {
    return nothing('refused', 'In Restricted Mode git is not run: trust the workspace to have its change assessed.');
  }
  if (!source.isWanted()) return nothing('refused', 'Changes are not assessed: hindcast.change.enabled is off.');
  if (!source.hasData()) return nothing(source.collector() ? 'no-data' : 'no-collector', source.stateMessage());
  if (watch.problem !== '' && watch.found.length === 0) return nothing('refused', sentence(watch.problem));
  return changePage(watch.found, watch.isAssessed, Date.now());
}

/** One after another when several repositories are open; null where nothing differs. */
function markdownOf({ found }: ChangeWatch): string | null {
  if (found.length === 0) return null;
  return found.map(({ assessment }) => assessmentMarkdown(assessment, applyPolicy(NO_POLICY, assessment))).join('\n');
}

/** Finds the repositories around what is open, and remembers them. */
class OpenRepositories {
  readonly #roots = new Map<string, string>();

  constructor(private readonly source: ChangeSource) {}

  /** Roots, absolute, with `/`; where there is none the first folder, of which the assessment says so. */
  async roots(): Promise<readonly string[]> {
    const documents = this.source.openPaths().map((path) => path.slice(0, path.lastIndexOf('/')));
    const folders = [...new Set([...(await this.source.folders()), ...documents])];
    const found = new Set<string>();
    for (const folder of folders.slice(0, MAX_FOLDERS)) {
      const root = this.#roots.get(folder) ?? (await GitRepository.around(folder))?.root.replaceAll('\\', '/');
      if (root === undefined) continue;
      this.#roots.set(folder, root);
      found.add(root);
      if (found.size >= MAX_REPOSITORIES) break;
    }
    return found.size > 0 ? [...found] : folders.slice(0, 1);
  }
}

/** Documents whose text is not that of their file, by path from the root. */
async function editedTexts(source: ChangeSource, root: string): Promise<ReadonlyMap<string, string>> {
  const edited = new Map<string, string>();
  for (const path of source.openPaths().filter((own) => own.startsWith(`${root}/`))) {
    const text = source.openText(path);
    if (text === undefined || edited.size >= MAX_OPEN_TEXTS) continue;
    const saved = await readFile(path, 'utf8').catch(() => undefined);
    if (saved?.replace(/^\uFEFF/, '') !== text) edited.set(path.slice(root.length + 1), text);
  }
  return edited;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
