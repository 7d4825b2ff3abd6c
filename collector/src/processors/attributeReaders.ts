import * as semconv from '@hindcast/proto/semconv';
import type { AttributeMap } from '../otlp/model.js';
import type { FunctionKey } from '../store/model.js';
import { MAX_NAME_LENGTH, capText, cleanPath } from './limits.js';

/** The attribute as a string; empty when it is absent or something else. */
export function textAttribute(attributes: AttributeMap, key: string): string {
  const value = attributes.get(key);
  return typeof value === 'string' ? value : '';
}

/** A position in source: a whole number from 1; 0 when it is absent or no such number. */
export function positionAttribute(attributes: AttributeMap, key: string): number {
  const value = attributes.get(key);
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 0x7fffffff ? value : 0;
}

/** The function that `code.*` names; undefined without a name. */
export function codeFunction(attributes: AttributeMap): FunctionKey | undefined {
  const name = textAttribute(attributes, semconv.CODE_FUNCTION_NAME);
  if (name === '') return undefined;
  return {
    path: cleanPath(textAttribute(attributes, semconv.CODE_FILE_PATH)),
    name: capText(name, MAX_NAME_LENGTH),
    line: positionAttribute(attributes, semconv.CODE_LINE_NUMBER),
    column: positionAttribute(attributes, semconv.CODE_COLUMN_NUMBER),
  };
}

/** The function that `hindcast.caller.*` names; undefined without a name. */
export function callerFunction(attributes: AttributeMap): FunctionKey | undefined {
  const name = textAttribute(attributes, semconv.CALLER_FUNCTION_NAME);
  if (name === '') return undefined;
  return {
    path: cleanPath(textAttribute(attributes, semconv.CALLER_FILE_PATH)),
    name: capText(name, MAX_NAME_LENGTH),
    line: positionAttribute(attributes, semconv.CALLER_LINE_NUMBER),
    column: positionAttribute(attributes, semconv.CALLER_COLUMN_NUMBER),
  };
}
