import type { CollectorClient } from '../collector/collectorClient.js';

/**
 * What exposure is read from: a collector, or a snapshot of one. A snapshot knows files, services and entry points; what only a
 * collector knows is then left unknown.
 */
export type ExposureSource = Pick<CollectorClient, 'readOverlay' | 'listServices'> &
  Partial<Pick<CollectorClient, 'getCallGraph' | 'getCriticalPath'>>;
