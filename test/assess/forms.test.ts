import type { AssessedFunction, Assessment, CallCost } from '@hindcast/core/assess/assessment';
import { assessmentJson } from '@hindcast/server/change/assessmentJson';
import { assessmentMarkdown, ASSESSMENT_MARKER, MAX_MARKDOWN_BYTES } from '@hindcast/server/change/assessmentMarkdown';
import { assessmentSarif } from '@hindcast/server/change/assessmentSarif';
import { applyPolicy, NO_POLICY } from '@hindcast/server/change/policy';
import { parseCondition } from '@hindcast/server/change/policyCondition';
import { assessmentText } from '@hindcast/cli/assessmentText';
import { noColours } from '@hindcast/cli/paint';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { hostileStrings } from '../agents/hostileStrings.js';
import { sarifSchema } from './sarifSchema.js';

function call(target: string): CallCost {
  return {
    kind: 'database',
    target,
    loopDepth: 0,
    isAwaited: true,
    perCall: 1,
    perMinute: 100,
    secondsEach: 0.003,
    isTargetKnown: true,
    line: 7,
  };
}

function assessed(text: string, index = 0): AssessedFunction {
  return {
    file: `src/${text}.ts`,
    name: text,
    line: index + 1,
    kind: 'changed',
    was: { file: text, name: text, line: 1 },
    confidence: 'low',
    reason: text,
    structure: {
      ...{ addedCalls: [call(text)], removedCalls: [], awaits: 1, loops: 0, branches: 0, throws: 0, catches: 0 },
      ...{ tokensChanged: 9, tokensBefore: 20 },
    },
    addedCalls: [call(text)],
    removedCalls: [],
    exposure: {
      state: 'ran',
      callsPerMinute: 100,
      entryPoints: [
        { service: text, name: text, isInteractive: true, callsPerMinute: 100, share: 1, criticalPathShare: 0.5 },
      ],
      ...{ criticalPathShare: 0.5, slackSeconds: 0.01, services: [text, `${text} too`], errorRate: 0.01 },
      ...{ p50Seconds: 0.01, p99Seconds: 0.1, lastRanMs: 0, versions: 1 },
    },
    contribution: 12,
  };
}

function assessment(functions: readonly AssessedFunction[], text: string): Assessment {
  return {
    ...{
      base: 'a'.repeat(40),
      baseIs: 'deployed',
      baseNote: text,
      head: 'working tree',
      asOfMs: 0,
      windowSeconds: 3600,
    },
    ...{ exposureNote: text, filesChanged: 1, functions, risk: 12, factors: [] },
    unmatched: [{ file: text, name: text, line: 3, reason: text }],
  };
}

const policy = {
  ...NO_POLICY,
  rules: [{ when: 'risk > 1', require: 'owner', condition: parseCondition('risk > 1', ['risk']) }],
};
const forms: Readonly<Record<string, (own: Assessment) => string>> = {
  json: (own) => assessmentJson(own, applyPolicy(policy, own)),
  markdown: (own) => assessmentMarkdown(own, applyPolicy(policy, own)),
  sarif: (own) => assessmentSarif(own, applyPolicy(policy, own), '1.2.3'),
  text: (own) => assessmentText(own, applyPolicy(policy, own), noColours),
};

// RFC 3986, as far as it matters: no character that must be written in percent.
const formats = { uri: /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i, 'uri-reference': /^[^\s<>"{}|\\^`]*$/ };
const ajv = new Ajv({ allErrors: true, formats });
const isSarif = ajv.compile(sarifSchema);

/** Steers a terminal, hides, or turns text around. */
const STEERS =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e0fff}]/u;

describe.each(
  hostileStrings()
    .filter(({ place }) => place === 'function')
    .map(({ canary, text }) => [JSON.stringify(text).slice(0, 60), canary, text] as const),
)('names and notes that are %s', (_, canary, text) => {
  const own = assessment([assessed(text)], text);

  test('are data in JSON', () => {
    const shown = forms['json']?.(own) ?? '';
    expect(shown).not.toMatch(STEERS);
    expect(JSON.parse(shown)).toMatchObject({
      functions: [{ name: text, file: `src/${text}.ts` }],
      requirements: [{ require: 'owner' }],
    });
  });

  test('stay in code spans of the comment, or are words', () => {
    const shown = forms['markdown']?.(own) ?? '';
    expect(shown.startsWith(`${ASSESSMENT_MARKER}\n`)).toBe(true);
    expect(shown).not.toMatch(STEERS);
    const outside = shown.replaceAll(/`[^`\n]*`/g, '');
    for (const line of outside.split('\n').filter((each) => each.includes(canary))) {
      expect(line).not.toMatch(/[<>@#[\]|`]|https?:\/\/|www\.|!\[/);
    }
    expect(shown.match(/<!--/g)).toHaveLength(1);
  });

  test('are plain messages in SARIF, and places are relative', () => {
    const shown = forms['sarif']?.(own) ?? '';
    expect(shown).not.toMatch(STEERS);
    const isValid = isSarif(JSON.parse(shown));
    expect(isSarif.errors ?? []).toEqual([]);
    expect(isValid).toBe(true);
  });

  test('cannot steer a terminal', () => {
    expect(forms['text']?.(own)).not.toMatch(STEERS);
  });
});

test('a comment has room on the forge, however large the change is', () => {
  const many = Array.from({ length: 5000 }, (_, index) => assessed(`${'ä'.repeat(150)}${index}`, index));
  const shown = forms['markdown']?.(assessment(many, 'x')) ?? '';
  expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(MAX_MARKDOWN_BYTES);
  expect(shown).toMatch(/and \d+ more functions/);
});
