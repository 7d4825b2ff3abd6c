// notObserved: a text that is compiled as asm.js must not change.
const asm = function (stdlib) { 'use asm'; function f(x) { x = x | 0; return x + 1 | 0 } return { f: f } };
console.log(asm(globalThis).f(41), asm.name, asm.length, asm.toString());
