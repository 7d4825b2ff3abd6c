export default function named() {}
export let live = 1;
export const bump = () => { live++ };
export function hoisted() { return typeof Klass }
export class Klass { m() {} }
const anonymous = function () { return this };
export { anonymous };
