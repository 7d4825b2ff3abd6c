import type { LocatedFunction } from '../source/sourceFunction.js';
import type { CallShape, FunctionShape } from './functionShape.js';
import type { OwnCode, OwnFunction } from './ownCode.js';
import { directlyIn } from './parsedSide.js';

/** Calls that run what they are given once for each of many, and those that run it later or never. */
const ITERATES =
  /\.(?:map|forEach|filter|reduce|reduceRight|flatMap|some|every|find|findIndex|findLast|sort|each|each_with_index|collect|select|times|mapSeries|eachLimit|array_map)$|^(?:array_map|array_walk|map|filter)$/;
const DEFERS =
  /(?:^|\.)(?:setTimeout|setInterval|setImmediate|queueMicrotask|nextTick|on|once|addEventListener|addListener|subscribe|use|get|post|put|patch|delete|route|describe|it|test|command|action|schedule)$/;

/** A call that a function makes, in its own text or in a callback that belongs to it. */
export interface CallSiteInCode {
  /** The function in whose text it stands. */
  readonly from: OwnFunction;
  readonly call: CallShape;
}

/** A function with the callbacks that it hands out and that are not followed by themselves. */
export interface WholeShape extends Omit<FunctionShape, 'calls'> {
  readonly calls: readonly CallSiteInCode[];
}

/**
 * What a function does, with callbacks of its own that have no counterpart in the other text: an added `items.map(…)` is a loop of the
 * function that it was added to.
 * @param isUnpaired whether a nested function is on one side only
 */
export function wholeShape(
  code: OwnCode,
  own: OwnFunction,
  isUnpaired: (nested: LocatedFunction) => boolean,
): WholeShape {
  const shape = code.shape(own);
  const { calls, ...counts } = shape;
  const whole = { ...counts, calls: calls.map((call) => ({ from: own, call })) };
  for (const nested of directlyIn(own.side.parsed.functions, own.source)) {
    if (!isUnpaired(nested)) continue;
    // The innermost call that has it among its arguments.
    const around = calls
      .filter(({ calleeEnd, end }) => calleeEnd <= nested.start && nested.end <= end)
      .sort((a, b) => b.start - a.start || a.end - b.end)[0];
    if (!around || DEFERS.test(around.callee)) continue;
    const isLoop = ITERATES.test(around.callee);
    const inner = wholeShape(code, { side: own.side, source: nested }, isUnpaired);
    whole.awaits += inner.awaits;
    whole.loops += inner.loops + (isLoop ? 1 : 0);
    whole.branches += inner.branches;
    whole.throws += inner.throws;
    whole.catches += inner.catches;
    whole.calls.push(
      ...inner.calls.map(({ from, call }) => ({
        from,
        call: {
          ...call,
          loopDepth: call.loopDepth + around.loopDepth + (isLoop ? 1 : 0),
          loop: call.loop ?? (isLoop ? around.start : around.loop),
          isConditional: call.isConditional || around.isConditional,
        },
      })),
    );
  }
  return whole;
}
