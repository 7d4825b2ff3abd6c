import type { FunctionInFile } from '../match/fileFacts.js';
import { callSiteHints, type CallSiteHint } from '../present/callSiteText.js';
import type { OverlayContext } from './overlayContext.js';

/** What the calls within a function cost it, where that is certain: not in a body that has changed since. */
export function callSitesOf(own: FunctionInFile, { document, insight }: OverlayContext): readonly CallSiteHint[] {
  // Several services may call different things from the same text.
  const ran = own.services.filter(({ facts }) => facts?.state === 'ran');
  const [view, another] = ran;
  if (!view?.facts || another || view.match?.kind === 'edited' || view.match?.confidence === 'low') return [];
  const callees = insight.callees(view);
  if (!callees || callees.length === 0) return [];
  return callSiteHints(document.callSites(own.source), { ...view, facts: view.facts }, callees, insight.detail(view));
}
