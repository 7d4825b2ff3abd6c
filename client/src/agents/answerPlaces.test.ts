import { expect, it } from 'vitest';
import { answerPlaces } from './answerPlaces.js';

it('leads to functions of the folder, each once, and nowhere else', () => {
  const places = answerPlaces({
    markdown: '',
    folder: '/home/me/shop',
    structured: {
      results: [
        { function: 'serve', file: 'src/shop.ts', line: 8 },
        { function: 'serve', file: 'src/shop.ts', line: 8, state: 'never_ran' },
        { function: { untrusted: 'evil' }, file: { untrusted: 'src/shop.ts' }, line: 3 },
        { function: 'up', file: '../other/secret.ts', line: 1 },
        { function: 'away', file: '/etc/passwd', line: 1 },
        { function: 'unplaced', file: 'src/shop.ts' },
        null,
      ],
    },
  });
  expect(places).toEqual([{ name: 'serve', path: 'src/shop.ts', absolutePath: '/home/me/shop/src/shop.ts', line: 8 }]);
});
