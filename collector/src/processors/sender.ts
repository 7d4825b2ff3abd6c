import * as semconv from '@hindcast/proto/semconv';
import type { AttributeMap } from '../otlp/model.js';
import type { DataSource, DeploymentKey } from '../store/model.js';
import { textAttribute } from './attributeReaders.js';
import { MAX_NAME_LENGTH, MAX_PATH_LENGTH, capText } from './limits.js';
import { normaliseNames } from './normaliseNames.js';

/** Who sent something: one instance of one deployment. */
export interface Sender {
  readonly deployment: DeploymentKey;
  readonly repositoryUrl: string;
  readonly instanceId: string;
}

/** The sender that a resource describes. Without `service.name` it is `unknown_service`, as the specification has it. */
export function senderOf(resource: AttributeMap, source: DataSource): Sender {
  // The decoder gives the same object for the same bytes.
  const bySource = sendersOf[source];
  let sender = bySource.get(resource);
  if (!sender) bySource.set(resource, (sender = interned(readSender(resource, source))));
  return sender;
}

const sendersOf = { spans: new WeakMap<AttributeMap, Sender>(), sensor: new WeakMap<AttributeMap, Sender>() };

function interned(sender: Sender): Sender {
  const key = JSON.stringify(sender);
  const known = senders.get(key);
  if (known) return known;
  if (senders.size >= MAX_SENDERS) senders.clear();
  senders.set(key, sender);
  return sender;
}

/** One object for each, so that what one instance sends in several requests is put together. */
const senders = new Map<string, Sender>();
const MAX_SENDERS = 10_000;

function readSender(resource: AttributeMap, source: DataSource): Sender {
  const attributes = normaliseNames(resource);
  const text = (key: string, length = MAX_NAME_LENGTH): string => capText(textAttribute(attributes, key), length);
  return {
    deployment: {
      service: text(semconv.SERVICE_NAME) || 'unknown_service',
      environment: text(semconv.DEPLOYMENT_ENVIRONMENT_NAME),
      version: text(semconv.SERVICE_VERSION),
      revision: text(semconv.VCS_REF_HEAD_REVISION),
      source,
    },
    repositoryUrl: text(semconv.VCS_REPOSITORY_URL_FULL, MAX_PATH_LENGTH),
    instanceId: text(semconv.SERVICE_INSTANCE_ID),
  };
}
