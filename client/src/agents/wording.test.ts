import { expect, it } from 'vitest';
import { harmless, wordLines } from './wording.js';

it.each([
  ['see ![x](https://evil.test/a.png?q=1) now', 'see x now'],
  ['[click](command:workbench.action.quit)', 'click'],
  ['[click][1]', 'click'],
  ['[1]: https://evil.test', ''],
  ['<img src="https://evil.test/a.png">', '‹img src="https: //evil.test/a.png">'],
  ['visit https://evil.test', 'visit https: //evil.test'],
  ['p99 < 5 ms at `a[0]`, 300 calls', 'p99 < 5 ms at `a[0]`, 300 calls'],
])('of %s the person sees %s', (line, shown) => {
  expect(harmless(line)).toBe(shown);
});

it('lets nothing through that comes in pieces', async () => {
  async function* pieces() {
    yield* ['a ![', 'x](ht', 'tps://evil.test)\nb', ' c'];
    await Promise.resolve();
  }
  let text = '';
  await wordLines(pieces(), (part) => (text += part));
  expect(text).toBe('a x\nb c');
});
