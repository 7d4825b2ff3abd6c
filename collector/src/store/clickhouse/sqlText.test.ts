import { describe, expect, it } from 'vitest';
import { identifier, quoted, quotedList, tsvRow } from './sqlText.js';

describe('text of SQL', () => {
  it('keeps strings from production inside their quotes', () => {
    expect(quoted("a'b\\c\0d\n")).toBe("'a\\'b\\\\c\\0d\\n'");
    expect(quotedList([])).toBe('NULL');
    expect(quotedList(['a', "'"])).toBe("'a','\\''");
    expect(identifier('a`b')).toBe('`a\\`b`');
  });

  it('keeps cells in their columns', () => {
    expect(tsvRow(['a\tb\nc\\', 1.5, [1, -2], []])).toBe('a\\tb\\nc\\\\\t1.5\t[1,-2]\t[]');
  });
});
