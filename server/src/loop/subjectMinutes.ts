import type { SubjectMinute } from '@hindcast/core/verify/boundTest';
import type { VersionMinutes } from '../collector/versionMinutes.js';

const MINUTE_MS = 60_000;

/** What a collector said of one version, as the statistics take it. */
export function subjectMinutes(version: VersionMinutes | undefined): SubjectMinute[] {
  return (version?.minutes ?? []).map(({ startMs, ...minute }) => ({
    ...minute,
    minute: Math.floor(startMs / MINUTE_MS),
  }));
}
