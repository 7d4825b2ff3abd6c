import type { AttributeMap, AttributeValue, OtlpLogRecord } from '../otlp/model.js';
import { nanosToMs } from '../otlp/model.js';
import type { Exemplar, ExemplarDependency, ExemplarStep } from '../store/model.js';
import { dependencyKey, entryPointKey, positionAttribute, textAttribute } from './attributeReaders.js';
import { MAX_ERROR_TYPE_LENGTH, MAX_NAME_LENGTH, capText, cleanPath, isCount, isPlausibleTime } from './limits.js';

/** Of what is longer, the beginning is kept. */
const MAX_STEPS = 64;
const MAX_DEPENDENCIES = 32;

/** The sensor's `hindcast.exemplar` (proto/src/semconv.ts); undefined when it is no such thing. */
export function exemplarOf({ body, traceId, timeHigh, timeLow }: OtlpLogRecord, nowMs: number): Exemplar | undefined {
  if (!(body instanceof Map)) return undefined;
  const fields: AttributeMap = body;
  const entryPoint = entryPointKey(textAttribute(fields, 'entryKind'), textAttribute(fields, 'entryName'));
  const durationSeconds = seconds(fields);
  const timeMs = Math.round(nanosToMs(timeHigh, timeLow));
  if (!entryPoint || durationSeconds === undefined || !isPlausibleTime(timeMs, nowMs)) return undefined;
  return {
    entryPoint,
    traceId: /^[0-9a-f]{32}$/.test(traceId) ? traceId : '',
    timeMs,
    durationSeconds,
    errorType: capText(textAttribute(fields, 'errorType'), MAX_ERROR_TYPE_LENGTH),
    path: maps(fields, 'path', MAX_STEPS).flatMap(step),
    dependencies: maps(fields, 'dependencies', MAX_DEPENDENCIES).flatMap(dependency),
  };
}

function step(fields: AttributeMap): ExemplarStep[] {
  const name = capText(textAttribute(fields, 'name'), MAX_NAME_LENGTH);
  const durationSeconds = seconds(fields);
  if (name === '' || durationSeconds === undefined) return [];
  const fn = {
    path: cleanPath(textAttribute(fields, 'file')),
    name,
    line: positionAttribute(fields, 'line'),
    column: positionAttribute(fields, 'column'),
  };
  return [{ fn, durationSeconds }];
}

function dependency(fields: AttributeMap): ExemplarDependency[] {
  const key = dependencyKey(textAttribute(fields, 'kind'), textAttribute(fields, 'target'));
  const count = fields.get('count');
  const durationSeconds = seconds(fields);
  if (!key || typeof count !== 'number' || !isCount(count) || durationSeconds === undefined) return [];
  return [{ dependency: key, count, durationSeconds }];
}

function maps(fields: AttributeMap, key: string, most: number): AttributeMap[] {
  const items = fields.get(key);
  return Array.isArray(items)
    ? (items as readonly AttributeValue[]).slice(0, most).filter((item) => item instanceof Map)
    : [];
}

function seconds(fields: AttributeMap): number | undefined {
  const value = fields.get('durationSeconds');
  return typeof value === 'number' && value >= 0 && value < Infinity ? value : undefined;
}
