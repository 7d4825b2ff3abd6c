import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Case, ProposedFix } from '@hindcast/server/loop/caseFile';
import { ForgeError } from '../forge/forgeApi.js';
import type { FixPlan } from './fixPlan.js';
import { forgeOfRepository, hasForgeToken, type ForgeValues } from './forgeOfRepository.js';
import { git } from './git.js';
import type { Proposal } from './proposeFix.js';
import type { LoopSources } from './loopSources.js';
import { titleOf } from './pullRequestText.js';

const TIMEOUT_MS = 60_000;

/**
 * Pushes the branch of a fix, under its own name and never over another, and opens its pull request: through the forge's API where there is a token,
 * else with `gh`.
 * @throws GitError, ForgeError, UsageError
 */
export async function openPullRequest(
  { own, fix, bodyFile }: Proposal,
  plan: FixPlan,
  { root, cases }: LoopSources,
  values: ForgeValues,
): Promise<Case> {
  // Asked first: what cannot be proposed is not pushed either.
  const forge = hasForgeToken(plan.environment) ? await forgeOfRepository(root, values, plan.environment) : undefined;
  await git(root, ['push', '--quiet', plan.remote, `refs/heads/${fix.branch}:refs/heads/${fix.branch}`]);
  const body = readFileSync(bodyFile, 'utf8');
  const pullRequest = forge
    ? requestOf(
        await forge.ofRepository('POST', '/pulls', { title: titleOf(own), head: fix.branch, base: plan.into, body }),
      )
    : await withGh(own, fix, plan, root, bodyFile);
  const next: Case = { ...own, fixes: [...own.fixes.slice(0, -1), { ...fix, pullRequest }] };
  cases.write(next);
  return next;
}

type PullRequest = NonNullable<ProposedFix['pullRequest']>;

function requestOf(answer: unknown): PullRequest {
  const { number, html_url: url } = (typeof answer === 'object' && answer !== null ? answer : {}) as {
    number?: unknown;
    html_url?: unknown;
  };
  if (typeof number !== 'number') throw new ForgeError('The forge does not say which pull request it made.');
  return { number, url: typeof url === 'string' ? url : '' };
}

function withGh(
  { id }: Case,
  { branch }: ProposedFix,
  { into, environment }: FixPlan,
  root: string,
  bodyFile: string,
): Promise<PullRequest> {
  // Ours alone: what production named stays in the file.
  const args = [
    'pr',
    'create',
    '--head',
    branch,
    '--base',
    into,
    '--title',
    `Hindcast case ${id}`,
    '--body-file',
    bodyFile,
  ];
  return new Promise((resolve, reject) => {
    execFile('gh', args, { cwd: root, timeout: TIMEOUT_MS, env: { ...environment } }, (error, stdout, stderr) => {
      const url = /https?:\/\/\S+\/pull\/(\d+)/.exec(stdout);
      if (!error && url) return resolve({ number: Number(url[1]), url: url[0] });
      const isMissing = error !== null && 'code' in error && error.code === 'ENOENT';
      reject(
        new ForgeError(
          isMissing
            ? `The branch is pushed; to open the pull request set GITHUB_TOKEN or install gh. Its text: ${bodyFile}`
            : `gh could not open the pull request: ${stderr.trim().slice(-300)}`,
        ),
      );
    });
  });
}
