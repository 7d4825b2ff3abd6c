import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Grammars } from '../source/grammars.js';
import { languageOfPath } from '../source/languages.js';
import { SourceFile } from '../source/sourceFile.js';
import { functionTexts, segmentsOf } from './functionText.js';
import { mapFunctions } from './mapFunctions.js';

const grammars = new Grammars();
const language = languageOfPath('x.ts');
if (!language) throw new Error('TypeScript is not read.');
const typescript = language;

async function texts(text: string) {
  const file = await SourceFile.open(grammars, typescript, text);
  const found = functionTexts({ text, functions: file.functions, comments: file.comments });
  file.close();
  return found;
}

/** `from -> to kind confidence`, then what is gone and what is new. */
async function map(from: string, to: string): Promise<string[]> {
  const { pairs, gone, added } = mapFunctions(await texts(from), await texts(to));
  return [
    ...pairs
      .map(
        (pair) =>
          `${pair.from.source.name} -> ${pair.to.source.name} ${pair.kind}${pair.isEdited && pair.kind !== 'edited' ? '+edited' : ''} ${pair.confidence}`,
      )
      .sort(),
    ...gone.map(({ source }) => `${source.name} gone`),
    ...added.map(({ source }) => `${source.name} new`),
  ];
}

const total = `(items: Item[], rate: number) {
  let sum = 0;
  for (const item of items) {
    if (item.quantity <= 0) continue;
    sum += item.price * item.quantity;
  }
  return Math.round(sum * (1 + rate) * 100) / 100;
}`;
const load = `(id: string, retries = 3) {
  const row = database.get('select * from orders where id = ?', id);
  if (!row && retries > 0) return reload(id, retries - 1);
  audit.write('loaded', { id, found: Boolean(row) });
  return row ?? null;
}`;

describe('what became of a function', () => {
  test.each<[string, string, string, string[]]>([
    ['nothing', `function f${total}`, `function f${total}`, ['f -> f same high']],
    [
      'its layout and a comment changed',
      `function f(a) { return { x: 'y', z: [a] }; }`,
      `function f(a) {\n  // why\n  return {\n    x: "y",\n    z: [a],\n  };\n}`,
      ['f -> f same high'],
    ],
    [
      'a new name, in its calls too',
      `function main(a) {\n  log.write(one(a), two(a));\n  return check(one(a)) ? store(a) : undefined;\n}\nfunction one(a) { return a.b; }\nfunction two(a) { return a.c; }`,
      `function main(a) {\n  log.write(first(a), two(a));\n  return check(first(a)) ? store(a) : undefined;\n}\nfunction two(a) { return a.c; }\nfunction first(a) { return a.b; }`,
      ['main -> main edited high', 'one -> first renamed low', 'two -> two same high'],
    ],
    ['an edit', `function f${total}`, `function f${total.replace('1 + rate', '1 - rate')}`, ['f -> f edited high']],
    ['another name', `function f${total}`, `function sumUp${total}`, ['f -> sumUp renamed high']],
    [
      'another name and an edit',
      `function f${total}\nfunction g${load}`,
      `function g${load}\nfunction sumUp${total.replace('continue', 'break')}`,
      ['f -> sumUp renamed+edited high', 'g -> g same high'],
    ],
    [
      'a class got another name',
      `class A { get x() { return 1; } set x(v) {} m() { return this.x; } }`,
      `class B { get x() { return 2; } set x(v) {} m() { return this.x; } }`,
      ['A.get x -> B.get x renamed+edited high', 'A.m -> B.m renamed high', 'A.set x -> B.set x renamed low'],
    ],
    [
      'a helper came out of its function',
      `function f(a) { function helper${total}\n return helper(a, 1); }`,
      `function helper${total}\nfunction f(a) { return helper(a, 1); }`,
      ['f -> f edited high', 'f.helper -> helper moved high'],
    ],
    [
      'two swapped their names',
      `function f${total}\nfunction g${load}`,
      `function g${total}\nfunction f${load}`,
      ['f -> g renamed high', 'g -> f renamed high'],
    ],
    [
      'copied, then edited: the name stays with the edited one',
      `function f${total}`,
      `function f${total.replace('<= 0', '< 1')}\nfunction copy${total}`,
      ['f -> f edited low', 'copy new'],
    ],
    [
      'another took its name',
      `function f${total}`,
      `function f${load}\nfunction sumUp${total.replace('<= 0', '< 1')}`,
      ['f -> sumUp renamed+edited low', 'f new'],
    ],
    [
      'its body was put into a function of its own: the name decides, unsurely',
      `function f${total}`,
      `function f(items, rate) { const span = start(); return guard(() => ${total.slice(total.indexOf('{'))}, span, 'f'); }`,
      ['f -> f edited low', 'f.<guard> new'],
    ],
    ['short and unlike is nobody', `function f() { return 1; }`, `function g() { return 1; }`, ['f gone', 'g new']],
    [
      'callbacks of one call: the text tells them apart',
      `use(() => alpha(1)); use(() => beta(2, 'x'));`,
      `use(() => beta(2, 'x')); use(() => gamma()); use(() => alpha(1));`,
      ['<use> -> <use> same high', '<use> -> <use> same high', '<use> new'],
    ],
  ])('%s', async (_, from, to, expected) => {
    expect(await map(from, to)).toEqual(expected);
  });
});

