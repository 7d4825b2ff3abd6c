import type { DeployedFile } from '../collector/facts.js';
import type { SourceFunction } from '../source/sourceFunction.js';

const known = new WeakMap<DeployedFile, readonly SourceFunction[] | undefined>();

/**
 * The functions of a text as one that runs exactly this text reported them, in the order of the text: they are where it says. Undefined
 * when none does, or when a compiler stood between the text and what was reported.
 * @param contentHash git blob id of the text
 */
export function reportedFunctions(
  candidates: readonly DeployedFile[],
  contentHash: string,
): readonly SourceFunction[] | undefined {
  const same = candidates.find((file) => file.contentHash === contentHash && file.functions.length > 0);
  if (!same) return undefined;
  if (!known.has(same)) known.set(same, placed(same));
  return known.get(same);
}

function placed({ functions }: DeployedFile): readonly SourceFunction[] | undefined {
  if (functions.some(({ id }) => id.bodyHash === '' || id.line < 1 || id.column < 1)) return undefined;
  return functions.map(({ id }) => id).sort((a, b) => a.line - b.line || a.column - b.column);
}
