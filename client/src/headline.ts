import type { ClientState } from './clientState.js';

/** The one sentence that says what is, or is not, shown and what to do about it. Plain text. */
export function headline(state: ClientState): string {
  if (state.server === 'failed') {
    return 'The Hindcast language server stopped. Run "Hindcast: Restart Language Server", or see the log for why.';
  }
  const { status, embedded } = state;
  if (status === undefined) return 'Hindcast is starting.';
  if (status.state === 'no-collector' && !status.snapshot) return embeddedHeadline(state) ?? status.message;
  if (!state.overlayVisible) return 'The overlay is hidden in this window. Run "Hindcast: Toggle Overlay" to show it.';
  if (status.state === 'no-data' && !status.snapshot && embedded.kind === 'running') {
    return 'No service has reported yet. Start one with: node --import @hindcast/sensor/register app.js';
  }
  return status.message;
}

function embeddedHeadline({ embedded, collectorAddress }: ClientState): string | undefined {
  switch (embedded.kind) {
    case 'starting':
      return 'The embedded collector is starting.';
    case 'failed':
      return `No collector answers at ${collectorAddress}, and the embedded one did not start: ${embedded.message}`;
    case 'stopped':
      return 'The embedded collector is stopped. Run "Hindcast: Start Embedded Collector" to start it.';
    case 'off':
      return `No collector answers at ${collectorAddress}, and none is started (${embedded.reason}).`;
    case 'idle':
    case 'external':
    case 'running':
      return undefined;
  }
}