const bodies = [
  total,
  load,
  '(a) { return a; }',
  '() {}',
  '(x) { return [x].map((y) => y + 1); }',
  `(request) { const { user, cart } = request; if (!user) throw new Error('nobody'); return checkout(user, cart, 7); }`,
];
const program = fc.array(
  fc.tuple(fc.constantFrom('f', 'g', 'h', 'k'), fc.integer({ min: 0, max: bodies.length - 1 })),
  { maxLength: 7 },
);
const render = (parts: readonly (readonly [string, number])[]) =>
  parts.map(([name, body]) => `function ${name}${bodies[body] ?? ''}`).join('\n\n');

test('a text is mapped to itself, function by function', async () => {
  await fc.assert(
    fc.asyncProperty(program, async (parts) => {
      const { pairs, gone, added } = mapFunctions(await texts(render(parts)), await texts(render(parts)));
      expect([gone, added]).toEqual([[], []]);
      for (const { from, to, kind } of pairs) {
        expect([to.source, kind]).toEqual([from.source, 'same']);
      }
    }),
    { numRuns: 60 },
  );
});

test('every function is there exactly once, and the order of the text does not matter where names differ', async () => {
  await fc.assert(
    fc.asyncProperty(program, program, async (before, after) => {
      const from = await texts(render(before));
      const to = await texts(render(after));
      const { pairs, gone, added } = mapFunctions(from, to);
      expect([...pairs.map((pair) => pair.from), ...gone].sort(byPlace)).toEqual(from);
      expect([...pairs.map((pair) => pair.to), ...added].sort(byPlace)).toEqual(to);
      const unique = [...new Map(before).entries()];
      const shuffled = mapFunctions(await texts(render(unique)), await texts(render([...unique].reverse())));
      expect(shuffled.pairs.filter(({ kind }) => kind !== 'same')).toEqual([]);
      expect(shuffled.gone).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('what is sure over two steps is the same as, or surer than, what is sure in one', async () => {
  await fc.assert(
    fc.asyncProperty(program, program, async (first, last) => {
      const [a, b, c] = [
        await texts(render(first)),
        await texts(render([...first, ...last])),
        await texts(render(last)),
      ];
      const ab = new Map(mapFunctions(a, b).pairs.map((pair) => [pair.from, pair]));
      const bc = new Map(mapFunctions(b, c).pairs.map((pair) => [pair.from, pair]));
      for (const { from, to, confidence } of mapFunctions(a, c).pairs) {
        const middle = ab.get(from);
        const end = middle && bc.get(middle.to);
        if (confidence === 'high' && middle?.confidence === 'high' && end?.confidence === 'high') {
          expect(end.to.key).toBe(to.key);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('names are split at their dots, not at those of labels', () => {
  expect(segmentsOf('A.m.<app.get "/x.y">.f')).toEqual(['A', 'm', '<app.get "/x.y">', 'f']);
});

function byPlace(a: { source: { start: number } }, b: { source: { start: number } }): number {
  return a.source.start - b.source.start;
}
