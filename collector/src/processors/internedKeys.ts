import type { DependencyKey, EntryPointKey, FunctionKey } from '../store/model.js';

// Keys that are equal are, as a rule, the same object: rows are then found by identity, without putting a text together for
// each call. Nothing depends on it: two objects for one key make two rows of one report, which the store adds up.

const MAX_KEYS = 50_000;

/** By two texts; forgets everything when it is full. */
class PairTable<Value> {
  private byFirst = new Map<string, Map<string, Value>>();
  private size = 0;

  of(first: string, second: string, make: () => Value): Value {
    const bySecond = this.byFirst.get(first);
    const known = bySecond?.get(second);
    if (known !== undefined) return known;
    const value = make();
    if (++this.size > MAX_KEYS) {
      this.byFirst = new Map();
      this.size = 1;
    }
    const target = this.byFirst.get(first);
    if (target) target.set(second, value);
    else this.byFirst.set(first, new Map([[second, value]]));
    return value;
  }
}

const functions = new PairTable<Map<number, FunctionKey>>();
const entryPoints = new PairTable<EntryPointKey>();
const dependencies = new PairTable<DependencyKey>();
const MAX_PLACES = 10_000;

/** @param make what the key is made of, when it is not known yet; the texts may be as they came */
export function internFunction(
  path: string,
  name: string,
  line: number,
  column: number,
  make: () => FunctionKey,
): FunctionKey {
  const places = functions.of(path, name, () => new Map());
  const place = (Math.imul(line, 4099) + column) | 0;
  const known = places.get(place);
  if (known?.line === line && known.column === column) return known;
  const key = make();
  if (places.size >= MAX_PLACES) places.clear();
  places.set(place, key);
  return key;
}

export function internEntryPoint(kind: string, name: string, make: () => EntryPointKey): EntryPointKey {
  return entryPoints.of(kind, name, make);
}

export function internDependency(kind: string, target: string, make: () => DependencyKey): DependencyKey {
  return dependencies.of(kind, target, make);
}
