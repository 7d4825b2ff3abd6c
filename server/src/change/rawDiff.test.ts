import { expect, test } from 'vitest';
import { parseRawDiff } from './rawDiff.js';

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
const zeros = '0'.repeat(40);

test('each kind of change, whatever its name looks like', () => {
  const output = [
    `:100644 100644 ${a} ${b} M`,
    '--- a/x',
    `:100644 100644 ${a} ${b} R086`,
    'old\nname.ts',
    ':100644 100644 new',
    `:000000 100644 ${zeros} ${b} A`,
    'added.ts',
    `:100644 000000 ${a} ${zeros} D`,
    'removed.ts',
    `:100644 100644 ${a} ${a} C100`,
    'from.ts',
    'copy.ts',
    `:160000 160000 ${a} ${b} M`,
    'module',
    '',
  ].join('\0');
  expect(parseRawDiff(output)).toMatchObject([
    { status: 'changed', oldPath: '--- a/x', newPath: '--- a/x', oldBlob: a, newBlob: b },
    { status: 'changed', oldPath: 'old\nname.ts', newPath: ':100644 100644 new' },
    { status: 'added', newPath: 'added.ts', oldMode: '000000' },
    { status: 'removed', oldPath: 'removed.ts', newMode: '000000' },
    { status: 'added', oldPath: 'copy.ts', newPath: 'copy.ts', oldMode: '000000', oldBlob: zeros },
    { newPath: 'module', newMode: '160000' },
  ]);
  expect(parseRawDiff('')).toEqual([]);
});
