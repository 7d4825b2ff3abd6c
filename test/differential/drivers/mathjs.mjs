import { attempt, require, say } from './hindcastSupport.mjs';

const math = require('./');
for (const text of [
  '1+2*3',
  '2^0.5',
  'sqrt(-4)',
  '[1,2;3,4]^-1',
  'det([1,2;3,4])',
  '5 cm + 2 inch to mm',
  'derivative("x^3 + sin(x)*2", "x")',
  'simplify("2x + 3x - x")',
  'f(x,y)=x^y; f(2,10)',
  'bignumber(1)/3',
  'fraction(1,3)+fraction(1,6)',
  'range(0,10,3)',
  'sort([3,1,2])',
  'eigs([2,0;0,3])',
  '1/0',
  'a = {b: 3}; a.b',
  'sum(1,2,3)',
  'mean([1,2;3,4],1)',
  'unknown(1)',
  '2 +',
  '[1,2]*[3,4,5]',
  'gamma(5.5)',
  'nthRoot(27,3)',
  'lusolve([1,2;3,4],[5,6])',
  'format(pi, 20)',
  'compare(1i, 2)',
  'lyap([1,2;3,4],[1,0;0,1])',
  'rationalize("(x+1)^2/x", true)',
  'bin(5)',
  'fft([1,2,3,4])',
  'filter([1,2,3], f(x)=x>1)',
  'parse("a*b").toTex()',
  'xgcd(36163,21199)',
  'isPrime(7919)',
  'ones(2,3)',
  'cross([1,2,3],[4,5,6])',
  'kron([1,2],[3,4])',
  'quantileSeq([1,2,3,4],0.3)',
  '"abc" == "abc"',
  '1 < 2 < 3',
  'x = 3 > 2 ? 1 : 0',
]) {
  await attempt(text, () => math.format(math.evaluate(text)));
  await attempt(`parsed ${text}`, () => {
    const node = math.parse(text);
    return [node.toString(), node.toTex(), node.filter(() => true).length];
  });
}
say('functions', Object.keys(math).length);
