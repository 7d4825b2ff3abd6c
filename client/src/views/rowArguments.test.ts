import { describe, expect, it } from 'vitest';
import { factsOf, placeOf, serviceOf } from './rowArguments.js';

const place = { service: 's', filePath: 'a.js', name: 'f', line: 1, column: 2 };

describe('what a command was run on', () => {
  it.each([
    [place, place],
    [{ ...place, more: 1 }, place],
    [{ place, figures: '' }, place],
    [{ kind: 'entryPoint', row: { place }, of: {} }, place],
    [undefined, undefined],
    ['f', undefined],
    [{ service: 's' }, undefined],
  ])('%#: is the function', (argument, expected) => {
    expect(placeOf(argument)).toEqual(expected);
  });

  it.each([
    [
      { kind: 'service', row: { service: 's' } },
      { service: 's', entryPoint: '' },
    ],
    [
      { kind: 'entryPoint', row: { name: 'GET /' }, of: { service: 's' } },
      { service: 's', entryPoint: 'GET /' },
    ],
    [{ service: 's' }, { service: 's', entryPoint: '' }],
    [{}, undefined],
    [null, undefined],
  ])('%#: is the service', (argument, expected) => {
    expect(serviceOf(argument)).toEqual(expected);
  });

  it('has facts, and only pairs of words are', () => {
    expect(factsOf({ place, facts: [['a', 'b'], ['c'], 3] })).toEqual({ title: 'f', facts: [['a', 'b']] });
    expect(factsOf({ kind: 'service', row: { service: 's', facts: [] } })).toEqual({ title: 's', facts: [] });
    expect(factsOf(place)).toBeUndefined();
  });
});
