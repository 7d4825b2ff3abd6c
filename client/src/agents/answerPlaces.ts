import { isAbsolute, join, normalize } from 'node:path';
import type { AskAnswer } from '@hindcast/proto/agentMessages';

/** A function of the working tree that an answer is about. */
export interface AnswerPlace {
  readonly name: string;
  /** From the folder, with `/`. */
  readonly path: string;
  readonly absolutePath: string;
  /** 1-based. */
  readonly line: number;
}

const MAX_PLACES = 20;

/** The functions of an answer that were located in the working tree, in the answer's order, each once. */
export function answerPlaces({ structured, folder }: AskAnswer): readonly AnswerPlace[] {
  const results: readonly unknown[] = Array.isArray(structured['results']) ? structured['results'] : [];
  const places = new Map<string, AnswerPlace>();
  for (const result of results) {
    const { function: name, file: path, line } = (result ?? {}) as Readonly<Record<string, unknown>>;
    // What was only reported by production is no text but an object, and leads nowhere.
    if (typeof name !== 'string' || typeof path !== 'string' || typeof line !== 'number' || line < 1) continue;
    if (isAbsolute(path) || normalize(path).startsWith('..') || places.size >= MAX_PLACES) continue;
    const key = `${path}:${line}`;
    if (!places.has(key)) places.set(key, { name, path, absolutePath: join(folder, path), line });
  }
  return [...places.values()];
}
