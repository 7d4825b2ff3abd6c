import type { Analysis } from './analysis.js';
import type { Declaration, FileLoaded, FileNotObserved } from './declarations.js';
import { reportedPath, type OwnCode } from './discovery/ownCode.js';
import { allocateFunctions, type SharedState } from './runtime/sharedState.js';
import { assemble, type CodeMap } from './transform/insertions.js';
import type { SourceKind } from './transform/syntax.js';

/** A file with probes in it, and what to declare of it. */
export interface ObservedFile {
  /** Undefined when the file is to run as it is. */
  readonly instrumented: { readonly code: string; readonly map: CodeMap } | undefined;
  readonly declarations: readonly Declaration[];
}

export type Analyse = (text: string, path: string, kind: SourceKind, own: OwnCode) => Analysis;

/**
 * Instruments the file at `path`, whose text is about to run. Never throws: a file that cannot be instrumented for whatever reason
 * runs as it is and is declared as not observed.
 */
export function observeFile(
  text: string,
  path: string,
  kind: SourceKind,
  { own, state, analyse }: { own: OwnCode; state: Pick<SharedState, 'control'>; analyse: Analyse },
): ObservedFile {
  const failed = (reason: string): ObservedFile => ({
    instrumented: undefined,
    declarations: [{ kind: 'notObserved', path: reportedPath(own, path), reason }],
  });
  try {
    const { recipe, functionCount, files } = analyse(text, path, kind, own);
    if (!recipe) return { instrumented: undefined, declarations: files };
    const firstId = functionCount === 0 ? 0 : allocateFunctions(state, functionCount);
    if (firstId === undefined) return failed('The process has more functions than the sensor can count.');
    return {
      instrumented: assemble(text, recipe, firstId),
      declarations: files.map((file) => withIds(file, firstId)),
    };
  } catch {
    return failed('The sensor failed to instrument the file.');
  }
}

function withIds(file: FileLoaded | FileNotObserved, firstId: number): FileLoaded | FileNotObserved {
  if (file.kind === 'notObserved') return file;
  return { ...file, functions: file.functions.map((fn) => ({ ...fn, id: firstId + fn.id })) };
}
