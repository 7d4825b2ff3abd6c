import type { DeployedFile } from '../collector/facts.js';

/** What is known about an open file besides its text. */
export interface FileHints {
  /** URL of the git remote `origin`. */
  readonly repositoryUrl?: string | undefined;
  /** `name` of the nearest package.json. */
  readonly packageName?: string | undefined;
}

/** The deployments of one service that run a file, most relevant first. */
export interface ServiceDeployments {
  readonly service: string;
  /** The newest seen. */
  readonly primary: DeployedFile;
  /** Its other versions and environments, newest first. */
  readonly others: readonly DeployedFile[];
  /** How it is known that this service runs this file. */
  readonly evidence: 'same-content' | 'same-repository' | 'package-name' | 'only-service';
}

export type Choice =
  | { readonly kind: 'chosen'; readonly services: readonly ServiceDeployments[] }
  /** No deployment reported such a file. */
  | { readonly kind: 'unknown' }
  /** Several services could own the file and nothing tells which. */
  | { readonly kind: 'ambiguous'; readonly services: readonly string[] };

/**
 * Which of the deployments with a matching path really run this file. A path such as `src/index.js` fits many projects, so
 * the first of these that holds decides: the same content; the same repository; a service named as the package; being the
 * only service there is. Deployments of another repository are never chosen, unless they run the same content.
 * @param isOwnText whether a git blob id is that of the open text, or of one that this file is known to have had
 * @param service only this `service.name`, when given
 */
export function chooseDeployments(
  candidates: readonly DeployedFile[],
  isOwnText: (contentHash: string) => boolean,
  hints: FileHints,
  service?: string,
): Choice {
  const asked = candidates.filter(({ deployment }) => !service || deployment.service === service);
  const isSame = (file: DeployedFile) => file.contentHash !== '' && isOwnText(file.contentHash);
  const possible = asked.filter((file) => isSame(file) || !isOfOtherRepository(file, hints));
  if (possible.length === 0) return { kind: 'unknown' };

  const servicesWhere = (holds: (file: DeployedFile) => boolean) => [
    ...new Set(possible.filter(holds).map(({ deployment }) => deployment.service)),
  ];
  const rules: [ServiceDeployments['evidence'], string[]][] = [
    ['same-content', servicesWhere(isSame)],
    ['same-repository', servicesWhere((file) => isOfSameRepository(file, hints))],
    ['package-name', servicesWhere(({ deployment }) => isNamedAsPackage(deployment.service, hints.packageName))],
  ];
  const all = servicesWhere(() => true);
  const [evidence, services] = rules.find(([, found]) => found.length > 0) ?? (['only-service', all] as const);
  if (evidence === 'only-service' && services.length > 1) return { kind: 'ambiguous', services };
  return {
    kind: 'chosen',
    services: services.sort().flatMap((name) => {
      const [primary, ...others] = newestFirst(possible.filter(({ deployment }) => deployment.service === name));
      return primary ? [{ service: name, primary, others, evidence }] : [];
    }),
  };
}

/** `host/path` of a repository URL, whichever way it is written: https, ssh, scp-like, with or without `.git`. */
export function normaliseRepositoryUrl(url: string): string {
  const withoutScheme = url.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
  const withoutUser = withoutScheme.replace(/^[^@/]*@/, '');
  const slashed = withoutUser.replace(/^([^/:]+):(?!\d+\/)/, '$1/');
  return slashed
    .replace(/\/+$/, '')
    .replace(/\.git$/i, '')
    .toLowerCase();
}

/** One entry per deployment (its best path came first), newest first; seen in the same minute, the younger first. */
function newestFirst(files: readonly DeployedFile[]): DeployedFile[] {
  const firstOfEach = new Map<string, DeployedFile>();
  for (const file of files) {
    const { environment, version, revision } = file.deployment;
    const key = JSON.stringify([environment, version, revision]);
    if (!firstOfEach.has(key)) firstOfEach.set(key, file);
  }
  const minute = ({ deployment }: DeployedFile) => Math.floor((deployment.lastSeenMs ?? 0) / 60_000);
  const birth = ({ deployment }: DeployedFile) => deployment.firstSeenMs ?? 0;
  return [...firstOfEach.values()].sort((a, b) => minute(b) - minute(a) || birth(b) - birth(a));
}

function isOfSameRepository({ deployment }: DeployedFile, { repositoryUrl }: FileHints): boolean {
  if (!repositoryUrl || deployment.repositoryUrl === '') return false;
  return normaliseRepositoryUrl(repositoryUrl) === normaliseRepositoryUrl(deployment.repositoryUrl);
}

function isOfOtherRepository(file: DeployedFile, hints: FileHints): boolean {
  return Boolean(hints.repositoryUrl) && file.deployment.repositoryUrl !== '' && !isOfSameRepository(file, hints);
}

function isNamedAsPackage(service: string, packageName: string | undefined): boolean {
  if (!packageName) return false;
  return service === packageName || service === packageName.replace(/^@[^/]+\//, '');
}
