import { runGit } from '@hindcast/server/git/runGit';
import { UsageError } from '../command.js';
import { ForgeApi } from '../forge/forgeApi.js';
import { forgeTarget } from '../forge/forgeEnvironment.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The flags of commands that speak to a forge, for `parseOptions`. */
export const forgeOptions = {
  'forge-url': { type: 'string' },
  repository: { type: 'string' },
  remote: { type: 'string' },
} as const;

/** What `--help` says of them. */
export const forgeHelp = `  --forge-url URL        a forge with GitHub's REST API (default: GITHUB_API_URL, else https://api.github.com)
  --repository NAME      OWNER/NAME there (default: GITHUB_REPOSITORY, else that of the remote); its token is read from GITHUB_TOKEN or GH_TOKEN
  --remote NAME          the git remote to push to (default: origin)
`;

export type ForgeValues = Partial<Record<keyof typeof forgeOptions, string | undefined>>;

/** The forge that a repository's remote is on. @throws UsageError saying what is missing @throws ForgeError */
export async function forgeOfRepository(
  root: string,
  values: ForgeValues,
  environment: Environment,
): Promise<ForgeApi> {
  const repository =
    values.repository ??
    (environment['GITHUB_REPOSITORY'] || (await repositoryOfRemote(root, values.remote ?? 'origin')));
  return new ForgeApi(forgeTarget({ forgeUrl: values['forge-url'], repository }, environment));
}

/** Whether the environment has a token. */
export function hasForgeToken(environment: Environment): boolean {
  return (environment['GITHUB_TOKEN'] || environment['GH_TOKEN'] || '').trim() !== '';
}

/** `owner/name` of `git@HOST:owner/name.git`, `https://HOST/owner/name` and the like; undefined for another kind of remote. */
export async function repositoryOfRemote(root: string, remote: string): Promise<string | undefined> {
  if (!/^[\w][\w.-]*$/.test(remote)) throw new UsageError(`'${remote}' is no name of a remote.`);
  const url = (await runGit(root, ['remote', 'get-url', remote]))?.toString('utf8').trim() ?? '';
  return /^(?:[\w.-]+@[\w.-]+:|(?:https?|ssh|git):\/\/[^/]+\/)([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(url)?.[1];
}
