import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FileLoaded } from '../declarations.js';
import { allocateShared, viewShared } from '../runtime/sharedState.js';
import type { CodeMap } from '../transform/insertions.js';
import { enterFunction } from './embedded.js';
import { instrumentOutput, type Output } from './instrumentOutput.js';

let folder: string;
beforeAll(() => void (folder = realpathSync(mkdtempSync(join(tmpdir(), 'hindcast-output-')))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function instrument(code: string, kind: Output['kind'] = 'commonjs'): string {
  const done = instrumentOutput({ code, map: undefined, path: join(folder, 'out.js'), kind });
  if ('notObserved' in done) throw new Error(done.notObserved);
  return done.code;
}

/** What the output's first piece tells the sensor. */
function entered(code: string): { firstId: number; map: CodeMap; files: readonly FileLoaded[] } {
  const json = JSON.parse(/(?:import\.meta\.url|__filename),("(?:[^"\\]|\\.)*")\)/.exec(code)?.[1] ?? '') as string;
  const state = viewShared(allocateShared());
  let heard: { map: CodeMap; files: readonly FileLoaded[] } | undefined;
  const enter = enterFunction(state, (_, map, files) => (heard = { map, files }));
  enter('earlier.js', json);
  const firstId = enter('out.js', json);
  if (!heard) throw new Error('nothing was heard');
  return { firstId, ...heard };
}

const text = `#!/usr/bin/env node
'use strict';
function one(a) { return two(a) + 1; }
const two = (a) => a * 2;
console.log(one(2));
`;

test('the places that it tells are those of its own text', () => {
  const code = instrument(text);
  const { firstId, map, files } = entered(code);
  expect(firstId).toBe(2);
  expect(files).toMatchObject([
    {
      path: 'out.js',
      functions: [
        { id: 2, name: 'one', line: 3, column: 10 },
        { id: 3, name: 'two', line: 4, column: 13 },
      ],
    },
  ]);
  let stripped = code;
  for (let i = map.pieceStarts.length - 1; i >= 0; i--)
    stripped = stripped.slice(0, map.pieceStarts[i]) + stripped.slice(map.pieceEnds[i]);
  expect(stripped).toBe(text);
  const ownerAt = (part: string): number | undefined => {
    const at = map.ownedFrom.findLastIndex((from) => from <= code.indexOf(part));
    return map.owners[at];
  };
  expect([ownerAt('a * 2'), ownerAt('two(a)'), ownerAt('console.log')]).toEqual([3, 2, -1]);
});

test.each([
  ['#! and directives', text, /^#!.*\n'use strict';\/\*@hc\*\/;var /],
  ['nothing before', 'function f() {}', /^\/\*@hc\*\/;var /],
  ['a name with a number sign', 'class A { #p() { return 1; } }', /#p/],
])('%s stay first, and lines stay', (_, code, expected) => {
  const done = instrument(code);
  expect(done).toMatch(expected);
  expect(done.split('\n')).toHaveLength(code.split('\n').length);
});

test('an ES module imports what it needs', () => {
  expect(instrument('export const f = () => 1;', 'module')).toMatch(
    /^\/\*@hc\*\/;import"@hindcast\/sensor\/bundled";var /,
  );
});

test.each([
  ['const a = 1;', 'No function of own code is in it.'],
  ['function (', /could not parse/],
  [instrumentedOnce, 'It is instrumented already.'],
])('what is not observed says why: %s', (code, reason) => {
  const given = typeof code === 'string' ? code : code();
  const done = instrumentOutput({ code: given, map: undefined, path: join(folder, 'out.js'), kind: 'commonjs' });
  expect(done).toEqual({
    notObserved: typeof reason === 'string' ? reason : (expect.stringMatching(reason) as string),
  });
});

function instrumentedOnce(): string {
  return instrument('function f() {}');
}
