import { functionPlaceShape } from '@hindcast/proto/webviewMessages';
import type { FunctionPlace } from '@hindcast/proto/webviewMessages';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The function that a command was run on: a place, or a row of a view with one; undefined when it was run on nothing. */
export function placeOf(argument: unknown): FunctionPlace | undefined {
  if (functionPlaceShape.is(argument)) {
    const { service, filePath, name, line, column } = argument;
    return { service, filePath, name, line, column };
  }
  if (!isObject(argument)) return undefined;
  return placeOf(argument['place'] ?? (isObject(argument['row']) ? argument['row'] : undefined));
}

/** The service and entry point that a command was run on: a row of the Services view. Empty strings for what it is not about. */
export function serviceOf(argument: unknown): { service: string; entryPoint: string } | undefined {
  if (!isObject(argument)) return undefined;
  if (isObject(argument['of']) && isObject(argument['row'])) {
    const { service } = argument['of'];
    const { name } = argument['row'];
    return typeof service === 'string' ? { service, entryPoint: typeof name === 'string' ? name : '' } : undefined;
  }
  const { service } = isObject(argument['row']) ? argument['row'] : argument;
  return typeof service === 'string' ? { service, entryPoint: '' } : undefined;
}

/** The title and facts of a row; undefined when a command was not run on one. */
export function factsOf(argument: unknown): { title: string; facts: [string, string][] } | undefined {
  if (!isObject(argument)) return undefined;
  const row = isObject(argument['row']) ? argument['row'] : argument;
  const facts = row['facts'];
  if (!Array.isArray(facts)) return undefined;
  const title = placeOf(row)?.name ?? row['service'];
  return typeof title === 'string' ? { title, facts: facts.filter(isFact) } : undefined;
}

function isFact(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}
