import type { AssessedFunction, Assessment, CallCost } from '@hindcast/core/assess/assessment';
import { cleanText } from '../agents/productionText.js';
import { consequencesOf } from './consequences.js';
import type { PolicyOutcome } from './policy.js';

const MAX_TEXT = 300;
const SIGNIFICANT_DIGITS = 9;
/** What JSON leaves as it is and a terminal or a reader could be steered by. */
const UNSEEN = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e0fff}]/gu;

/**
 * An assessment as `hindcast assess --json` prints it (docs/assess.md): unknown numbers are null, rates are per minute, durations
 * milliseconds. Equal assessments give equal bytes.
 */
export function assessmentJson(assessment: Assessment, policy: PolicyOutcome): string {
  const text = JSON.stringify(assessmentData(assessment, policy), rounded, 2);
  return text.replace(UNSEEN, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

function assessmentData(assessment: Assessment, policy: PolicyOutcome): Record<string, unknown> {
  const { base, baseIs, baseNote, head, asOfMs, windowSeconds, exposureNote, filesChanged } = assessment;
  return {
    schema: 1,
    base,
    baseIs,
    baseNote: cleanText(baseNote, MAX_TEXT),
    head,
    asOf: asOfMs === undefined ? null : new Date(asOfMs).toISOString(),
    windowSeconds,
    exposureNote: cleanText(exposureNote, MAX_TEXT),
    filesChanged,
    functions: assessment.functions.map(functionData),
    unmatched: assessment.unmatched.map(({ file, name, line, reason }) => ({
      file,
      name,
      line,
      reason: cleanText(reason, MAX_TEXT),
    })),
    risk: assessment.risk,
    level: policy.level,
    factors: assessment.factors.map(({ name, value, weight, contribution }) => ({ name, value, weight, contribution })),
    requirements: policy.requirements,
  };
}

function functionData(own: AssessedFunction): Record<string, unknown> {
  const { file, name, line, kind, was, confidence, reason, exposure, structure, contribution } = own;
  return {
    file,
    name,
    line,
    kind,
    was,
    confidence,
    reason,
    exposure: {
      state: exposure.state,
      callsPerMinute: exposure.state === 'ran' || exposure.state === 'never_ran' ? exposure.callsPerMinute : null,
      entryPoints: exposure.entryPoints.map((each) => ({
        ...each,
        service: cleanText(each.service),
        name: cleanText(each.name, 200),
      })),
      criticalPathShare: exposure.criticalPathShare,
      slackMs: milliseconds(exposure.slackSeconds),
      services: exposure.services.map((service) => cleanText(service)),
      errorRate: exposure.errorRate,
      p50Ms: milliseconds(exposure.p50Seconds),
      p99Ms: milliseconds(exposure.p99Seconds),
      lastRan: exposure.lastRanMs === undefined ? null : new Date(exposure.lastRanMs).toISOString(),
      versions: exposure.versions,
    },
    addedCalls: own.addedCalls.map(callData),
    removedCalls: own.removedCalls.map(callData),
    structure: {
      awaits: structure.awaits,
      loops: structure.loops,
      branches: structure.branches,
      throws: structure.throws,
      catches: structure.catches,
      tokensChanged: structure.tokensChanged,
      tokensBefore: structure.tokensBefore,
    },
    consequences: consequencesOf(own, (text) => cleanText(text)),
    contribution,
  };
}

function callData(call: CallCost): Record<string, unknown> {
  const { kind, target, perCall, perMinute, through, line, loopDepth, isAwaited, isConditional, secondsEach } = call;
  return {
    kind,
    target: cleanText(target, 200),
    perCall,
    perMinute,
    through,
    line,
    loopDepth,
    isAwaited,
    isConditional: isConditional === true,
    p50Ms: milliseconds(secondsEach),
  };
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function rounded(_key: string, value: unknown): unknown {
  if (value === undefined) return null;
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(SIGNIFICANT_DIGITS)) : value;
}
