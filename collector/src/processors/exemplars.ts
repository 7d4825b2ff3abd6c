import type { AttributeMap, AttributeValue, OtlpLogRecord } from '../otlp/model.js';
import { nanosToMs } from '../otlp/model.js';
import type { Exemplar, ExemplarDependency, ExemplarStep, FunctionKey } from '../store/model.js';
import { dependencyKey, entryPointKey, positionAttribute, textAttribute } from './attributeReaders.js';
import { MAX_ERROR_TYPE_LENGTH, MAX_NAME_LENGTH, capText, cleanPath, isCount, isPlausibleTime } from './limits.js';

/** Of what is longer, the beginning is kept. */
const MAX_STEPS = 64;
const MAX_DEPENDENCIES = 32;
/** Two moments that are read one after the other may be told in the wrong order by as much. */
const CLOCK_GRAIN_SECONDS = 50e-6;

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
    path: withCallers(maps(fields, 'path', MAX_STEPS).flatMap(step)),
    dependencies: maps(fields, 'dependencies', MAX_DEPENDENCIES).flatMap(dependency),
  };
}

function step(fields: AttributeMap): ExemplarStep[] {
  const fn = place(fields);
  const durationSeconds = seconds(fields);
  if (!fn || durationSeconds === undefined) return [];
  const offsetSeconds = seconds(fields, 'offsetSeconds');
  return [{ fn, durationSeconds, ...(offsetSeconds === undefined ? {} : { offsetSeconds }) }];
}

function place(fields: AttributeMap): FunctionKey | undefined {
  const name = capText(textAttribute(fields, 'name'), MAX_NAME_LENGTH);
  if (name === '') return undefined;
  return {
    path: cleanPath(textAttribute(fields, 'file')),
    name,
    line: positionAttribute(fields, 'line'),
    column: positionAttribute(fields, 'column'),
  };
}

/**
 * The sensor tells when each call began and how long it took, and not who called it: a call lies within its caller's time, and
 * of all calls that it lies within its caller is the one that began last.
 */
function withCallers(steps: readonly ExemplarStep[]): ExemplarStep[] {
  if (steps.some(({ offsetSeconds }) => offsetSeconds === undefined)) return [...steps];
  const endOf = ({ offsetSeconds = 0, durationSeconds }: ExemplarStep): number => offsetSeconds + durationSeconds;
  return steps.map((own, index) => {
    const around = (other: ExemplarStep, at: number): boolean =>
      at < index &&
      (other.offsetSeconds ?? 0) <= (own.offsetSeconds ?? 0) &&
      endOf(other) + CLOCK_GRAIN_SECONDS >= endOf(own) &&
      other.durationSeconds >= own.durationSeconds;
    return { ...own, parent: steps.findLastIndex(around) };
  });
}

function dependency(fields: AttributeMap): ExemplarDependency[] {
  const key = dependencyKey(textAttribute(fields, 'kind'), textAttribute(fields, 'target'));
  const count = fields.get('count');
  const durationSeconds = seconds(fields);
  if (!key || typeof count !== 'number' || !isCount(count) || durationSeconds === undefined) return [];
  const fn = place(fields);
  return [{ dependency: key, count, durationSeconds, ...(fn ? { fn } : {}) }];
}

function maps(fields: AttributeMap, key: string, most: number): AttributeMap[] {
  const items = fields.get(key);
  return Array.isArray(items)
    ? (items as readonly AttributeValue[]).slice(0, most).filter((item) => item instanceof Map)
    : [];
}

function seconds(fields: AttributeMap, key = 'durationSeconds'): number | undefined {
  const value = fields.get(key);
  return typeof value === 'number' && value >= 0 && value < Infinity ? value : undefined;
}
