import { setImmediate } from 'node:timers/promises';
import { byCodeUnit } from '@hindcast/core/assess/byCodeUnit';
import type { UnmatchedChange } from '@hindcast/core/assess/assessment';
import type { ChangeKind } from '@hindcast/core/assess/functionChange';
import type { DriftPair } from '../match/driftPairing.js';
import type { FunctionText } from '../match/functionText.js';
import { mapFunctions } from '../match/mapFunctions.js';
import type { LocatedFunction } from '../source/sourceFunction.js';
import type { TextPair } from './changedText.js';
import { ownSource, parseText, type ParsedSide } from './parsedSide.js';
import { outsideDiffers } from './outsideFunctions.js';
import type { Grammars } from '../source/grammars.js';

/** A function of one side of a change. */
export interface SideFunction {
  readonly side: ParsedSide;
  readonly source: LocatedFunction;
  readonly text: FunctionText;
}

/** One function that differs. At least one side is there. */
export interface ChangedFunction {
  readonly kind: ChangeKind;
  readonly before: SideFunction | undefined;
  readonly after: SideFunction | undefined;
  readonly confidence: 'high' | 'low';
  /** Why the two are taken for the same, one sentence. */
  readonly reason: string;
}

/** What differs between two trees, function by function. */
export interface FunctionDiff {
  /** By file and place in the newer text. */
  readonly functions: readonly ChangedFunction[];
  /** Every file that was compared. */
  readonly sides: readonly { readonly before: ParsedSide | undefined; readonly after: ParsedSide | undefined }[];
  /** Differences that are in no function. */
  readonly unmatched: readonly UnmatchedChange[];
  /** Functions of the newer texts that do what they did: each with what it was. */
  readonly kept: ReadonlyMap<LocatedFunction, SideFunction>;
  /** Functions whose last name is another now: older → newer. */
  readonly renames: ReadonlyMap<string, string>;
}

/**
 * Which functions differ between two trees, and how. Functions are followed as docs/drift.md says, over all files at once. Layout and
 * comments are no change; what stands in a function that is nested in another is that one's change alone.
 */
export async function changedFunctions(
  pairs: readonly TextPair[],
  grammars: Grammars,
  signal?: AbortSignal,
): Promise<FunctionDiff> {
  const sides: { before: ParsedSide | undefined; after: ParsedSide | undefined }[] = [];
  for (const { before, after } of pairs) {
    // The language server answers others in between.
    await setImmediate();
    signal?.throwIfAborted();
    sides.push({
      before: before && (await parseText(grammars, before)),
      after: after && (await parseText(grammars, after)),
    });
  }
  const older = new Map<FunctionText, SideFunction>(sides.flatMap(({ before }) => functionsOf(before)));
  const newer = new Map<FunctionText, SideFunction>(sides.flatMap(({ after }) => functionsOf(after)));
  const renamedFiles = new Map(
    sides.flatMap(({ before, after }) =>
      before && after && before.path !== after.path ? [[before.path, after.path] as const] : [],
    ),
  );
  const map = mapFunctions([...older.keys()], [...newer.keys()], renamedFiles);
  const functions: ChangedFunction[] = [];
  const renames = new Map<string, string>();
  const kept = new Map<LocatedFunction, SideFunction>();
  for (const pair of map.pairs) {
    const [before, after] = [older.get(pair.from), newer.get(pair.to)];
    if (!before || !after) continue;
    if (pair.from.lastSegment !== pair.to.lastSegment) renames.set(pair.from.lastSegment, pair.to.lastSegment);
    const kind = kindOf(pair, before, after);
    if (kind !== 'changed') kept.set(after.source, before);
    if (kind) functions.push({ kind, before, after, confidence: pair.confidence, reason: pair.reason });
  }
  for (const own of map.gone) {
    const reason = 'No function of the newer text is it.';
    functions.push({ kind: 'removed', before: older.get(own), after: undefined, confidence: 'high', reason });
  }
  for (const own of map.added) {
    const reason = 'No function of the older text is it.';
    functions.push({ kind: 'added', before: undefined, after: newer.get(own), confidence: 'high', reason });
  }
  return {
    functions: functions.sort(byPlace),
    sides,
    unmatched: sides.flatMap(({ before, after }) => outsideOf(before, after)),
    renames,
    kept,
  };
}

function functionsOf(side: ParsedSide | undefined): [FunctionText, SideFunction][] {
  return side ? side.texts.map((text) => [text, { side, source: text.source, text }]) : [];
}

/** Undefined for one that is as it was. */
function kindOf({ from, to }: DriftPair, before: SideFunction, after: SideFunction): ChangeKind | undefined {
  const [older, newer] = [ownSource(before.side, before.source), ownSource(after.side, after.source)];
  const isSameText = older === newer;
  if (!isSameText && from.ownTokens.join('\u0001') !== to.ownTokens.join('\u0001')) return 'changed';
  if (from.lastSegment !== to.lastSegment) return 'renamed';
  if (from.file !== to.file || from.container !== to.container) {
    return from.file === to.file && from.segments.length === to.segments.length ? 'renamed' : 'moved';
  }
  return isSameText ? undefined : 'reformatted';
}

/** Of a file that is there on one side only its functions say enough, when it has any. */
function outsideOf(before: ParsedSide | undefined, after: ParsedSide | undefined): readonly UnmatchedChange[] {
  const file = after?.path ?? before?.path ?? '';
  const line = outsideDiffers(before, after);
  const hasFunctions = [before, after].some((side) => side && side.parsed.functions.length > 0);
  if (line === undefined || ((!before || !after) && hasFunctions)) return [];
  return [{ file, name: '', line, reason: 'Code outside of functions differs.' }];
}

/** Where it is in the newer text, in the older when it was removed. */
export function placeOf({ before, after }: ChangedFunction): {
  readonly file: string;
  readonly name: string;
  readonly line: number;
  readonly column: number;
} {
  const own = after ?? before;
  const { name = '', line = 0, column = 0 } = own?.source ?? {};
  return { file: own?.side.path ?? '', name, line, column };
}

function byPlace(a: ChangedFunction, b: ChangedFunction): number {
  const [one, other] = [placeOf(a), placeOf(b)];
  return (
    byCodeUnit(one.file, other.file) ||
    one.line - other.line ||
    one.column - other.column ||
    Number(Boolean(b.after)) - Number(Boolean(a.after))
  );
}
