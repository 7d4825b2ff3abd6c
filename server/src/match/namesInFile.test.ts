import { expect, test } from 'vitest';
import type { FunctionFacts } from '../collector/facts.js';
import type { SourceFunction } from '../source/sourceFunction.js';
import { namesInFile } from './namesInFile.js';

const inSource = (name: string): SourceFunction => ({ name, line: 1, column: 1, endLine: 1, bodyHash: '' });
const reported = (name: string): FunctionFacts => ({
  id: { name, line: 1, column: 1, endLine: 1, bodyHash: '' },
  state: 'ran',
  calls: 1,
  errors: 0,
  errorsByType: [],
  duration: undefined,
  callers: [],
  callersOmitted: 0,
  declaredSinceMs: undefined,
  lastCalledMs: undefined,
  notObservedReason: '',
  entryCalls: 0,
  entryPoints: [],
  dependencies: [],
});

test.each<[string, string[], string[], string[]]>([
  [
    'Python, with its module',
    ['Cart.total', 'helper'],
    ['shop.cart.Cart.total', 'shop.cart.helper'],
    ['Cart.total', 'helper'],
  ],
  [
    'Go, with the path of the package',
    ['shop.Total', 'shop.(*Cart).Add'],
    ['github.com/acme/shop.Total', 'github.com/acme/shop.(*Cart).Add'],
    ['shop.Total', 'shop.(*Cart).Add'],
  ],
  [
    'Rust, with the crate',
    ['Cart::add', 'total'],
    ['store::shop::Cart::add', 'store::shop::total'],
    ['Cart::add', 'total'],
  ],
  ['the same names', ['f', 'A.f'], ['f', 'A.f'], ['f', 'A.f']],
  ['a name that ends like another, beside one that fits', ['f', 'g'], ['f', 'other.g'], ['f', 'other.g']],
  ['different things before them', ['f', 'g'], ['a.f', 'b.g'], ['a.f', 'b.g']],
  ['nothing known', ['f'], ['a.g'], ['a.g']],
  ['no separator before the end', ['f'], ['ff'], ['ff']],
])('%s', (_, source, deployed, expected) => {
  const names = namesInFile(source.map(inSource), deployed.map(reported));
  expect([...names.values()]).toEqual(expected);
});
