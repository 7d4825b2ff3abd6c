import { describe, expect, test } from 'vitest';
import { applyHunks, parsePatch } from './patch.js';

const apply = (text: string, patch: string) => applyHunks(text, parsePatch(patch)[0]?.hunks ?? []);

describe('parsePatch', () => {
  test('a line that looks like a header is a line of its hunk', () => {
    const patch = ['--- a/a.sql.js', '+++ b/a.sql.js', '@@ -1,2 +1,2 @@', '--- a/b', '+++ b/c', ' last', ''].join('\n');
    expect(parsePatch(patch)).toMatchObject([
      { oldPath: 'a.sql.js', newPath: 'a.sql.js', hunks: [{ older: ['-- a/b', 'last'], newer: ['++ b/c', 'last'] }] },
    ]);
  });

  test.each([
    [
      'added',
      'diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+1\n',
      [undefined, 'x'],
    ],
    [
      'removed',
      'diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n',
      ['x', undefined],
    ],
    ['renamed only', 'diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n', ['x', 'y']],
    ['empty and added', 'diff --git a/x b/x\nnew file mode 100644\nindex 0000000..e69de29\n', [undefined, 'x']],
    ['with a blank', 'diff --git a/x y b/x y\nold mode 100644\nnew mode 100755\n', ['x y', 'x y']],
    [
      'quoted',
      'diff --git "a/\\303\\244 \\"q\\".js" "b/\\303\\244 \\"q\\".js"\nold mode 100644\nnew mode 100755\n',
      ['ä "q".js', 'ä "q".js'],
    ],
    ['without git', '--- a.js\t2020-01-01\n+++ a.js\t2020-01-02\n@@ -1 +1 @@\n-1\n+2\n', ['a.js', 'a.js']],
  ])('a file that is %s', (_, patch, [oldPath, newPath]) => {
    expect(parsePatch(patch)).toMatchObject([{ oldPath, newPath }]);
  });

  test('binary files and submodules are told apart', () => {
    expect(parsePatch('diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\nliteral 1\n')).toMatchObject([
      { isBinary: true },
    ]);
    expect(
      parsePatch(
        'diff --git a/x b/x\nindex 1111111..2222222 160000\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n',
      ),
    ).toMatchObject([{ isSubmodule: true }]);
  });

  test.each([
    ['@@ -1 +1 @@\n-1\n+2\n', /line 1 of the patch changes no file/],
    ['--- a\n+++ b\n@@ -1,9 +1 @@\n-1\n', /ends within the hunk of its line 3|is none of a hunk/],
    ['--- a\n+++ b\n@@ -1,2 +1 @@\n-1\n?\n', /line 5 of the patch is none of a hunk/],
  ])('%j makes no sense', (patch, message) => {
    expect(() => parsePatch(patch)).toThrow(message);
  });
});

describe('applyHunks', () => {
  const text = 'one\ntwo\nthree\nfour\n';
  test.each([
    ['in place', '--- a\n+++ b\n@@ -2 +2 @@\n-two\n+2\n', 'one\n2\nthree\nfour\n'],
    ['somewhere else', '--- a\n+++ b\n@@ -40,2 +40,2 @@\n three\n-four\n+4\n', 'one\ntwo\nthree\n4\n'],
    ['only added', '--- a\n+++ b\n@@ -1,0 +2 @@\n+one and a half\n', 'one\none and a half\ntwo\nthree\nfour\n'],
    ['only removed', '--- a\n+++ b\n@@ -2,2 +1,0 @@\n-two\n-three\n', 'one\nfour\n'],
    ['two hunks', '--- a\n+++ b\n@@ -1 +1,2 @@\n one\n+1\n@@ -4 +5 @@\n-four\n+4\n', 'one\n1\ntwo\nthree\n4\n'],
    ['lines that end in CR LF', '--- a\r\n+++ b\r\n@@ -2 +2 @@\r\n-two\r\n+2\r\n', 'one\n2\nthree\nfour\n'],
    ['nowhere', '--- a\n+++ b\n@@ -2 +2 @@\n-zwei\n+2\n', undefined],
  ])('%s', (_, patch, expected) => {
    expect(apply(text, patch)).toBe(expected);
  });
});
