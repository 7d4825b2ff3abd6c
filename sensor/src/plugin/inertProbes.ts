import { probeNames } from '../transform/injected.js';
import { ENTER } from './embedded.js';

const FUNCTIONS = 1 << 16;
const nothing = (): number => 0;

/** What injected code does where no sensor runs: as good as nothing. */
const inert: Readonly<Record<keyof typeof probeNames, unknown>> = {
  counts: new Int32Array(FUNCTIONS),
  nextSample: new Int32Array(FUNCTIONS).fill(0x7fffffff),
  failed: (_: number, error: unknown) => error,
  thrown: (_: number, __: number, ___: number, value: unknown) => value,
  sampled: nothing,
  startSync: nothing,
  endSync: nothing,
  startAsync: nothing,
  endAsync: nothing,
  returned: (_: number, __: number, value: unknown) => value,
};

/** Defines what the outputs of the build plugin need, where the sensor has not: it is switched off, or could not start. */
export function defineInertProbes(): void {
  let next = 0;
  const enter = (_: string, json: string): number => {
    const first = next;
    next += (JSON.parse(json) as { functionCount: number }).functionCount;
    return first;
  };
  for (const probe of Object.keys(probeNames) as (keyof typeof probeNames)[]) define(probeNames[probe], inert[probe]);
  define(ENTER, enter);
}

function define(name: string, value: unknown): void {
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value });
}
