import type { FileStatus, HindcastStatus, ServiceStatus } from '@hindcast/proto/lspMessages';
import type { FeedState } from './collector/overlayFeed.js';

/** What the client is told about the connection, with the one sentence that it shows first. */
export function statusOf(feed: FeedState, window: string, file: FileStatus | undefined): HindcastStatus {
  const services = feed.services
    .map(({ deployment, functions, functionsRan }): ServiceStatus => ({
      name: deployment.service,
      version: deployment.version,
      environment: deployment.environment,
      lastSeenMs: deployment.lastSeenMs ?? 0,
      instances: deployment.instances,
      functions,
      functionsRan,
    }))
    .sort((a, b) => b.lastSeenMs - a.lastSeenMs);
  const state = feed.connection === 'connected' && services.length === 0 ? 'no-data' : feed.connection;
  return {
    state,
    collectorAddress: feed.address,
    ...(feed.collectorVersion === undefined ? {} : { collectorVersion: feed.collectorVersion }),
    window,
    services,
    ...(file ? { file } : {}),
    message: message(state, feed.address, window, services, file),
    ...(feed.readAtMs === undefined ? {} : { readAtMs: feed.readAtMs }),
  };
}

function message(
  state: HindcastStatus['state'],
  address: string,
  window: string,
  services: readonly ServiceStatus[],
  file: FileStatus | undefined,
): string {
  switch (state) {
    case 'connecting':
      return `Looking for a collector at ${address}.`;
    case 'no-collector':
      return `No collector answers at ${address}: start one with "hindcast collector", or name another in the settings.`;
    case 'no-data':
      return (
        `The collector at ${address} has heard from no service within ${window}: ` +
        'start one with "node --import @hindcast/sensor/register app.js".'
      );
    case 'connected': {
      if (file && file.state !== 'pending') return file.message;
      const names = [...new Set(services.map(({ name }) => name))];
      return `${names.length} ${names.length === 1 ? 'service reports' : 'services report'}: ${names.join(', ')}.`;
    }
  }
}
