import type { CallKind } from '@hindcast/core/assess/functionChange';
import { isSilentPackage, kindOfCallee, originOf } from './callKinds.js';
import { onlyOfKind, type KnownDependency } from './dependencyTargets.js';
import type { CallShape } from './functionShape.js';
import type { OwnCode, OwnFunction } from './ownCode.js';

/** Own functions that are followed one into the other. */
const MAX_DEPTH = 4;
/** Values and functions of the language that reach nothing outside: what is left is worth telling. */
const BUILT_IN =
  /^(?:new )?(?:Math|JSON|Object|Array|Number|String|Boolean|Date|console|Promise|Symbol|Reflect|Proxy|Map|Set|WeakMap|WeakSet|Error|\w+Error|\w+Exception|RegExp|BigInt|Intl|Buffer|URL|URLSearchParams|AbortController|AbortSignal|Uint8Array|Float64Array|structuredClone|parseInt|parseFloat|isNaN|isFinite|encodeURIComponent|decodeURIComponent|setTimeout|clearTimeout|setInterval|clearInterval|setImmediate|queueMicrotask|performance|process|require|super|assert|len|str|int|float|list|dict|tuple|print|range|isinstance|super|append|make|panic|fmt|strings|strconv|errors|log|logger|logging|System|Objects|Optional|List|Arrays|Collections|Console)(?:\.|$)/;
const BUILT_IN_METHODS =
  /(?:^|\.)(?:push|pop|shift|unshift|slice|splice|concat|join|map|filter|reduce|forEach|flatMap|flat|some|every|includes|indexOf|keys|values|entries|sort|reverse|toString|toFixed|trim|split|replace|replaceAll|match|matchAll|test|startsWith|endsWith|padStart|padEnd|toLowerCase|toUpperCase|charAt|charCodeAt|substring|then|catch|finally|call|apply|bind|has|at|fill|localeCompare|toISOString|getTime|valueOf|hasOwnProperty|append|extend|strip|lower|upper|format|items|debug|info|warn|error|log)$/;

/** A call that a function makes, itself or through own functions that it calls. */
export interface ReachedCall {
  readonly kind: CallKind;
  /** As production names it where it does, else as the source writes it. */
  readonly target: string;
  /** Calls for each call of the function as the source shows it, loops left out. */
  readonly perCall: number | undefined;
  /** Loops within own functions on the way, besides those around `site`. */
  readonly innerLoops: number;
  readonly isAwaited: boolean;
  readonly isConditional: boolean;
  /** The own function that makes it; undefined: the function itself. */
  readonly through: string | undefined;
  readonly secondsEach: number | undefined;
  /** Whether `target` is production's name. */
  readonly isTargetKnown: boolean;
}

/** What production shows of own functions, as far as it does. */
export interface Evidence {
  /** What a function calls outside; undefined: production does not know it, or it differs from what runs. */
  dependencies(own: OwnFunction): readonly KnownDependency[] | undefined;
  /** What it called before it was changed, too. */
  targets(own: OwnFunction): readonly KnownDependency[];
  /** What a callee stands for elsewhere in the code. */
  learned(callee: string): KnownDependency | undefined;
  /** What the service around a function calls, when it is the only one of its kind. */
  ofService(own: OwnFunction, kind: CallKind): KnownDependency | undefined;
}

/** Says what calls reach, in one tree. */
export class CallReach {
  readonly #code: OwnCode;
  readonly #evidence: Evidence;
  readonly #known = new Map<OwnFunction['source'], readonly ReachedCall[]>();

  constructor(code: OwnCode, evidence: Evidence) {
    this.#code = code;
    this.#evidence = evidence;
  }

