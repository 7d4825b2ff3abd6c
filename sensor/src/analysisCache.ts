import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import type { Analysis } from './analysis.js';
import type { OwnCode } from './discovery/ownCode.js';
import { textHash } from './textHash.js';
import type { SourceKind } from './transform/syntax.js';

/** Sources that were read beside the text, as they were then: path, bytes, time of change in ms. */
type Witness = readonly [path: string, size: number, mtimeMs: number];

interface Entry {
  readonly analysis: Analysis;
  readonly witnesses: readonly Witness[];
}

const MAX_ENTRY_LENGTH = 32 * 1024 * 1024;
/** Ends the hashes at the head of an entry. */
const HEAD_END = '\n';

/**
 * Keeps analyses on disk, one entry for each file that was ever loaded, so that a program starts without parsing its sources
 * again. An entry is used when it is whole (length and checksum) and was made of the same text by the same sensor. Whatever goes wrong
 * with the disk, the cache is as good as empty.
 */
export class AnalysisCache {
  readonly #directory: string;
  /** Another build of the sensor, or another Node, makes entries of its own. */
  readonly #maker: string;
  #isWritable = true;

  /** `bundle`: the file of the code that makes the analyses. */
  constructor(directory: string, bundle: string) {
    this.#directory = directory;
    this.#maker = `${process.versions.node.split('.')[0]} ${witness(bundle).join(' ')}`;
  }

  read(text: string, path: string, kind: SourceKind, own: OwnCode): Analysis | undefined {
    let content: string;
    try {
      content = readFileSync(this.#fileOf(path, kind, own), 'utf8');
    } catch {
      return undefined;
    }
    try {
      const headEnd = content.indexOf(HEAD_END);
      const payload = content.slice(headEnd + 1);
      if (headEnd < 0 || content.slice(0, headEnd) !== this.#head(text, payload)) return undefined;
      const { analysis, witnesses } = JSON.parse(payload) as Entry;
      return witnesses.every((then) => isSame(then, witness(then[0]))) ? analysis : undefined;
    } catch {
      return undefined;
    }
  }

  write(text: string, path: string, kind: SourceKind, own: OwnCode, analysis: Analysis): void {
    if (!this.#isWritable) return;
    const file = this.#fileOf(path, kind, own);
    const unfinished = `${file}.${process.pid}-${threadId}`;
    try {
      const entry: Entry = { analysis, witnesses: analysis.reads.map(witness) };
      const payload = JSON.stringify(entry);
      if (payload.length > MAX_ENTRY_LENGTH) return;
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      writeFileSync(unfinished, this.#head(text, payload) + HEAD_END + payload, { mode: 0o600 });
      renameSync(unfinished, file);
    } catch {
      // Read-only or full: not tried again by this process.
      this.#isWritable = false;
      try {
        rmSync(unfinished, { force: true });
      } catch {
        // It was never there.
      }
    }
  }

  #fileOf(path: string, kind: SourceKind, own: OwnCode): string {
    return join(this.#directory, `${textHash([kind, own.root, own.include, own.exclude, path].join('\0'))}.json`);
  }

  #head(text: string, payload: string): string {
    return `${textHash(this.#maker)} ${textHash(text)} ${textHash(payload)}`;
  }
}

function witness(path: string): Witness {
  try {
    const { size, mtimeMs } = statSync(path);
    return [path, size, mtimeMs];
  } catch {
    return [path, -1, -1];
  }
}

function isSame(then: Witness, now: Witness): boolean {
  return then[1] === now[1] && then[2] === now[2];
}
