import type { hindcast } from '@hindcast/proto/generated/query.js';
import type { FunctionKey } from '../store/model.js';
import { matchingPaths } from './pathMatch.js';
import { RequestError } from './requestError.js';

const MAX_LENGTH = 4096;

/** A checked FunctionRef. */
export interface FunctionSelector {
  readonly service: string;
  /** The reported paths that fit; undefined when any does. */
  readonly paths: ReadonlySet<string> | undefined;
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

/** @throws RequestError when neither a name nor a path is given */
export function readFunctionRef(
  ref: hindcast.v1.FunctionRef.$Properties | null | undefined,
  field: string,
): FunctionSelector {
  const { service = '', filePath = '', name = '', line = 0, column = 0 } = ref ?? {};
  if (!name && !filePath) throw new RequestError(`${field}: give a name or a file_path.`);
  if ((filePath?.length ?? 0) > MAX_LENGTH || (name?.length ?? 0) > MAX_LENGTH) {
    throw new RequestError(`${field}: at most ${MAX_LENGTH} characters each.`);
  }
  return {
    service: service ?? '',
    paths: filePath ? new Set(matchingPaths(filePath)) : undefined,
    name: name ?? '',
    line: line ?? 0,
    column: column ?? 0,
  };
}

/** Whether it is the function that is asked for. */
export function isSelected(
  { service, paths, name, line, column }: FunctionSelector,
  of: string,
  fn: FunctionKey,
): boolean {
  return (
    (service === '' || service === of) &&
    (name === '' || name === fn.name) &&
    (line === 0 || line === fn.line) &&
    (column === 0 || column === fn.column) &&
    (paths === undefined || paths.has(fn.path))
  );
}
