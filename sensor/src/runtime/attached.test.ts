import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { attached } from './attached.js';

test('what is attached is found again, each kind for itself', () => {
  const names = attached<string>();
  const ages = attached<number>();
  const object = {};
  names.set(object, 'a');
  ages.set(object, 3);
  expect([names.get(object), ages.get(object)]).toEqual(['a', 3]);
  expect(names.get({})).toBeUndefined();
});

test('nobody else can see it', () => {
  const names = attached<string>();
  const object = { a: 1 };
  const before = inspect(object, { showHidden: true });
  names.set(object, 'secret');
  expect(Reflect.ownKeys(object)).toEqual(['a']);
  expect(inspect(object, { showHidden: true })).toBe(before);
  expect(structuredClone(object)).toEqual({ a: 1 });
  expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
});

test('no code of the object runs', () => {
  const seen: string[] = [];
  const trap = new Proxy({}, { get: (_, key) => (seen.push(`get ${String(key)}`), () => true) });
  const watched = new Proxy({}, new Proxy({}, { get: (_, key) => void seen.push(String(key)) }));
  const names = attached<string>();
  for (const object of [trap, watched]) {
    names.set(object, 'a');
    expect(names.get(object)).toBe('a');
  }
  expect(seen).toEqual([]);
});
