import * as semconv from '@hindcast/proto/semconv';
import type { Attributes } from '../otlp/model.js';
import type { DependencyKey, EntryPointKey, FunctionKey } from '../store/model.js';
import { internDependency, internEntryPoint, internFunction } from './internedKeys.js';
import { MAX_KIND_LENGTH, MAX_NAME_LENGTH, capText, cleanPath } from './limits.js';

/** The attribute as a string; empty when it is absent or something else. */
export function textAttribute(attributes: Attributes, key: string): string {
  const value = attributes.get(key);
  return typeof value === 'string' ? value : '';
}

/** A position in source: a whole number from 1; 0 when it is absent or no such number. */
export function positionAttribute(attributes: Attributes, key: string): number {
  const value = attributes.get(key);
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 0x7fffffff ? value : 0;
}

/** The function that `code.*` names; undefined without a name. */
export function codeFunction(attributes: Attributes): FunctionKey | undefined {
  return functionKey(
    textAttribute(attributes, semconv.CODE_FUNCTION_NAME),
    textAttribute(attributes, semconv.CODE_FILE_PATH),
    positionAttribute(attributes, semconv.CODE_LINE_NUMBER),
    positionAttribute(attributes, semconv.CODE_COLUMN_NUMBER),
  );
}

/** A function as it was reported; undefined without a name. */
export function functionKey(name: string, path: string, line: number, column: number): FunctionKey | undefined {
  if (name === '') return undefined;
  return internFunction(path, name, line, column, () => ({
    path: cleanPath(path),
    name: capText(name, MAX_NAME_LENGTH),
    line,
    column,
  }));
}

/** The function that `hindcast.caller.*` names; undefined without a name. */
export function callerFunction(attributes: Attributes): FunctionKey | undefined {
  return functionKey(
    textAttribute(attributes, semconv.CALLER_FUNCTION_NAME),
    textAttribute(attributes, semconv.CALLER_FILE_PATH),
    positionAttribute(attributes, semconv.CALLER_LINE_NUMBER),
    positionAttribute(attributes, semconv.CALLER_COLUMN_NUMBER),
  );
}

/** `service.name` of a caller in another service; empty for one in the same process. */
export function callerService(attributes: Attributes): string {
  return capText(textAttribute(attributes, semconv.CALLER_SERVICE_NAME), MAX_NAME_LENGTH);
}

/** The entry point that `hindcast.entry.*` names; undefined without a name. */
export function entryPointOf(attributes: Attributes): EntryPointKey | undefined {
  return entryPointKey(textAttribute(attributes, semconv.ENTRY_KIND), textAttribute(attributes, semconv.ENTRY_NAME));
}

/** The dependency that `hindcast.dependency.*` names; undefined without a target. */
export function dependencyOf(attributes: Attributes): DependencyKey | undefined {
  return dependencyKey(
    textAttribute(attributes, semconv.DEPENDENCY_KIND),
    textAttribute(attributes, semconv.DEPENDENCY_TARGET),
  );
}

/** Undefined without a name. */
export function entryPointKey(kind: string, name: string): EntryPointKey | undefined {
  if (name === '') return undefined;
  return internEntryPoint(kind, name, () => ({
    kind: capText(kind, MAX_KIND_LENGTH),
    name: capText(name, MAX_NAME_LENGTH),
  }));
}

/** Undefined without a target. */
export function dependencyKey(kind: string, target: string): DependencyKey | undefined {
  if (target === '') return undefined;
  return internDependency(kind, target, () => ({
    kind: capText(kind, MAX_KIND_LENGTH),
    target: capText(target, MAX_NAME_LENGTH),
  }));
}
