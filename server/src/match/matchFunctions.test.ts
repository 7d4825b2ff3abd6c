import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FunctionFacts } from '../collector/facts.js';
import type { SourceFunction } from '../source/sourceFunction.js';
import { matchFunctions } from './matchFunctions.js';

/** `name@line:column#body`; column 1 and body of the name when left out. */
function parse(text: string): SourceFunction {
  const [, name = '', line, column = '1', bodyHash] = /^(.*?)@(\d+)(?::(\d+))?(?:#(.*))?$/.exec(text) ?? [];
  return { name, line: Number(line), column: Number(column), endLine: Number(line), bodyHash: bodyHash ?? name };
}

function deployed(text: string): FunctionFacts {
  return {
    id: parse(text),
    state: 'ran',
    calls: 1,
    errors: 0,
    errorsByType: [],
    duration: undefined,
    callers: [],
    callersOmitted: 0,
    declaredSinceMs: undefined,
    lastCalledMs: undefined,
    notObservedReason: '',
    entryCalls: 0,
    entryPoints: [],
    dependencies: [],
  };
}

const show = ({ name, line, column }: { name: string; line: number; column: number }) =>
  `${name}@${line}${column === 1 ? '' : `:${column}`}`;

/** The result in words: `source <- deployed kind confidence`, then what is new and what is gone. */
function match(source: string[], inProduction: string[], sameText: boolean): string[] {
  const result = matchFunctions(source.map(parse), inProduction.map(deployed), sameText);
  return [
    ...result.matched.map(
      ({ source: own, facts, match: found }) => `${show(own)} <- ${show(facts.id)} ${found.kind} ${found.confidence}`,
    ),
    ...result.unmatched.map(({ source: own }) => `${show(own)} new`),
    ...result.gone.map(({ id }) => `${show(id)} gone`),
  ];
}

describe('the open text is the deployed text', () => {
  test.each<[string, string[], string[], string[]]>([
    ['by position', ['f@1', 'f@9'], ['f@9', 'f@1'], ['f@1 <- f@1 same exact', 'f@9 <- f@9 same exact']],
    ['whatever the name', ['default@1'], ['module.exports@1'], ['default@1 <- module.exports@1 same exact']],
    ['the column of a compiler', ['f@3:17'], ['f@3:10#'], ['f@3:17 <- f@3:10 same high']],
    ['no column at all', ['f@3:17'], ['f@3:0#'], ['f@3:17 <- f@3:0 same high']],
    ['another name on the same line', ['f@3:17'], ['exports.f@3:2#'], ['f@3:17 <- exports.f@3:2 same high']],
    [
      'names tell functions of one line apart',
      ['a@3:5', 'b@3:20'],
      ['b@3:4#', 'a@3:9#'],
      ['a@3:5 <- a@3:9 same high', 'b@3:20 <- b@3:4 same high'],
    ],
    [
      'namesakes of one line go by their order, unsurely',
      ['<map>@3:5', '<map>@3:20'],
      ['<map>@3:4#', '<map>@3:9#'],
      ['<map>@3:5 <- <map>@3:4 same low', '<map>@3:20 <- <map>@3:9 same low'],
    ],
    ['another line, the only one of its name', ['A.m@4:3'], ['A.m@3:3#'], ['A.m@4:3 <- A.m@3:3 same high']],
    ['nothing fits', ['f@1'], ['g@7'], ['f@1 new', 'g@7 gone']],
    ['two at one place: the name decides', ['f@1'], ['f@1', 'g@1'], ['f@1 <- f@1 same exact', 'g@1 gone']],
  ])('%s', (_, source, inProduction, expected) => {
    expect(match(source, inProduction, true)).toEqual(expected);
  });
});

describe('the open text is another one', () => {
  test.each<[string, string[], string[], string[]]>([
    ['unchanged', ['f@1'], ['f@1'], ['f@1 <- f@1 same high']],
    ['moved', ['f@5'], ['f@1'], ['f@5 <- f@1 moved high']],
    ['edited', ['f@5#new'], ['f@1#old'], ['f@5 <- f@1 edited high']],
    ['renamed is new and gone', ['g@1#x'], ['f@1#x'], ['g@1 new', 'f@1 gone']],
    [
      'namesakes: the body decides',
      ['<get>@1#b', '<get>@2#a'],
      ['<get>@1#a', '<get>@2#b'],
      ['<get>@1 <- <get>@2 moved high', '<get>@2 <- <get>@1 moved high'],
    ],
    [
      'namesakes: the rest by order when as many are left',
      ['<get>@1#a', '<get>@2#new'],
      ['<get>@1#a', '<get>@2#old'],
      ['<get>@1 <- <get>@1 same high', '<get>@2 <- <get>@2 edited high'],
    ],
    [
      'edited namesakes by order, unsurely',
      ['<get>@1#x', '<get>@2#y'],
      ['<get>@1#a', '<get>@2#b'],
      ['<get>@1 <- <get>@1 edited low', '<get>@2 <- <get>@2 edited low'],
    ],
    [
      'namesakes and one more: nobody knows which',
      ['<get>@1#x', '<get>@2#y', '<get>@3#z'],
      ['<get>@1#a', '<get>@2#b'],
      ['<get>@1 new', '<get>@2 new', '<get>@3 new', '<get>@1 gone', '<get>@2 gone'],
    ],
    ['a body that was not reported', ['f@5'], ['f@1#'], ['f@5 <- f@1 moved low']],
  ])('%s', (_, source, inProduction, expected) => {
    expect(match(source, inProduction, false)).toEqual(expected);
  });
});

test('every function is there exactly once, and no two share numbers', () => {
  const functions = fc.array(
    fc.record({
      name: fc.constantFrom('f', 'g', '<map>'),
      line: fc.integer({ min: 1, max: 4 }),
      column: fc.integer({ min: 0, max: 3 }),
      endLine: fc.constant(9),
      bodyHash: fc.constantFrom('', 'a', 'b'),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(functions, functions, fc.boolean(), (source, ids, sameText) => {
      const facts = ids.map((id) => ({ ...deployed('f@1'), id }));
      const { matched, unmatched, gone } = matchFunctions(source, facts, sameText);
      const own = [...matched, ...unmatched].map((entry) => entry.source);
      expect(own).toHaveLength(source.length);
      expect(new Set(own)).toEqual(new Set(source));
      const numbers = [...matched.map((entry) => entry.facts), ...gone];
      expect(numbers).toHaveLength(facts.length);
      expect(new Set(numbers)).toEqual(new Set(facts));
    }),
  );
});
