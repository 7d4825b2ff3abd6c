import { fromB, callsA, early } from './b.mjs';
export function hoistedA(n) { return n <= 0 ? 'bottom' : `A${n} ${fromB(n - 1)}` }
export const constantA = 'constant';
export default function () { return 'default A' }
console.log('a runs', fromB(3), callsA(), early, hoistedA.name);
