import type { HindcastStatus } from '@hindcast/proto/lspMessages';
import type { ClientState } from './clientState.js';

/** A connected client, for tests to vary. */
export function testState(change: Partial<ClientState> = {}, status: Partial<HindcastStatus> = {}): ClientState {
  return {
    server: 'running',
    embedded: { kind: 'external' },
    overlayVisible: true,
    collectorAddress: '127.0.0.1:4319',
    scope: {},
    status: {
      state: 'connected',
      collectorAddress: '127.0.0.1:4319',
      collectorVersion: '0.1.0',
      window: 'PT1H',
      services: [],
      message: 'Showing 1 service.',
      notes: [],
      scope: { environment: '', version: '' },
      ...status,
    },
    ...change,
  };
}
