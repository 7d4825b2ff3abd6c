import { expect, test } from 'vitest';
import { isExcludedFile, isOwnFile, type OwnCode } from './ownCode.js';

const own: OwnCode = { root: '/app', sensorDirectory: '/app/tools/sensor' };

test.each([
  ['/app/a.js', true],
  ['/app/src/a.js', true],
  ['/app/.hidden/a.js', true],
  ['/app', false],
  ['/application/a.js', false],
  ['/other/a.js', false],
  ['/app/node_modules/x/a.js', false],
  ['/app/my_node_modules/a.js', true],
  ['/app/tools/sensor/a.js', false],
  ['/app/tools/sensors/a.js', true],
  ['/app/src/../a.js', true],
  ['/app/../other/a.js', false],
  ['/other/../app/a.js', true],
  ['/app//a.js', true],
  ['/app/..b/a.js', true],
])('%s is own: %s', (path, isOwn) => {
  expect(isOwnFile(own, path)).toBe(isOwn);
});

test('everything is below the root of the file system', () => {
  expect(isOwnFile({ ...own, root: '/' }, '/a.js')).toBe(true);
});

test('what is included is own wherever it is installed, and what is excluded is not', () => {
  const chosen = { ...own, include: /^node_modules\/x\//, exclude: /^src\// };
  expect(isOwnFile(chosen, '/app/node_modules/x/a.js')).toBe(true);
  expect(isOwnFile(chosen, '/app/packages/y/node_modules/x/a.js')).toBe(true);
  expect(isOwnFile(chosen, '/app/node_modules/z/a.js')).toBe(false);
  expect(isExcludedFile(chosen, '/app/src/a.js')).toBe(true);
});
