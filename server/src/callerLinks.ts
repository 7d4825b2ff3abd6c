import { existsSync } from 'node:fs';
import { URI } from 'vscode-uri';
import type { Caller } from './collector/facts.js';
import type { FunctionInService } from './match/fileFacts.js';

const MAX_REMEMBERED = 5000;

/** Where callers are on this machine, remembering what was looked up. */
export class CallerLinks {
  readonly #exists = new Map<string, boolean>();

  /**
   * The `file:` URI of a caller's file, without a fragment; undefined when it is not here or cannot be told.
   * @param path absolute path of the open file
   * @param reportedPath the same file as the deployment reported it
   */
  uriOf(caller: Caller, own: FunctionInService, path: string, reportedPath: string): string | undefined {
    if (caller.filePath === '' || !path.endsWith(`/${reportedPath}`)) return undefined;
    // Without a repository, another service's paths begin at its own package: a file there would be the wrong one.
    if (caller.service !== own.service && own.deployment.revision === '') return undefined;
    const root = path.slice(0, -reportedPath.length);
    // Reported paths come from production: none may lead out of the repository.
    if (caller.filePath.split('/').includes('..')) return undefined;
    const target = root + caller.filePath;
    return this.#isThere(target) ? URI.file(target).toString() : undefined;
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
