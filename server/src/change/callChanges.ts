import type { StructuralChange } from '@hindcast/core/assess/functionChange';
import { groupBy } from '../groupBy.js';
import type { FunctionText } from '../match/functionText.js';
import type { LocatedFunction } from '../source/sourceFunction.js';
import { kindOfCallee } from './callKinds.js';
import { wholeShape, type CallSiteInCode, type WholeShape } from './callSitesOf.js';
import type { ChangedFunction, SideFunction } from './changedFunctions.js';
import type { OwnCode } from './ownCode.js';
import { ends } from './reachedCalls.js';
import { sameCalls } from './sameCalls.js';

/** What differs in a function's structure, before it is known what its calls reach. */
export interface SiteChanges {
  readonly added: readonly CallSiteInCode[];
  readonly removed: readonly CallSiteInCode[];
  /** Calls of the newer text that the older has too. */
  readonly kept: readonly CallSiteInCode[];
  readonly counts: Omit<StructuralChange, 'addedCalls' | 'removedCalls'>;
}

const NONE: WholeShape = { calls: [], awaits: 0, loops: 0, branches: 0, throws: 0, catches: 0 };

/**
 * Compares the structure of a function's two texts. A call is the same when it calls the same and as many loops repeat it.
 * @param unpaired functions that are on one side only
 * @param renames own functions that have another name now
 */
export function siteChanges(
  { before, after }: ChangedFunction,
  code: { readonly before: OwnCode; readonly after: OwnCode },
  unpaired: ReadonlySet<LocatedFunction>,
  renames: ReadonlyMap<string, string>,
): SiteChanges {
  const isUnpaired = (nested: LocatedFunction) => unpaired.has(nested);
  const [older, newer] = [
    before ? wholeShape(code.before, before, isUnpaired) : NONE,
    after ? wholeShape(code.after, after, isUnpaired) : NONE,
  ];
  const [olderSites, newerSites] = [sitesOf(older, code.before), sitesOf(newer, code.after)];
  const same = sameSites(olderSites, newerSites, renames);
  const tokensBefore = before?.text.ownTokens.length ?? 0;
  return {
    added: newerSites.filter((site) => !same.has(site)),
    removed: olderSites.filter((site) => !same.has(site)).sort((a, b) => a.call.start - b.call.start),
    kept: newerSites.filter((site) => same.has(site)),
    counts: {
      awaits: newer.awaits - older.awaits,
      loops: newer.loops - older.loops,
      branches: newer.branches - older.branches,
      throws: newer.throws - older.throws,
      catches: newer.catches - older.catches,
      tokensChanged: tokensChanged(before, after),
      tokensBefore,
    },
  };
}

/** Those of both texts that the other has too. */
function sameSites(
  older: readonly CallSiteInCode[],
  newer: readonly CallSiteInCode[],
  renames: ReadonlyMap<string, string>,
): ReadonlySet<CallSiteInCode> {
  const before = groupBy(older, (site) => keyOf(site, renames));
  const same = new Set<CallSiteInCode>();
  for (const [key, now] of groupBy(newer, (site) => keyOf(site))) {
    const was = before.get(key) ?? [];
    const isAll = was.length === now.length;
    const places = isAll ? undefined : sameCalls(was.map(textOf), now.map(textOf));
    for (const [place, site] of was.entries()) if (places?.older.has(place) ?? true) same.add(site);
    for (const [place, site] of now.entries()) if (places?.newer.has(place) ?? true) same.add(site);
  }
  return same;
}

/** How it is laid out does not matter. */
function textOf({ from, call }: CallSiteInCode): string {
  return from.side.parsed.text.slice(call.start, call.end).replace(/\s+/g, '');
}

function sitesOf({ calls }: WholeShape, code: OwnCode): readonly CallSiteInCode[] {
  return [...groupBy(calls, ({ from }) => from.source).values()].flatMap((sites) => {
    const [first] = sites;
    const names = first && code.names(first.from.side);
    const wanted = new Set(
      ends(
        sites.map(({ call }) => call),
        (callee) => names !== undefined && kindOfCallee(callee, names) !== 'unknown',
      ),
    );
    return sites.filter(({ call }) => wanted.has(call));
  });
}

function keyOf({ call }: CallSiteInCode, renames?: ReadonlyMap<string, string>): string {
  const parts = call.callee.split('.');
  const last = parts.at(-1) ?? '';
  return [...parts.slice(0, -1), renames?.get(last) ?? last].join('.') + `\0${call.loopDepth}`;
}

function tokensChanged(before: SideFunction | undefined, after: SideFunction | undefined): number {
  const counts = new Map<string, number>();
  const add = (text: FunctionText | undefined, by: number) => {
    for (const token of text?.ownTokens ?? []) counts.set(token, (counts.get(token) ?? 0) + by);
  };
  add(before?.text, -1);
  add(after?.text, 1);
  return [...counts.values()].reduce((sum, count) => sum + Math.abs(count), 0);
}
