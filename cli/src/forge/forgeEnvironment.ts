import { readFileSync } from 'node:fs';
import { UsageError } from '../command.js';
import type { ForgeTarget } from './forgeApi.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What was said on the command line; each overrides what the environment says. */
export interface ForgeOptions {
  readonly forgeUrl?: string | undefined;
  readonly repository?: string | undefined;
}

/** The forge, from the command line, else from what GitHub Actions sets. @throws UsageError saying what is missing */
export function forgeTarget({ forgeUrl, repository }: ForgeOptions, environment: Environment): ForgeTarget {
  const token = (environment['GITHUB_TOKEN'] || environment['GH_TOKEN'] || '').trim();
  if (token === '') throw new UsageError('a token is needed in the environment variable GITHUB_TOKEN or GH_TOKEN.');
  const own = repository ?? environment['GITHUB_REPOSITORY'];
  if (!own) throw new UsageError('name the repository: --repository OWNER/NAME, or GITHUB_REPOSITORY.');
  const apiUrl = forgeUrl ?? (environment['GITHUB_API_URL'] || 'https://api.github.com');
  return { apiUrl, repository: own, token };
}

/** The pull request's number, from the command line, else from the event that started the job. @throws UsageError */
export function pullRequestNumber(value: string | undefined, environment: Environment): number {
  const text = value ?? ofEvent(environment['GITHUB_EVENT_PATH']) ?? ofRef(environment['GITHUB_REF']);
  if (text === undefined) throw new UsageError('name the pull request: --pull-request NUMBER.');
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new UsageError(`'${text}' is no number of a pull request.`);
  return number;
}

function ofEvent(path: string | undefined): string | undefined {
  if (!path) return undefined;
  try {
    const event = JSON.parse(readFileSync(path, 'utf8')) as { pull_request?: { number?: unknown } | null };
    const number = event.pull_request?.number;
    return typeof number === 'number' ? String(number) : undefined;
  } catch {
    return undefined;
  }
}

/** `refs/pull/7/merge` */
function ofRef(ref: string | undefined): string | undefined {
  return /^refs\/pull\/(\d+)\//.exec(ref ?? '')?.[1];
}
