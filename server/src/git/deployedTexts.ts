import { dirname, relative, sep } from 'node:path';
import { readFile, realpath } from 'node:fs/promises';
import type { DeployedFile } from '../collector/facts.js';
import { textKey, type DeployedText } from '../match/deployedText.js';
import type { Grammars } from '../source/grammars.js';
import { languageOfPath } from '../source/languages.js';
import { SourceFile } from '../source/sourceFile.js';
import { GitRepository } from './gitRepository.js';
import { movedFrom } from './movedFrom.js';

/** Deployed texts of one file that are looked up; the newest deployments come first. */
const MAX_TEXTS_PER_FILE = 8;
/** Commits whose renames are looked up for one file. */
const MAX_REVISIONS = 8;
/** Folders whose repository is remembered. */
const MAX_FOLDERS = 1000;

/** What git cannot tell, and for which deployed revision. */
export interface GitTrouble {
  readonly kind: 'no-git' | 'shallow-clone' | 'missing-commit' | 'slow-git';
  readonly revision?: string;
}

/** Finds the texts that deployments run in the local git repositories. Only for trusted folders. Never fails. */
export class DeployedTexts {
  readonly #grammars: Grammars;
  readonly #repositories = new Map<string, Promise<GitRepository | undefined>>();

  constructor(grammars: Grammars) {
    this.#grammars = grammars;
  }

  /**
   * The deployed texts that the repository around a file has, by `textKey`.
   * @param absolutePath the file that is open
   * @param isKnown texts that need not be looked up
   */
  async find(
    absolutePath: string,
    candidates: readonly DeployedFile[],
    isKnown: (key: string) => boolean = () => false,
  ): Promise<ReadonlyMap<string, DeployedText>> {
    const texts = new Map<string, DeployedText>();
    const wanted = new Map(candidates.map((file) => [textKey(file), file]));
    const asked = [...wanted].filter(([key]) => key !== ':' && !isKnown(key)).slice(0, MAX_TEXTS_PER_FILE);
    const place = asked.length === 0 ? undefined : await this.#place(absolutePath);
    if (!place) return texts;
    for (const [key, file] of asked) {
      const text = await this.#read(place.repository, place.path, file);
      if (text) texts.set(key, text);
    }
    return texts;
  }

  /** Absolute paths that a file had in commits that are deployed, where git sees that it was renamed since. */
  async formerPaths(absolutePath: string, revisions: readonly string[]): Promise<readonly string[]> {
    const place = await this.#place(absolutePath);
    if (!place) return [];
    const { repository, path } = place;
    const found = new Set<string>();
    for (const revision of new Set(revisions.slice(0, MAX_REVISIONS))) {
      const commit = await repository.commit(revision);
      if (commit === undefined || (await repository.blobAt(commit, path)) !== undefined) continue;
      const renamed = [...((await repository.renames(commit)) ?? [])].filter(([, newer]) => newer === path);
      for (const [older] of renamed) found.add(`${repository.root}/${older}`);
      // Git follows only what it keeps: a file that was moved and not added yet is found by its content.
      if (renamed.length > 0 || (await repository.isTracked(path))) continue;
      const moved = await movedFrom(repository, commit, path, await readFile(absolutePath, 'utf8'));
      if (moved !== undefined) found.add(`${repository.root}/${moved}`);
    }
    return [...found];
  }

  /** What keeps git from telling how a file was when it was deployed; undefined when nothing does. */
  async trouble(absolutePath: string, revisions: readonly string[]): Promise<GitTrouble | undefined> {
    const place = await this.#place(absolutePath);
    if (!place) return { kind: 'no-git' };
    const { repository } = place;
    const asked = [...new Set(revisions)].filter((revision) => revision !== '').slice(0, MAX_REVISIONS);
    for (const revision of asked) {
      if ((await repository.commit(revision)) !== undefined) continue;
      if (repository.isSlow) break;
      return { kind: (await repository.isShallow()) ? 'shallow-clone' : 'missing-commit', revision };
    }
    return repository.isSlow ? { kind: 'slow-git' } : undefined;
  }

  async #read(repository: GitRepository, path: string, file: DeployedFile): Promise<DeployedText | undefined> {
    const commit = await repository.commit(file.deployment.revision);
    // Services report paths from their repository's root; those without one from their package.
    const inCommit =
      commit === undefined
        ? undefined
        : ((await repository.blobAt(commit, path)) ??
          (file.contentHash === '' ? await repository.blobAt(commit, file.filePath) : undefined));
    const blob = file.contentHash === '' ? inCommit : file.contentHash;
    const text = blob === undefined ? undefined : await repository.blob(blob);
    const language = languageOfPath(file.filePath) ?? languageOfPath(path);
    if (blob === undefined || text === undefined || !language) return undefined;
    const isOfThisFile = inCommit === blob || (await repository.hadContent(path, blob));
    const source = await SourceFile.open(this.#grammars, language, text.replace(/^\uFEFF/, ''));
    const parsed = { text: source.text, functions: source.functions, comments: source.comments };
    source.close();
    return { functions: parsed.functions, parsed, isOfThisFile };
  }

  async #place(absolutePath: string): Promise<{ repository: GitRepository; path: string } | undefined> {
    try {
      const real = await realpath(absolutePath);
      const folder = dirname(real);
      let finding = this.#repositories.get(folder);
      if (!finding) {
        finding = GitRepository.around(folder);
        this.#repositories.set(folder, finding);
        const [oldest] = this.#repositories.keys();
        if (this.#repositories.size > MAX_FOLDERS && oldest !== undefined) this.#repositories.delete(oldest);
      }
      const repository = await finding;
      if (!repository) return undefined;
      const path = relative(await realpath(repository.root), real)
        .split(sep)
        .join('/');
      return path === '' || path.startsWith('../') ? undefined : { repository, path };
    } catch {
      // A file that is not on the disk (yet) has no history.
      return undefined;
    }
  }
}
