import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AnalysisCache } from './analysisCache.js';
import { analyseFile } from './analyseFile.js';

let folder: string;
let cache: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hindcast-cache-'));
  cache = join(folder, 'cache');
  writeFileSync(join(folder, 'bundle.cjs'), 'one');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = 'function f() { return 1 }';
const own = () => ({ root: folder, sensorDirectory: '/nowhere' });
const path = () => join(folder, 'app.cjs');
const open = () => new AnalysisCache(cache, join(folder, 'bundle.cjs'));
const entry = () => join(cache, readdirSync(cache)[0] ?? '');

function fill() {
  const analysis = analyseFile(text, path(), 'commonjs', own());
  open().write(text, path(), 'commonjs', own(), analysis);
  return analysis;
}
const read = (what = text) => open().read(what, path(), 'commonjs', own());

test('what was written is read again, by another process too', () => {
  const analysis = fill();
  expect(read()).toEqual(analysis);
  expect(analysis.functionCount).toBe(1);
  expect(readdirSync(cache)).toHaveLength(1);
});

describe('an entry is not used', () => {
  test('for another text, kind or path', () => {
    fill();
    expect(read(`${text} `)).toBeUndefined();
    expect(open().read(text, path(), 'module', own())).toBeUndefined();
    expect(open().read(text, `${path()}x`, 'commonjs', own())).toBeUndefined();
  });

  test('that another build of the sensor made', () => {
    fill();
    writeFileSync(join(folder, 'bundle.cjs'), 'another');
    expect(read()).toBeUndefined();
  });

  test.each([
    ['cut', (content: string) => content.slice(0, -3)],
    ['changed in one character', (content: string) => content.replace('return', 'Return').replace('"f"', '"g"')],
    ['empty', () => ''],
    ['of something else', () => '{"analysis":{}}'],
  ])('that is %s', (_, spoil) => {
    fill();
    const before = readFileSync(entry(), 'utf8');
    writeFileSync(entry(), spoil(before));
    expect(readFileSync(entry(), 'utf8')).not.toBe(before);
    expect(read()).toBeUndefined();
    fill();
    expect(read()).toBeDefined();
  });

  test('when a source beside it has changed', () => {
    const map = join(folder, 'app.cjs.map');
    writeFileSync(map, JSON.stringify({ version: 3, sources: ['a.ts'], names: [], mappings: 'AAAA' }));
    const mapped = `${text}\n//# sourceMappingURL=app.cjs.map`;
    const analysis = analyseFile(mapped, path(), 'commonjs', own());
    open().write(mapped, path(), 'commonjs', own(), analysis);
    expect(analysis.reads).toContain(map);
    expect(read(mapped)).toEqual(analysis);
    writeFileSync(map, JSON.stringify({ version: 3, sources: ['b.ts'], names: [], mappings: 'AAAAA' }));
    expect(read(mapped)).toBeUndefined();
  });
});

test('a place that cannot be written to is as good as an empty cache', () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(cache, 'a file where the folder should be');
  fill();
  expect(read()).toBeUndefined();
});
