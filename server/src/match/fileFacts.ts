import type { DeployedFile, Deployment, FunctionFacts } from '../collector/facts.js';
import type { ParsedText, SourceFunction } from '../source/sourceFunction.js';
import { matchThroughText, textKey, type DeployedText } from './deployedText.js';
import { withKnownBodies } from './knownBodies.js';
import { chooseDeployments, type FileHints, type ServiceDeployments } from './chooseDeployments.js';
import { matchFunctions, type FileMatch, type FunctionMatch } from './matchFunctions.js';

/** An open or read file, as far as matching cares. */
export interface SourceText {
  readonly functions: readonly SourceFunction[];
  /** Git blob id of the text. */
  readonly contentHash: string;
  /** The text itself; without it functions are told apart by their names and body hashes alone. */
  readonly parsed?: ParsedText;
}

/** What one service says about one function of the file. */
export interface FunctionInService {
  readonly service: string;
  readonly deployment: Deployment;
  /** Undefined when nothing of the deployment is this function. */
  readonly facts: FunctionFacts | undefined;
  readonly match: FunctionMatch | undefined;
  /** One sentence; empty when it is observed. */
  readonly notObservedReason: string;
  /** The same function in the service's other versions and environments, newest first. */
  readonly others: readonly { readonly deployment: Deployment; readonly facts: FunctionFacts }[];
}

export interface FunctionInFile {
  readonly source: SourceFunction;
  /** One for each service that runs the file; empty when none does. */
  readonly services: readonly FunctionInService[];
}

/** What is known about a file: every function exactly once. */
export interface FileFacts {
  readonly state: 'shown' | 'unknown' | 'ambiguous' | 'not-observed';
  /** One sentence: what is, or is not, known and what to do. */
  readonly message: string;
  readonly functions: readonly FunctionInFile[];
  readonly services: readonly (ServiceDeployments & { readonly sameText: boolean; readonly match: FileMatch })[];
}

/**
 * Joins a file's functions with what the collector knows about files at its path.
 * @param candidates all deployments that reported a file at a matching path
 * @param service only this `service.name`, when given
 * @param knownTexts deployed texts that are known: from git, or because they were open before; by `textKey`
 */
export function fileFacts(
  source: SourceText,
  candidates: readonly DeployedFile[],
  hints: FileHints,
  service?: string,
  knownTexts: ReadonlyMap<string, DeployedText> = new Map(),
): FileFacts {
  const isOwnText = (hash: string) => hash === source.contentHash || knownTexts.get(hash)?.isOfThisFile === true;
  const choice = chooseDeployments(candidates, isOwnText, hints, service);
  if (choice.kind !== 'chosen') {
    const message =
      choice.kind === 'unknown'
        ? unknownMessage(candidates, service)
        : `${list(choice.services)} all have a file at this path, and nothing tells which of them runs this one: name the service.`;
    return {
      state: choice.kind,
      message,
      functions: source.functions.map((own) => ({ source: own, services: [] })),
      services: [],
    };
  }
  const services = choice.services.map((chosen) => {
    const sameText = isSameText(chosen.primary, source);
    const match = matchDeployed(source, chosen.primary, knownTexts);
    return { ...chosen, sameText, match };
  });
  const views = services.map((chosen) => functionsInService(source, chosen, knownTexts));
  const reason = services.find(({ primary }) => primary.notObservedReason !== '')?.primary.notObservedReason;
  const allNotObserved = services.every(({ primary }) => primary.notObservedReason !== '');
  return {
    state: allNotObserved ? 'not-observed' : 'shown',
    message: allNotObserved
      ? `${list(services.map((chosen) => chosen.service))} loaded this file but cannot observe it: ${reason ?? ''}`
      : `Measured in ${list(services.map((chosen) => chosen.service))}.`,
    functions: source.functions.map((own) => ({
      source: own,
      services: views.flatMap((view) => view.get(own) ?? []),
    })),
    services,
  };
}

function functionsInService(
  source: SourceText,
  chosen: ServiceDeployments & { readonly match: FileMatch },
  knownTexts: ReadonlyMap<string, DeployedText>,
): Map<SourceFunction, FunctionInService> {
  const { service, primary, others, evidence } = chosen;
  const base = { service, deployment: primary.deployment };
  const otherFacts = others.map((file) => {
    const { matched } = matchDeployed(source, file, knownTexts);
    return { deployment: file.deployment, facts: new Map(matched.map((match) => [match.source, match.facts])) };
  });
  const othersOf = (own: SourceFunction) =>
    otherFacts.flatMap(({ deployment, facts }) => {
      const found = facts.get(own);
      return found ? [{ deployment, facts: found }] : [];
    });
  const views = new Map<SourceFunction, FunctionInService>();
  for (const { source: own, facts, match } of chosen.match.matched) {
    const unsure = evidence === 'only-service' && match.confidence !== 'low';
    views.set(own, {
      ...base,
      facts,
      match: unsure
        ? {
            ...match,
            confidence: 'low',
            reason: `${match.reason} That this file is the service's is likely, not known.`,
          }
        : match,
      notObservedReason:
        facts.state === 'not_observed' ? facts.notObservedReason || 'The service does not say whether it ran.' : '',
      others: othersOf(own),
    });
  }
  for (const { source: own, reason } of chosen.match.unmatched) {
    views.set(own, {
      ...base,
      facts: undefined,
      match: undefined,
      notObservedReason: primary.notObservedReason || spansReason(primary) || reason,
      others: othersOf(own),
    });
  }
  return views;
}

/** Through the deployed text where it is known; else by what the deployment says about it. */
function matchDeployed(
  source: SourceText,
  file: DeployedFile,
  knownTexts: ReadonlyMap<string, DeployedText>,
): FileMatch {
  const known = isSameText(file, source) ? undefined : knownTexts.get(textKey(file));
  if (!known) return matchFunctions(source.functions, file.functions, isSameText(file, source));
  return known.parsed && source.parsed
    ? matchThroughText(source.parsed, file.functions, known.parsed)
    : matchFunctions(source.functions, withKnownBodies(file.functions, known.functions), false);
}

/** Spans name only what was traced: that a function is absent says nothing about whether it ran. */
function spansReason({ deployment }: DeployedFile): string {
  return deployment.source === 'spans' ? 'The service reports spans only, and none names this function.' : '';
}

function isSameText(deployed: DeployedFile, source: SourceText): boolean {
  return deployed.contentHash !== '' && deployed.contentHash === source.contentHash;
}

function unknownMessage(candidates: readonly DeployedFile[], service: string | undefined): string {
  const names = [...new Set(candidates.map(({ deployment }) => deployment.service))];
  if (names.length === 0)
    return 'No service has reported this file within the window: it was not loaded, or its service runs without the sensor.';
  if (service && !names.includes(service)) {
    return `${service} has not reported this file within the window; ${list(names)} ${names.length > 1 ? 'have' : 'has'}.`;
  }
  return `${list(names)} reported a file at this path, but of another repository.`;
}

function list(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
