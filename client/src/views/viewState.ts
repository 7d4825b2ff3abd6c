import type { ClientState } from '../clientState.js';

/** What an empty view has to explain: the `hindcast.viewState` of `when` clauses. */
export type ViewState = 'starting' | 'failed' | 'restricted' | 'noCollector' | 'refused' | 'noData' | 'connected';

export function viewState({ server, embedded, status }: ClientState): ViewState {
  if (server === 'failed') return 'failed';
  switch (status?.state) {
    case 'connected':
      return 'connected';
    case 'no-data':
      return 'noData';
    case undefined:
    case 'connecting':
      return 'starting';
    case 'no-collector':
      if (embedded.kind === 'starting') return 'starting';
      return embedded.kind === 'off' && embedded.reason === 'Restricted Mode' ? 'restricted' : 'noCollector';
    default:
      // A token or certificate that is not right: the collector answers, but not us.
      return 'refused';
  }
}
