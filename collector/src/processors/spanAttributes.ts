import type { AttributeSink } from '../otlp/attributes.js';
import { WordTable } from '../otlp/internedText.js';
import type { AttributeMap, Attributes, AttributeValue } from '../otlp/model.js';
import { CODE_NAMESPACE, CURRENT_NAMES, qualified, SPAN_NAMES } from './normaliseNames.js';

const KEYS: ReadonlyMap<string, number> = new Map(SPAN_NAMES.map((name, key) => [name, key]));
/** Of old names the key of the current one, of others -1. */
const CURRENT_KEYS = Int32Array.from(SPAN_NAMES, (name) => KEYS.get(CURRENT_NAMES.get(name) ?? '') ?? -1);
const NAMESPACE_KEY = KEYS.get(CODE_NAMESPACE) ?? -1;
const words = new WordTable(SPAN_NAMES);

/** What is read of a span's attributes, under their current names: one place for each, used again for the next span. */
export class SpanAttributes implements Attributes, AttributeSink {
  private readonly values = new Array<AttributeValue | undefined>(SPAN_NAMES.length).fill(undefined);
  private readonly used: number[] = [];

  find(bytes: Buffer, start: number, end: number): number {
    return words.indexOf(bytes, start, end);
  }

  set(key: number, value: AttributeValue): void {
    if (this.values[key] === undefined) this.used.push(key);
    this.values[key] = value;
  }

  load(attributes: AttributeMap): void {
    for (const [name, value] of attributes) {
      const key = KEYS.get(name);
      if (key !== undefined) this.set(key, value);
    }
  }

  /** All are there: puts what came under old names under the current ones, unless it came under these too. */
  rename(): void {
    const { used } = this;
    for (let i = 0, count = used.length; i < count; i++) {
      const key = used[i] ?? 0;
      const current = CURRENT_KEYS[key] ?? -1;
      const value = this.values[key];
      if (current < 0 || value === undefined || this.values[current] !== undefined) continue;
      this.set(current, qualified(SPAN_NAMES[key], value, this.values[NAMESPACE_KEY]));
    }
  }

  get(name: string): AttributeValue | undefined {
    return this.values[KEYS.get(name) ?? -1];
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  clear(): void {
    const { used } = this;
    for (let i = 0; i < used.length; i++) this.values[used[i] ?? 0] = undefined;
    used.length = 0;
  }
}
