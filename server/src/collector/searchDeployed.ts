import { quantile } from '@hindcast/core/histogram';
import { groupBy } from '../groupBy.js';
import type { FunctionSearch, Ranking } from './collectorClient.js';
import type { DeployedFile, Deployment, FunctionFacts } from './facts.js';
import type { FoundFunction, FoundFunctions } from './functionDetail.js';

/** Fewer timed calls say nothing of a 99th percentile. */
const MINIMUM_TIMED = 20;
const DEFAULT_PAGE_SIZE = 50;

/** Answers of files that are at hand what a collector's search answers, its first page. */
export function searchDeployed(
  files: readonly DeployedFile[],
  search: FunctionSearch,
  computedAtMs: number | undefined,
): FoundFunctions {
  const isIdle = search.ranking === 'never_ran';
  const valueOf = rankingValues[search.ranking];
  const found = functionsOf(isIdle ? ofNewest(ofSensors(files)) : ofSensors(files))
    .filter((each) => isAskedFor(search, each))
    .map((each) => ({ each, value: valueOf(each.facts) }))
    .sort(
      (a, b) =>
        b.value - a.value ||
        b.each.facts.calls - a.each.facts.calls ||
        (a.each.filePath < b.each.filePath ? -1 : a.each.filePath > b.each.filePath ? 1 : 0) ||
        a.each.facts.id.line - b.each.facts.id.line,
    )
    .map(({ each }) => each);
  const functions = found.slice(0, search.page?.size ?? DEFAULT_PAGE_SIZE);
  return { functions, nextPageToken: '', total: found.length, computedAtMs };
}

const rankingValues: Readonly<Record<Ranking, (facts: FunctionFacts) => number>> = {
  hot: ({ calls }) => calls,
  slow: ({ duration }) => (!duration || duration.count < MINIMUM_TIMED ? -1 : (quantile(duration, 0.99) ?? 0)),
  time: ({ calls, duration }) =>
    !duration || duration.count === 0 ? 0 : (calls * duration.sumSeconds) / duration.count,
  failing: ({ errors }) => errors,
  never_ran: ({ declaredSinceMs = 0 }) => -declaredSinceMs,
};

function isAskedFor(
  { ranking, text = '', pathPrefix = '', entryPoint, minimumCalls = 0 }: FunctionSearch,
  { deployment, filePath, facts }: FoundFunction,
): boolean {
  if (ranking === 'never_ran') {
    if (facts.state !== 'never_ran') return false;
  } else if (facts.calls === 0 || facts.calls < minimumCalls) return false;
  if (ranking === 'failing' && facts.errors === 0) return false;
  const prefix = pathPrefix.replaceAll('\\', '/');
  if (!filePath.startsWith(prefix) && !filePath.includes(`/${prefix}`)) return false;
  if (entryPoint && !facts.entryPoints.some((own) => isSameEntryPoint(own.entryPoint, entryPoint))) return false;
  const searched = `${deployment.service}\n${filePath}\n${facts.id.name}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => searched.includes(word));
}

function isSameEntryPoint(
  own: { readonly kind: string; readonly name: string },
  asked: { readonly kind: string; readonly name: string },
): boolean {
  return own.name === asked.name && (asked.kind === '' || own.kind === asked.kind);
}

/** Each function once: a reported file may be the one that several paths of a repository end with. */
function functionsOf(files: readonly DeployedFile[]): FoundFunction[] {
  const found = new Map<string, FoundFunction>();
  for (const { deployment, filePath, contentHash, functions } of files) {
    for (const facts of functions) {
      const { name, line, column } = facts.id;
      const key = [versionText(deployment), filePath, contentHash, name, line, column].join('\0');
      found.set(key, { deployment, filePath, contentHash, facts });
    }
  }
  return [...found.values()];
}

/** Where a service's sensor tells, its spans tell nothing more. */
function ofSensors(files: readonly DeployedFile[]): DeployedFile[] {
  return [...groupBy(files, ({ deployment }) => serviceText(deployment)).values()].flatMap((own) => {
    const bySensor = own.filter(({ deployment }) => deployment.source === 'sensor');
    return bySensor.length > 0 ? bySensor : own;
  });
}

/** Of older versions it says nothing that a function did not run. */
function ofNewest(files: readonly DeployedFile[]): DeployedFile[] {
  return [...groupBy(files, ({ deployment }) => serviceText(deployment)).values()].flatMap((own) => {
    const [newest] = own.map(({ deployment }) => deployment).sort((a, b) => (b.lastSeenMs ?? 0) - (a.lastSeenMs ?? 0));
    return own.filter(({ deployment }) => newest && versionText(deployment) === versionText(newest));
  });
}

function serviceText({ service, environment }: Deployment): string {
  return `${environment}\0${service}`;
}

function versionText(deployment: Deployment): string {
  return [serviceText(deployment), deployment.version, deployment.revision, deployment.source].join('\0');
}
