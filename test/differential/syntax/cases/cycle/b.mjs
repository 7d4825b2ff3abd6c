import defaultA, { hoistedA, constantA } from './a.mjs';
export function fromB(n) { return `B${n} ${hoistedA(n - 1)}` }
export const callsA = () => defaultA();
export const early = [hoistedA(2), defaultA(), defaultA.name];
try { console.log(constantA) } catch (e) { console.log(e.name, e.message) }
console.log('b runs');
