import type { DependencyKey, EntryPointKey, FunctionKey } from '../store/model.js';

// Keys that are equal are, as a rule, the same object: rows are then found by identity, without putting a text together for
// each call. Nothing depends on it: two objects for one key make two rows of one report, which the store adds up.

const MAX_KEYS = 50_000;
/** Longer ones are seldom said twice, and would be much to remember. */
const MAX_LENGTH = 1_024;

/** By two texts and a number; forgets everything when it is full. */
class KeyTable<Value> {
  private byFirst = new Map<string, Map<string, Map<number, Value>>>();
  private size = 0;

  /** @param isRight whether the value found is that of the number, which may stand for others too */
  of(first: string, second: string, number: number, isRight: (value: Value) => boolean, make: () => Value): Value {
    const byNumber = this.byFirst.get(first)?.get(second);
    const known = byNumber?.get(number);
    if (known !== undefined && isRight(known)) return known;
    const value = make();
    if (first.length + second.length > MAX_LENGTH) return value;
    if (++this.size > MAX_KEYS) {
      this.byFirst = new Map();
      this.size = 1;
    }
    let bySecond = this.byFirst.get(first);
    if (!bySecond) this.byFirst.set(first, (bySecond = new Map<string, Map<number, Value>>()));
    const target = bySecond.get(second);
    if (target) target.set(number, value);
    else bySecond.set(second, new Map([[number, value]]));
    return value;
  }
}

const functions = new KeyTable<FunctionKey>();
const entryPoints = new KeyTable<EntryPointKey>();
const dependencies = new KeyTable<DependencyKey>();
const always = (): boolean => true;

/** @param make what the key is made of, when it is not known yet; the texts may be as they came */
export function internFunction(
  path: string,
  name: string,
  line: number,
  column: number,
  make: () => FunctionKey,
): FunctionKey {
  const place = (Math.imul(line, 4099) + column) | 0;
  return functions.of(path, name, place, (known) => known.line === line && known.column === column, make);
}

export function internEntryPoint(kind: string, name: string, make: () => EntryPointKey): EntryPointKey {
  return entryPoints.of(kind, name, 0, always, make);
}

export function internDependency(kind: string, target: string, make: () => DependencyKey): DependencyKey {
  return dependencies.of(kind, target, 0, always, make);
}