  /** What one call reaches: nothing for what the language brings along. */
  of(from: OwnFunction, site: CallShape, depth = 0): readonly ReachedCall[] {
    const base = { perCall: 1, innerLoops: 0, isAwaited: site.isAwaited, isConditional: site.isConditional };
    const own = this.#code.resolve(from, site.callee);
    const learned = this.#evidence.learned(site.callee);
    const guessed = learned?.kind ?? kindOfCallee(site.callee, this.#code.names(from.side));
    if (own && own.source !== from.source) {
      const inner = depth < MAX_DEPTH ? this.#within(own, depth + 1) : [];
      const call: ReachedCall = {
        ...base,
        kind: 'function',
        target: own.source.name,
        through: undefined,
        secondsEach: undefined,
        isTargetKnown: false,
      };
      const outside = inner.filter(({ kind }) => kind !== 'function' && kind !== 'unknown');
      if (outside.length > 0 || guessed === 'unknown') {
        return [
          call,
          ...outside.map((each) => ({
            ...each,
            isAwaited: each.isAwaited && site.isAwaited,
            isConditional: each.isConditional || site.isConditional,
            through: own.source.name,
          })),
        ];
      }
      return inner.some(({ kind }) => kind === 'unknown')
        ? [call, this.#outside(from, site, guessed, learned)]
        : [call];
    }
    if (guessed !== 'unknown') return [this.#outside(from, site, guessed, learned)];
    const origin = originOf(site.callee.replace(/^new /, '').split('.'), this.#code.names(from.side));
    if (origin && isSilentPackage(origin.module)) return [];
    if (own || BUILT_IN.test(site.callee) || BUILT_IN_METHODS.test(site.callee)) return [];
    return [
      {
        ...base,
        kind: 'unknown',
        target: site.callee,
        through: undefined,
        secondsEach: undefined,
        isTargetKnown: false,
      },
    ];
  }

  #outside(from: OwnFunction, site: CallShape, kind: CallKind, learned: KnownDependency | undefined): ReachedCall {
    // Two requests by one function say nothing of where a third goes.
    const isOneTarget = kind === 'database' || kind === 'cache' || kind === 'queue';
    const own = isOneTarget ? onlyOfKind(this.#evidence.targets(from), kind) : undefined;
    const known = learned ?? own ?? (isOneTarget ? this.#evidence.ofService(from, kind) : undefined);
    return {
      kind,
      target: known?.target ?? site.callee,
      perCall: 1,
      innerLoops: 0,
      isAwaited: site.isAwaited,
      isConditional: site.isConditional,
      through: undefined,
      secondsEach: known?.secondsEach,
      isTargetKnown: known !== undefined,
    };
  }

  /** All that an own function reaches. */
  #within(own: OwnFunction, depth: number): readonly ReachedCall[] {
    const known = this.#known.get(own.source);
    if (known) return known;
    // One that calls itself, by whatever way, is not gone into again.
    this.#known.set(own.source, []);
    const found = this.#read(own, depth);
    this.#known.set(own.source, found);
    return found;
  }

  #read(own: OwnFunction, depth: number): readonly ReachedCall[] {
    const { calls } = this.#code.shape(own);
    const found: ReachedCall[] = [];
    for (const site of ends(calls, (callee) => kindOfCallee(callee, this.#code.names(own.side)) !== 'unknown')) {
      for (const each of this.of(own, site, depth)) {
        const isRepeated = site.loopDepth > 0;
        found.push({
          ...each,
          perCall: isRepeated ? undefined : each.perCall,
          innerLoops: each.innerLoops + site.loopDepth,
        });
      }
    }
    return withEvidence(found, this.#evidence.dependencies(own));
  }
}

/** What production counts is better than what the source lets expect. */
function withEvidence(
  found: readonly ReachedCall[],
  dependencies: readonly KnownDependency[] | undefined,
): readonly ReachedCall[] {
  if (!dependencies || dependencies.length === 0) return found;
  const kinds = new Set(dependencies.map(({ kind }) => kind));
  const direct = found.filter(({ kind, through }) => through === undefined && kinds.has(kind));
  return [
    ...found.filter((each) => !direct.includes(each)),
    ...dependencies.map(({ kind, target, perCall, secondsEach }) => ({
      kind,
      target,
      perCall,
      innerLoops: 0,
      isAwaited:
        direct.some((each) => each.kind === kind && each.isAwaited) || !direct.some((each) => each.kind === kind),
      isConditional: false,
      through: undefined,
      secondsEach,
      isTargetKnown: true,
    })),
  ];
}

/** Of a chain of calls one counts: the one that is known to reach something, else all. */
export function ends(calls: readonly CallShape[], isKnown: (callee: string) => boolean): readonly CallShape[] {
  // Most functions have no chains.
  if (!calls.some(({ chainedOn }) => chainedOn)) return calls;
  const keyOf = ({ start, callee }: CallShape) => `${start} ${callee}`;
  const dropped = new Set<string>();
  for (const call of calls) {
    // A call alone drops nothing.
    if (!call.chainedOn) continue;
    const chain = [call];
    for (let inner: CallShape | undefined = call.chainedOn; inner; inner = inner.chainedOn) chain.push(inner);
    const telling = chain.findLast(({ callee }) => isKnown(callee));
    if (telling) for (const each of chain) if (keyOf(each) !== keyOf(telling)) dropped.add(keyOf(each));
  }
  return dropped.size === 0 ? calls : calls.filter((call) => !dropped.has(keyOf(call)));
}
