import { l10n, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { formatCount } from '@hindcast/core/format';
import { PICTURE_REQUEST } from '@hindcast/proto/viewMessages';
import type { PictureAnswer, PictureParams } from '@hindcast/proto/viewMessages';
import type { FunctionPlace } from '@hindcast/proto/webviewMessages';
import type { HindcastClient } from '../hindcastClient.js';
import { openAndSay } from './openPlace.js';

/** Lists who calls a function in production, in any service, most calls first; picking one goes to its code. */
export async function findCallers(client: HindcastClient, place: FunctionPlace): Promise<void> {
  const items = async (): Promise<(QuickPickItem & { place?: FunctionPlace })[]> => {
    const params: PictureParams = { request: { kind: 'functions', service: '', root: place } };
    const { picture, problem } = await client.request<PictureAnswer>(PICTURE_REQUEST, params);
    if (picture?.kind !== 'graph')
      return [{ label: `$(info) ${problem?.message ?? l10n.t('Nothing is known about it.')}` }];
    const { nodes, edges } = picture;
    const callers = edges
      .filter(({ to }) => nodes[to]?.isRoot)
      .sort((a, b) => b.calls - a.calls)
      .flatMap(({ from, calls }) => {
        const node = nodes[from];
        return node?.place ? [{ node, calls, place: node.place }] : [];
      });
    if (callers.length === 0)
      return [{ label: l10n.t('$(info) No caller was seen: it is called from outside own code.') }];
    return callers.map(({ node, calls, place: own }) => ({
      label: `$(symbol-function) ${node.label}`,
      description: `${formatCount(calls)} ${calls === 1 ? 'call' : 'calls'} · ${node.service}`,
      detail: node.detail,
      place: own,
    }));
  };
  const pick = await window.showQuickPick(items(), {
    title: l10n.t('Callers of {0} in production', place.name),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (pick?.place) await openAndSay(client, pick.place);
}
