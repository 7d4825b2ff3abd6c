import { existsSync } from 'node:fs';
import { URI } from 'vscode-uri';
import { normaliseRepositoryUrl, type FileHints } from './match/chooseDeployments.js';

const MAX_REMEMBERED = 5000;

/** A folder of the workspace, and what tells whose source it is. */
export interface WorkspaceFolder extends FileHints {
  /** Absolute, with `/`, without one at the end. */
  readonly path: string;
}

/** Where the source of a service is. */
export interface SourceRoot {
  readonly service: string;
  /** Absolute, with `/` at its end; empty when it is not known. */
  readonly root: string;
  /** Whether reported paths begin at the repository's root. */
  readonly hasRepository: boolean;
}

/** Where other functions are on this machine, remembering what was looked up. */
export class CallerLinks {
  readonly #exists = new Map<string, boolean>();
  #folders: readonly WorkspaceFolder[] = [];
  #repositories: ReadonlyMap<string, string> = new Map();

  /** The folders of the workspace: services of other repositories may have theirs here. */
  setFolders(folders: readonly WorkspaceFolder[]): void {
    this.#folders = folders;
  }

  /** Repository URLs by `service.name`, as services report them. */
  setRepositories(repositories: ReadonlyMap<string, string>): void {
    this.#repositories = repositories;
  }

  /**
   * The `file:` URI of another function's file, without a fragment; undefined when it is not here or cannot be told.
   * @param other whose file is looked for
   * @param own the service of the open file, and the revision that it reports; empty when it reports none
   * @param path absolute path of the open file
   * @param reportedPath the same file as the deployment reported it
   */
  uriOf(
    other: { readonly service: string; readonly filePath: string },
    own: { readonly service: string; readonly deployment: { readonly revision: string } },
    path: string,
    reportedPath: string,
  ): string | undefined {
    const root = path.endsWith(`/${reportedPath}`) ? path.slice(0, -reportedPath.length) : '';
    return this.uriFrom(other, { service: own.service, root, hasRepository: own.deployment.revision !== '' });
  }

  /** The same, seen from a root that is known. */
  uriFrom(other: { readonly service: string; readonly filePath: string }, own: SourceRoot): string | undefined {
    // Reported paths come from production: none may lead out of the repository.
    if (other.filePath === '' || other.filePath.split('/').includes('..')) return undefined;
    const root = this.#isUnder(other.service, own) ? own.root : '';
    const folder = this.#folderOf(other.service);
    const roots = [...(root === '' ? [] : [root]), ...(folder === undefined ? [] : [`${folder}/`])];
    const target = roots.map((one) => one + other.filePath).find((one) => this.#isThere(one));
    return target === undefined ? undefined : URI.file(target).toString();
  }

  /** Without a repository, another service's paths begin at its own package: a file at such a path would be the wrong one. */
  #isUnder(service: string, own: SourceRoot): boolean {
    if (service === own.service) return true;
    const [theirs, ours] = [this.#repositories.get(service) ?? '', this.#repositories.get(own.service) ?? ''];
    const isOther = theirs !== '' && ours !== '' && normaliseRepositoryUrl(theirs) !== normaliseRepositoryUrl(ours);
    return own.hasRepository && !isOther;
  }

  /** The workspace folder with a service's source, where its repository or its package says so. */
  #folderOf(service: string): string | undefined {
    const repository = this.#repositories.get(service) ?? '';
    const isIts = ({ repositoryUrl, packageName }: WorkspaceFolder) =>
      repository !== '' && repositoryUrl !== undefined
        ? normaliseRepositoryUrl(repositoryUrl) === normaliseRepositoryUrl(repository)
        : packageName === service;
    const [only, another] = this.#folders.filter(isIts);
    return another ? undefined : only?.path;
  }

  #isThere(target: string): boolean {
    const known = this.#exists.get(target);
    if (known !== undefined) return known;
    if (this.#exists.size >= MAX_REMEMBERED) this.#exists.clear();
    const isThere = existsSync(target);
    this.#exists.set(target, isThere);
    return isThere;
  }
}
