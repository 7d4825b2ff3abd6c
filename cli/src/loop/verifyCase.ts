import type { VersionReference } from '@hindcast/server/collector/versionMinutes';
import { withVerification, type Case, type Verification } from '@hindcast/server/loop/caseFile';
import { verificationText } from '@hindcast/server/loop/caseMarkdown';
import { verifyPrediction } from '@hindcast/server/loop/verifyPrediction';
import type { ForgeApi } from '../forge/forgeApi.js';
import { keepComment } from '../forge/keptComment.js';
import { containsFix } from './containsFix.js';
import type { LoopSources } from './loopSources.js';

export interface VerifyOptions {
  /** The version to test; the one that began last when absent. */
  readonly candidate?: VersionReference | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Tests a case's prediction and writes the answer into the case. @throws CollectorClientError */
export async function verifyCase(
  own: Case,
  { client, cases, repository }: LoopSources,
  { candidate, signal }: VerifyOptions = {},
): Promise<{ readonly own: Case; readonly verification: Verification }> {
  const answer = await verifyPrediction(own.prediction, client, { kind: own.finding.kind, candidate, signal });
  const { verdict, reason, ...tested } = answer.tested;
  const at = new Date().toISOString();
  const fix = own.fixes.at(-1);
  const revision = answer.candidate?.revision ?? '';
  // A version that was deployed for another reason says nothing of the fix; who names a version knows better.
  const isWithout =
    candidate === undefined &&
    verdict !== 'not enough data yet' &&
    fix !== undefined &&
    repository !== undefined &&
    (await containsFix(repository.root, revision, fix)) === false;
  const verification: Verification = isWithout
    ? {
        ...{ at, version: answer.candidate, verdict: 'not enough data yet', tested },
        reason: `Not enough data yet: the newest version does not contain the fix; hindcast verify ${own.id} --version VERSION tests it all the same.`,
      }
    : { at, version: answer.candidate, verdict, reason, tested };
  const next = withVerification(own, verification);
  cases.write(next);
  return { own: next, verification };
}

/** Says it on the pull request of the newest fix, in one comment that is kept up to date. @throws ForgeError */
export async function commentVerification(own: Case, verification: Verification, forge: ForgeApi): Promise<string> {
  const pullRequest = own.fixes.at(-1)?.pullRequest;
  if (!pullRequest) return '';
  const text = `<!-- hindcast:verify:${own.id} -->\n### After the deploy: ${verification.verdict}\n\n${verificationText(verification)}\n\nCase ${own.id}, \`hindcast verify\`.\n`;
  return (await keepComment(forge, pullRequest.number, text)).did;
}
