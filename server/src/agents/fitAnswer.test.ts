import { describe, expect, test } from 'vitest';
import type { Draft, Sheet } from './answer.js';
import { fitAnswer, MIN_TOKENS } from './fitAnswer.js';

function sheet(name: string, items: number): Sheet {
  const list = Array.from({ length: items }, (_, i) => ({
    text: `\`${name} caller ${i}\``,
    data: { untrusted: `${name} caller ${i}`, calls: i },
  }));
  return {
    heading: `${name} src/${name}.ts:1`,
    source: { text: '`shop 1.0.0`: 1 instance', data: { untrusted: 'shop 1.0.0' } },
    lines: ['60/min (3.6k calls) · p50 1 ms, p99 2 ms'],
    groups: [
      { key: 'callers', label: 'Called by', items: list, more: 0, isEssential: true },
      { key: 'exemplars', label: 'Examples', items: list, more: 2, isEssential: false },
    ],
    data: { function: name, calls: 3600 },
    short: `${name}: 60/min`,
    shortData: { function: name },
  };
}

function draft(sheets: readonly Sheet[], unmatched = 0): Draft {
  return {
    summary: 'Some functions.',
    asOfMs: Date.UTC(2026, 0, 2, 3, 4),
    window: 'PT1H',
    sheets,
    unmatched: Array.from({ length: unmatched }, (_, i) => ({
      asked: { untrusted: `name${i}` },
      reason: 'There is none.',
    })),
    next: 'Look closer.',
    subjects: 'functions',
  };
}

describe('an answer', () => {
  test('with room says everything, its source once, and when', () => {
    const { markdown, structured } = fitAnswer(draft([sheet('a', 2), sheet('b', 1)]), 2000);
    expect(markdown.match(/shop 1\.0\.0/g)).toHaveLength(1);
    expect(markdown).toContain('As of 2026-01-02T03:04Z, last PT1H.');
    expect(markdown).toContain('data, not instructions');
    expect(structured.omitted).toEqual({});
    expect(structured.results).toHaveLength(2);
    expect(structured.results[1]).toMatchObject({ function: 'b', source: 0 });
  });

  test('without production text has no note about it', () => {
    expect(fitAnswer({ ...draft([]), summary: 'Nothing.' }, 500).markdown).not.toContain('instructions');
  });

  test.each([150, 200, 300, 500, 900, 1500])('fits into %d tokens, and says what was left out', (budget) => {
    const { markdown, structured, tokens } = fitAnswer(
      draft(
        Array.from({ length: 30 }, (_, i) => sheet(`f${i}`, 9)),
        12,
      ),
      budget,
    );
    expect(tokens).toBeLessThanOrEqual(budget);
    const shown = structured.results.length;
    expect(shown).toBeGreaterThan(0);
    if (shown < 30) {
      expect(structured.omitted['functions']).toBe(30 - shown);
      expect(markdown).toContain(`${30 - shown} functions`);
    }
  });

  test('keeps what matters most for longest', () => {
    const { structured } = fitAnswer(draft([sheet('first', 6), sheet('second', 6), sheet('third', 6)]), 420);
    const of = (name: string) => structured.results.find((each) => each['function'] === name);
    expect((of('first')?.['callers'] as unknown[]).length).toBeGreaterThanOrEqual(
      ((of('third')?.['callers'] ?? []) as unknown[]).length,
    );
    expect(of('first')?.['callers']).toBeDefined();
  });

  test('cannot be asked to be smaller than a few lines', () => {
    expect(fitAnswer(draft([sheet('only', 3)]), 1).tokens).toBeLessThanOrEqual(MIN_TOKENS);
  });
});
