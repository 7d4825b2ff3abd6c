import type { Histogram } from '@hindcast/core/histogram';
import { hindcast } from '@hindcast/proto/generated/query.js';
import { deployment, histogram } from './decodeFacts.js';
import type { Deployment } from './facts.js';

import v1 = hindcast.v1;

/** `rolling`: reports beside another version of its service and environment. */
export type VersionState = 'current' | 'rolling' | 'ended' | 'unknown';

/** One version of a service as its data shows it. Field meanings: hindcast/v1/query.proto. */
export interface VersionFacts {
  readonly deployment: Deployment;
  readonly state: VersionState;
  /** Through entry points. */
  readonly entryCalls: number;
  readonly entryErrors: number;
  readonly entryDuration: Histogram | undefined;
  /** 0..1 of its service's. */
  readonly trafficShare: number;
}

const states: ReadonlyMap<number, VersionState> = new Map([
  [v1.VersionState.VERSION_STATE_CURRENT, 'current'],
  [v1.VersionState.VERSION_STATE_ROLLING, 'rolling'],
  [v1.VersionState.VERSION_STATE_ENDED, 'ended'],
]);

export function versionFacts(message: v1.VersionFacts.$Properties): VersionFacts {
  return {
    deployment: deployment(message.deployment ?? {}),
    state: states.get(message.state ?? 0) ?? 'unknown',
    entryCalls: message.entryCalls ?? 0,
    entryErrors: message.entryErrors ?? 0,
    entryDuration: message.entryDuration ? histogram(message.entryDuration) : undefined,
    trafficShare: message.trafficShare ?? 0,
  };
}
