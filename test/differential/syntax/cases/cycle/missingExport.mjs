import { nope } from "./namespace.mjs";
console.log(nope);
