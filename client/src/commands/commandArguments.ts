import type { ShowCallersArgument, ShowFunctionArgument } from '@hindcast/proto/lspMessages';

// Commands can be run by anything in the editor, so what they are given is checked before it is believed.

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isPosition = (value: Record<string, unknown>) =>
  Number.isInteger(value['line']) && Number.isInteger(value['column']);

/** Whether the value is the argument that lenses and hover links carry for the place of a function. */
export function isShowFunctionArgument(value: unknown): value is ShowFunctionArgument {
  return isObject(value) && typeof value['uri'] === 'string' && isPosition(value);
}

/** Whether the value is the argument that lenses and hover links carry for a list of callers. */
export function isShowCallersArgument(value: unknown): value is ShowCallersArgument {
  return (
    isShowFunctionArgument(value) &&
    'functionName' in value &&
    typeof value.functionName === 'string' &&
    'callers' in value &&
    Array.isArray(value.callers) &&
    value.callers.every(isCaller)
  );
}

function isCaller(value: unknown): boolean {
  return (
    isObject(value) &&
    isPosition(value) &&
    typeof value['calls'] === 'number' &&
    ['service', 'functionName', 'filePath'].every((key) => typeof value[key] === 'string') &&
    (value['uri'] === undefined || typeof value['uri'] === 'string')
  );
}
