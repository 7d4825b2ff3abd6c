import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from './caseFile.js';
import { caseJson, readCaseJson } from './caseJson.js';
import { caseMarkdown } from './caseMarkdown.js';

/** A case is not there or cannot be read; the message says what to do. */
export class CaseError extends Error {
  override readonly name = 'CaseError';
}

/** The cases of one repository: `.hindcast/cases/<id>/case.json` and `case.md`. Git is told to leave them alone: they hold production data. */
export class CaseStore {
  readonly #folder: string;

  constructor(root: string) {
    this.#folder = join(root, '.hindcast', 'cases');
  }

  folderOf(id: string): string {
    return join(this.#folder, id);
  }

  /** Every case, by id; files that cannot be read are left out and told to `onProblem`. */
  list(onProblem: (message: string) => void = () => {}): Case[] {
    return this.#ids().flatMap((id) => {
      try {
        return [this.#read(id)];
      } catch (error) {
        onProblem(error instanceof Error ? error.message : String(error));
        return [];
      }
    });
  }

  /** @param id or its beginning, when only one begins so. @throws CaseError */
  read(id: string): Case {
    const fitting = /^[0-9a-f]{1,16}$/.test(id) ? this.#ids().filter((each) => each.startsWith(id)) : [];
    const [only, another] = fitting;
    if (only === undefined) throw new CaseError(`there is no case ${id}; hindcast case lists findings and cases.`);
    if (another !== undefined) throw new CaseError(`several cases begin with ${id}.`);
    return this.#read(only);
  }

  has(id: string): boolean {
    return this.#ids().includes(id);
  }

  /** Writes both files; a reader sees one state or the next. Returns the case's folder. */
  write(own: Case): string {
    const folder = this.folderOf(own.id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(this.#folder, '.gitignore'), '*\n');
    for (const [name, text] of [
      ['case.md', caseMarkdown(own)],
      ['case.json', caseJson(own)],
    ] as const) {
      const partial = join(folder, `${name}.partial`);
      writeFileSync(partial, text);
      renameSync(partial, join(folder, name));
    }
    return folder;
  }

  #ids(): string[] {
    try {
      return readdirSync(this.#folder)
        .filter((name) => /^[0-9a-f]{16}$/.test(name))
        .sort();
    } catch {
      return [];
    }
  }

  #read(id: string): Case {
    const file = join(this.#folder, id, 'case.json');
    try {
      return readCaseJson(readFileSync(file, 'utf8'));
    } catch (error) {
      throw new CaseError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
