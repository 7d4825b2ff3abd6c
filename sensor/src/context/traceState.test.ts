import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CallerPlace, encodeCaller, mergeTraceState, parseCaller, withoutCaller } from './traceState.js';

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
// Control characters come from nobody's source.
const printable = text.filter((value) => !/[\p{Cc}\p{Cs}]/u.test(value));
const place: fc.Arbitrary<CallerPlace> = fc.record({
  service: fc.string({ minLength: 1, maxLength: 20 }).filter((value) => /^[\x20-\x7e]+$/.test(value)),
  path: printable,
  name: printable,
  line: fc.nat({ max: 999_999 }),
  column: fc.nat({ max: 99_999 }),
});

describe('a caller in tracestate', () => {
  test('is what the wire page says', () => {
    const caller = { service: 'shop', path: 'src/a b.ts', name: '<app.get "/x">', line: 12, column: 3 };
    expect(encodeCaller(caller)).toBe('1:shop:src/a%20b.ts:%3Capp.get%20%22/x%22%3E:12:3');
  });

  test('comes back as it was sent, unless it had to be cut', () => {
    fc.assert(
      fc.property(place, (caller) => {
        const value = encodeCaller(caller);
        expect(value).toMatch(/^[\w\-./*@%:]{1,256}$/);
        const parsed = parseCaller(`hindcast=${value}`);
        expect(parsed).toMatchObject({ service: caller.service, line: caller.line, column: caller.column });
        if (value.length < 200) expect(parsed).toEqual(caller);
      }),
    );
  });

  test('is never longer than W3C allows: the file is cut at its front, then the name at its end', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 600 }),
        fc.string({ unit: 'binary', maxLength: 600 }),
        (path, name) => {
          const value = encodeCaller({
            service: 'shop',
            path,
            name: `n${name}`,
            line: 999_999_999,
            column: 999_999_999,
          });
          expect(value).toMatch(/^[\w\-./*@%:]{1,256}$/);
          expect(value).not.toMatch(/%(?![\dA-F]{2})/);
        },
      ),
    );
    const long = parseCaller(
      `hindcast=${encodeCaller({ service: 's', path: `${'d/'.repeat(200)}é/end.ts`, name: 'fn', line: 1, column: 2 })}`,
    );
    expect(long?.path).toMatch(/^\*[d/]+é\/end\.ts$/);
    expect(long?.name).toBe('fn');
    const named = encodeCaller({ service: 's', path: 'a/file.ts', name: 'x'.repeat(400), line: 1, column: 2 });
    expect(named).toHaveLength(256);
    expect(parseCaller(`hindcast=${named}`)?.path).toBe('*');
  });

  test.each([
    ['', 'nothing'],
    ['vendor=1', 'another vendor'],
    ['hindcast=2:a:b:c:1:1', 'a later version'],
    ['hindcast=1:a:b:c:1', 'a part too few'],
    ['hindcast=1:a:b:c:1:1:1', 'a part too many'],
    ['hindcast=1::b:c:1:1', 'no service'],
    ['hindcast=1:a:b::1:1', 'no name'],
    ['hindcast=1:a:b:c:-1:1', 'a negative line'],
    ['hindcast=1:a:b:c:1e9:1', 'a line that is no number'],
    ['hindcast=1:a:b:c:9999999999:1', 'a line beyond any file'],
    ['hindcast=1:a:b:%:1:1', 'half an escape'],
    ['hindcast=1:a:b:c%00:1:1', 'a control character'],
    ['hindcast=1:a:b:c%0Ad:1:1', 'a line break'],
    ['hindcast=1:a:b:c d:1:1', 'a raw space'],
    [`hindcast=1:a:b:${'c'.repeat(300)}:1:1`, 'more than 256 characters'],
    [`${'x=1,'.repeat(2000)}hindcast=1:a:b:c:1:1`, 'a header without end'],
    ['xhindcast=1:a:b:c:1:1', 'a key that ends like ours'],
  ])('is not read from %j (%s)', (header) => {
    expect(parseCaller(header)).toBeUndefined();
  });

  test('whatever is sent, reading it neither throws nor takes long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (header) => {
        parseCaller(header);
        parseCaller(`hindcast=${header}`);
        withoutCaller(header);
        mergeTraceState('1:a:b:c:1:1', header);
      }),
    );
  });
});

describe('merging', () => {
  test.each([
    [undefined, 'hindcast=v'],
    ['', 'hindcast=v'],
    ['a=1,b=2', 'hindcast=v,a=1,b=2'],
    [' a=1 ,, b=2', 'hindcast=v,a=1,b=2'],
    ['a=1,hindcast=old,b=2', 'hindcast=v,a=1,b=2'],
    ['hindcast=old', 'hindcast=v'],
  ])('puts our entry before %j, once', (others, merged) => {
    expect(mergeTraceState('v', others)).toBe(merged);
  });

  test('keeps to 32 entries and 512 characters', () => {
    const many = Array.from({ length: 60 }, (_, i) => `k${i}=1`).join(',');
    expect(mergeTraceState('v', many).split(',')).toHaveLength(32);
    const large = Array.from({ length: 10 }, (_, i) => `k${i}=${'x'.repeat(100)}`).join(',');
    expect(mergeTraceState('v', large).length).toBeLessThanOrEqual(512);
  });

  test('takes our entry out again', () => {
    expect(withoutCaller('hindcast=v,a=1,b=2')).toBe('a=1,b=2');
    expect(withoutCaller('hindcast=v')).toBe('');
  });
});
