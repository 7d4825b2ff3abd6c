/** A condition of a policy: comparisons joined by `and` and `or`, `and` binding closer. */
export type Condition =
  | { readonly any: readonly Condition[] }
  | { readonly all: readonly Condition[] }
  | { readonly value: string; readonly operator: string; readonly with: number | string };

/** A condition that makes no sense; the message says what does. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
}

const COMPARISON = /^(\w+)\s*(>=|<=|!=|==|=|>|<)\s*(-?\d+(?:\.\d+)?|\w+)$/;

/**
 * Reads `risk > 60 and callsPerMinute > 1000 or kind = removed`.
 * @param names what can be compared
 * @throws ConditionError
 */
export function parseCondition(text: string, names: readonly string[]): Condition {
  const any = text.trim().split(/\s+or\s+/i);
  return {
    any: any.map((part) => ({ all: part.split(/\s+and\s+/i).map((each) => comparison(each.trim(), names)) })),
  };
}

function comparison(text: string, names: readonly string[]): Condition {
  const [, value = '', operator = '', against = ''] = COMPARISON.exec(text) ?? [];
  if (value === '') throw new ConditionError(`'${text.slice(0, 80)}' is no comparison such as risk > 60.`);
  if (!names.includes(value)) {
    throw new ConditionError(`there is no '${value.slice(0, 40)}'; there are ${names.join(', ')}.`);
  }
  const number = Number(against);
  return { value, operator: operator === '=' ? '==' : operator, with: Number.isNaN(number) ? against : number };
}

export function holds(condition: Condition, values: Readonly<Record<string, number | string>>): boolean {
  if ('any' in condition) return condition.any.some((each) => holds(each, values));
  if ('all' in condition) return condition.all.every((each) => holds(each, values));
  const own = values[condition.value];
  const other = condition.with;
  if (own === undefined) return false;
  switch (condition.operator) {
    case '==':
      return own === other;
    case '!=':
      return own !== other;
    case '>':
      return typeof own === 'number' && typeof other === 'number' && own > other;
    case '>=':
      return typeof own === 'number' && typeof other === 'number' && own >= other;
    case '<':
      return typeof own === 'number' && typeof other === 'number' && own < other;
    default:
      return typeof own === 'number' && typeof other === 'number' && own <= other;
  }
}
