/** What a tool was given makes no sense; the message tells a model what to send instead. */
export class AgentInputError extends Error {
  override readonly name = 'AgentInputError';
}

/** The part of JSON Schema that our tools' inputs use. */
export interface PropertySchema {
  readonly type: 'string' | 'integer' | 'boolean' | 'array';
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly items?: { readonly type: 'string' };
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface InputSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, PropertySchema>>;
  readonly required?: readonly string[];
}

const MAX_STRING = 2000;
const MAX_ITEMS = 50;

/** A tool's input, checked; what is not known is refused rather than overlooked. */
export class AgentInput {
  readonly #values: ReadonlyMap<string, unknown>;

  private constructor(values: ReadonlyMap<string, unknown>) {
    this.#values = values;
  }

  /** @throws AgentInputError */
  static check(schema: InputSchema, value: unknown): AgentInput {
    if (value !== undefined && value !== null && (typeof value !== 'object' || Array.isArray(value))) {
      throw new AgentInputError(`arguments must be an object with ${names(schema)}.`);
    }
    const entries = Object.entries(value ?? {}).filter(([, each]) => each !== undefined && each !== null);
    for (const [name, each] of entries) {
      const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
      if (!property) {
        throw new AgentInputError(`there is no argument "${name.slice(0, 40)}"; there are ${names(schema)}.`);
      }
      checkProperty(name, property, each);
    }
    const given = new Map<string, unknown>(entries);
    const missing = (schema.required ?? []).filter((name) => !given.has(name));
    if (missing.length > 0) throw new AgentInputError(`missing: ${missing.join(', ')}.`);
    return new AgentInput(given);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  }

  number(name: string): number | undefined {
    const value = this.#values.get(name);
    return typeof value === 'number' ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#values.get(name);
    return Array.isArray(value)
      ? value.filter((each): each is string => typeof each === 'string' && each.trim() !== '')
      : [];
  }

  flag(name: string): boolean {
    return this.#values.get(name) === true;
  }
}

function checkProperty(name: string, schema: PropertySchema, value: unknown): void {
  const wrong = (what: string) => new AgentInputError(`${name} must be ${what}.`);
  switch (schema.type) {
    case 'string':
      if (typeof value !== 'string') throw wrong('a string');
      if (value.length > MAX_STRING) throw wrong(`at most ${MAX_STRING} characters`);
      if (schema.enum && !schema.enum.includes(value)) throw wrong(`one of ${schema.enum.join(', ')}`);
      return;
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrong('a whole number');
      if (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)) {
        throw wrong(`from ${schema.minimum ?? '-∞'} to ${schema.maximum ?? '∞'}`);
      }
      return;
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong('true or false');
      return;
    case 'array':
      if (!Array.isArray(value) || value.some((each) => typeof each !== 'string')) throw wrong('an array of strings');
      if (value.length > MAX_ITEMS) throw wrong(`at most ${MAX_ITEMS} strings`);
      if (value.some((each) => typeof each === 'string' && each.length > MAX_STRING)) throw wrong('shorter strings');
  }
}

function names({ properties }: InputSchema): string {
  return Object.keys(properties).join(', ');
}
