import { formatRate, formatShare } from '@hindcast/core/format';
import { HEAT_LEVELS, type HeatParams } from '@hindcast/proto/lspMessages';
import type { FunctionInFile } from '../match/fileFacts.js';
import { functionTotals } from '../present/functionTotals.js';
import { isShown } from '../settings.js';
import type { OverlayContext } from './overlayContext.js';

/** How hot each function of a file is: its part of the time that is spent in the file's functions. */
export function heat(context: OverlayContext): HeatParams {
  const { document, facts, settings } = context;
  if (!isShown(settings, 'heat')) return { uri: document.uri, functions: [] };
  const spent = facts.functions.flatMap((own) => {
    const totals = functionTotals(own);
    return totals && totals.calls > 0 ? [{ own, totals, seconds: secondsOf(own) }] : [];
  });
  const all = spent.reduce((sum, { seconds }) => sum + seconds, 0);
  return {
    uri: document.uri,
    functions: spent.map(({ own: { source }, totals, seconds }) => ({
      line: source.line,
      endLine: source.endLine,
      level: levelOf(all > 0 ? seconds / all : 0),
      text: `${formatRate(totals.callsPerMinute)}, ${formatShare(all > 0 ? seconds / all : 0)} of the time spent in this file`,
    })),
  };
}

/** Each level is four times the one below: 1 under 0.4 %, 5 from a quarter on. */
export function levelOf(share: number): number {
  if (share <= 0) return 1;
  return Math.min(HEAT_LEVELS, Math.max(1, HEAT_LEVELS + Math.floor(Math.log(share * 4) / Math.log(4))));
}

function secondsOf({ services }: FunctionInFile): number {
  return services.reduce((sum, { facts }) => {
    const duration = facts?.duration;
    return duration && duration.count > 0 ? sum + (duration.sumSeconds / duration.count) * facts.calls : sum;
  }, 0);
}
