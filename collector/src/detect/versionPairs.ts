import { groupBy } from '../query/groupBy.js';
import { serviceText } from '../query/deployments.js';
import type { Question } from '../query/question.js';
import type { Minute } from '../store/model.js';
import { retention, type DeploymentRecord } from '../store/store.js';
import { minuteOf } from '../store/storeTime.js';

/** A deployment and the minutes from and to which it reported. */
export interface ObservedDeployment {
  readonly deployment: DeploymentRecord;
  readonly firstMinute: Minute;
  readonly lastMinute: Minute;
}

/** A version and the one it followed. */
export interface VersionPair {
  readonly before: ObservedDeployment;
  readonly after: ObservedDeployment;
  /** What came last of the service: `after`, or one that followed it. */
  readonly newest: ObservedDeployment;
}

/** The versions that began to report at or after the minute, newest first, each with the one that began before it. */
export async function versionPairs(
  deployments: readonly DeploymentRecord[],
  fromMinute: Minute,
  question: Question,
  atMost: number,
): Promise<VersionPair[]> {
  const { store, nowMs } = question;
  const kept = minuteOf(nowMs) - retention.minuteHours * 60;
  const pairs: VersionPair[] = [];
  for (const versions of groupBy(deployments, (it) => `${serviceText(it)}\0${it.key.source}`).values()) {
    if (versions.length < 2) continue;
    const observed: ObservedDeployment[] = [];
    for (const deployment of versions) {
      // When data came says little of when it was made: a collector may have been away.
      const minutes = [...(await store.readObserved(deployment.id, kept, 1)).keys()];
      observed.push({
        deployment,
        firstMinute: minutes.reduce((least, it) => Math.min(least, it), minuteOf(deployment.firstSeenMs)),
        lastMinute:
          minutes.length > 0 ? minutes.reduce((most, it) => Math.max(most, it)) : minuteOf(deployment.lastSeenMs),
      });
    }
    await question.proceed();
    observed.sort((a, b) => a.firstMinute - b.firstMinute || a.deployment.id - b.deployment.id);
    observed.forEach((after, i) => {
      const before = observed[i - 1];
      const newest = observed.at(-1);
      if (before && newest && after.firstMinute >= Math.max(fromMinute, kept)) pairs.push({ before, after, newest });
    });
  }
  return pairs.sort((a, b) => b.after.firstMinute - a.after.firstMinute).slice(0, atMost);
}
