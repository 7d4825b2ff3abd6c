import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { analyseFile } from '../analyseFile.js';
import type { FileLoaded } from '../declarations.js';
import { findOwnCode } from '../discovery/ownCode.js';
import { CLOSE, isInstrumented, OPEN } from '../transform/injected.js';
import { differences, ENTER, type Embedded } from './embedded.js';

/** A file that a bundler is about to write, or has written. */
export interface Output {
  readonly code: string;
  /** Its source map as JSON; undefined when there is none, or when the code has it inline. */
  readonly map: string | undefined;
  /** Absolute path that it is written to. */
  readonly path: string;
  readonly kind: 'module' | 'commonjs';
}

export type Instrumented = { readonly code: string } | { readonly notObserved: string };

/** Variable of an output: the id of its function 0. */
const FIRST_ID = '$hcZ';
const PACKAGE = '@hindcast/sensor/bundled';

/**
 * The text to write instead, with what is counted in it, declared at the places of the original sources. Lines stay; the map stays as
 * good as it was, because the sensor shows stacks in the columns from before.
 */
export function instrumentOutput({ code, map, path, kind }: Output): Instrumented {
  if (isInstrumented(code)) return { notObserved: 'It is instrumented already.' };
  const own = findOwnCode(dirname(path), dirname(fileURLToPath(import.meta.url)), process.env);
  const inline = map && `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n`;
  const { recipe, functionCount, files } = analyseFile(code + (inline ?? ''), path, kind, own);
  const reason = files.find((file) => file.kind === 'notObserved')?.reason;
  if (!recipe) return { notObserved: reason ?? 'It could not be read.' };
  if (functionCount === 0) return { notObserved: 'No function of own code is in it.' };
  const pieces = recipe.pieces.map((piece) => piece.replace(/#(\d+)#/g, `(${FIRST_ID}+$1)`));
  const at = afterDirectives(code);
  const embedded: Embedded = {
    functionCount,
    files: files.filter((file): file is FileLoaded => file.kind === 'loaded'),
    originalLength: code.length,
    offsets: differences([at, ...recipe.offsets]),
    lengths: [0, ...pieces.map((piece) => piece.length)],
    ownedFrom: differences(recipe.ownedFrom),
    owners: recipe.owners,
  };
  return { code: insert(code, [at, ...recipe.offsets], [header(embedded, kind), ...pieces]) };
}

function insert(code: string, offsets: readonly number[], pieces: readonly string[]): string {
  const parts: string[] = [];
  let done = 0;
  offsets.forEach((offset, i) => {
    parts.push(code.slice(done, offset), pieces[i] ?? '');
    done = offset;
  });
  return parts.join('') + code.slice(done);
}

/** The header names its own length, so it is made until that is right. */
function header(embedded: Embedded, kind: 'module' | 'commonjs'): string {
  let length = 0;
  for (;;) {
    const lengths = [length, ...embedded.lengths.slice(1)];
    const json = JSON.stringify(JSON.stringify({ ...embedded, lengths }));
    const start =
      kind === 'module'
        ? `import"${PACKAGE}";var ${FIRST_ID}=${ENTER}(import.meta.url,`
        : `var ${FIRST_ID}=(require("${PACKAGE}"),${ENTER})(__filename,`;
    const text = `${OPEN};${start}${json});${CLOSE}`;
    if (text.length === length) return text;
    length = text.length;
  }
}

/** Behind `#!` and directives, which count only where they are first. */
function afterDirectives(code: string): number {
  return /^(?:#![^\n]*\n)?(?:\s*(?:'use [a-z]+'|"use [a-z]+")\s*(?:;|\n))*/.exec(code)?.[0].length ?? 0;
}
