import type { DeployedFile, FunctionFacts } from '../collector/facts.js';
import type { ParsedText, SourceFunction } from '../source/sourceFunction.js';
import type { DriftPair } from './driftPairing.js';
import { functionTexts } from './functionText.js';
import { mapFunctions } from './mapFunctions.js';
import { matchFunctions, type FileMatch, type FunctionMatch, type MatchedFunction } from './matchFunctions.js';

/** The text that a deployment runs, as far as it is known here. */
export interface DeployedText {
  readonly functions: readonly SourceFunction[];
  /** Undefined when only its functions are known. */
  readonly parsed?: ParsedText;
  /** Whether this file had that text at some time: then the deployment runs this file. */
  readonly isOfThisFile: boolean;
}

/** What a deployed text is remembered by: its git blob id, else the commit and path that it has there. */
export function textKey({ contentHash, deployment, filePath }: DeployedFile): string {
  return contentHash === '' ? `${deployment.revision}:${filePath}` : contentHash;
}

/**
 * Joins the functions of the open text to those of a deployment whose text is known: what was reported to the deployed text's
 * functions by position, and those to the open text's as docs/drift.md says. Both must be sure for a join to be sure.
 */
export function matchThroughText(
  source: ParsedText,
  deployed: readonly FunctionFacts[],
  deployedText: ParsedText,
): FileMatch {
  const factsOf = reportedFor(deployedText.functions, deployed);
  const { pairs } = drift(deployedText, source);
  const matches = new Map<SourceFunction, MatchedFunction>();
  for (const pair of pairs) {
    const found = factsOf.get(pair.from.source);
    if (!found) continue;
    matches.set(pair.to.source, { source: pair.to.source, facts: found.facts, match: composed(pair, found.match) });
  }
  const isJoined = new Set([...matches.values()].map(({ facts }) => facts));
  const sources = new Set(pairs.map(({ to }): SourceFunction => to.source));
  return {
    matched: source.functions.flatMap((own) => matches.get(own) ?? []),
    unmatched: source.functions
      .filter((own) => !matches.has(own))
      .map((own) => ({
        source: own,
        reason: sources.has(own)
          ? 'The deployment did not report this function of the file.'
          : 'It is not in the deployed version of this file.',
      })),
    gone: deployed.filter((facts) => !isJoined.has(facts)),
  };
}

function composed({ from, to, kind, isEdited, confidence, reason }: DriftPair, reported: FunctionMatch): FunctionMatch {
  const isElsewhere = kind === 'same' && from.source.line !== to.source.line;
  return {
    kind: isEdited ? 'edited' : isElsewhere ? 'moved' : kind,
    confidence: confidence === 'low' || reported.confidence === 'low' ? 'low' : 'high',
    reason:
      reported.confidence === 'low' ? `${reason} Which function was reported is not sure: ${reported.reason}` : reason,
  };
}

type Reported = ReadonlyMap<SourceFunction, MatchedFunction>;

/** The same for every edit of the open text. */
const reported = new WeakMap<readonly SourceFunction[], WeakMap<readonly FunctionFacts[], Reported>>();

function reportedFor(text: readonly SourceFunction[], deployed: readonly FunctionFacts[]): Reported {
  const ofText = reported.get(text) ?? new WeakMap<readonly FunctionFacts[], Reported>();
  reported.set(text, ofText);
  const found =
    ofText.get(deployed) ?? new Map(matchFunctions(text, deployed, true).matched.map((match) => [match.source, match]));
  ofText.set(deployed, found);
  return found;
}

/** One file is asked for several deployments, and again with every change of numbers. */
const known = new WeakMap<ParsedText['functions'], WeakMap<ParsedText['functions'], ReturnType<typeof mapFunctions>>>();

function drift(from: ParsedText, to: ParsedText): ReturnType<typeof mapFunctions> {
  const byFrom = known.get(to.functions) ?? new WeakMap<ParsedText['functions'], ReturnType<typeof mapFunctions>>();
  known.set(to.functions, byFrom);
  const found = byFrom.get(from.functions) ?? mapFunctions(functionTexts(from), functionTexts(to));
  byFrom.set(from.functions, found);
  return found;
}
