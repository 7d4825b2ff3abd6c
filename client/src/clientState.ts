import type { HindcastStatus, ScopeParams } from '@hindcast/proto/lspMessages';
import type { EmbeddedState } from './embeddedCollector.js';

/** The language server as a process. */
export type ServerState = 'stopped' | 'starting' | 'running' | 'failed';

/** Everything the client knows; what it shows is computed from this alone. */
export interface ClientState {
  readonly server: ServerState;
  readonly embedded: EmbeddedState;
  /** False after Toggle Overlay: nothing is shown in any editor. */
  readonly overlayVisible: boolean;
  /** `host:port` that the settings name. */
  readonly collectorAddress: string;
  /** What was chosen in this workspace; what is absent is not restricted. */
  readonly scope: ScopeParams;
  /** What the server said last; absent until it did. */
  readonly status?: HindcastStatus;
}
