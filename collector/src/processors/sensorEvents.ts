import * as semconv from '@hindcast/proto/semconv';
import type { AttributeMap, AttributeValue, OtlpLogRecord, OtlpResourceLogs } from '../otlp/model.js';
import {
  emptyReport,
  type DeclaredFunction,
  type Exemplar,
  type FileDeclaration,
  type Report,
} from '../store/model.js';
import { positionAttribute, textAttribute } from './attributeReaders.js';
import { exemplarOf } from './exemplars.js';
import { MAX_NAME_LENGTH, capText, cleanPath, reject, type Rejections } from './limits.js';
import { senderOf } from './sender.js';

const MAX_HASH_LENGTH = 64;

export interface EventReports {
  readonly reports: Report[];
  readonly acceptedEvents: number;
}

/** The sensor's events (docs/wire.md) as reports. Other log records are left alone. */
export function reportsOfLogs(
  groups: readonly OtlpResourceLogs[],
  nowMs: number,
  rejections: Rejections,
): EventReports {
  const reports: Report[] = [];
  let acceptedEvents = 0;
  for (const group of groups) {
    const declarations: FileDeclaration[] = [];
    const exemplars: Exemplar[] = [];
    for (const record of group.records) {
      const eventName = eventNameOf(record);
      if (eventName === semconv.EVENT_EXEMPLAR) {
        const exemplar = exemplarOf(record, nowMs);
        if (exemplar) exemplars.push(exemplar);
        else reject(rejections, 'exemplar');
      }
      if (eventName !== semconv.EVENT_FILE_LOADED && eventName !== semconv.EVENT_FILE_NOT_OBSERVED) continue;
      const declaration = declarationOf(eventName, record);
      if (declaration) declarations.push(declaration);
      else reject(rejections, 'declaration');
    }
    const accepted = declarations.length + exemplars.length;
    if (accepted === 0) continue;
    acceptedEvents += accepted;
    const { deployment, instanceId, repositoryUrl } = senderOf(group.resource, 'sensor');
    reports.push({ ...emptyReport(deployment, instanceId, repositoryUrl), declarations, exemplars });
  }
  return { reports, acceptedEvents };
}

/** The event's name; before OTLP 1.5 it was an attribute, and pipelines of that age still turn it into one. */
function eventNameOf({ eventName, attributes }: OtlpLogRecord): string {
  return eventName || textAttribute(attributes, 'event.name');
}

function declarationOf(eventName: string, { attributes, body }: OtlpLogRecord): FileDeclaration | undefined {
  const path = cleanPath(textAttribute(attributes, semconv.CODE_FILE_PATH));
  if (path === '') return undefined;
  const contentHash = capText(textAttribute(attributes, semconv.CODE_FILE_HASH), MAX_HASH_LENGTH);
  if (eventName === semconv.EVENT_FILE_NOT_OBSERVED) {
    const reason = textAttribute(attributes, semconv.NOT_OBSERVED_REASON) || 'The sensor did not say why.';
    return { path, contentHash, notObservedReason: capText(reason, MAX_NAME_LENGTH), functions: [] };
  }
  if (body !== undefined && !Array.isArray(body)) return undefined;
  const functions = ((body ?? []) as readonly AttributeValue[]).map((item) => functionOf(item));
  if (functions.includes(undefined)) return undefined;
  return { path, contentHash, notObservedReason: '', functions: functions.filter((fn) => fn !== undefined) };
}

function functionOf(item: AttributeValue): DeclaredFunction | undefined {
  if (!(item instanceof Map)) return undefined;
  const fields: AttributeMap = item;
  const name = capText(textAttribute(fields, 'name'), MAX_NAME_LENGTH);
  const line = positionAttribute(fields, 'line');
  if (name === '' || line === 0) return undefined;
  return {
    name,
    line,
    column: positionAttribute(fields, 'column'),
    endLine: positionAttribute(fields, 'endLine'),
    bodyHash: capText(textAttribute(fields, 'hash'), MAX_HASH_LENGTH),
  };
}
