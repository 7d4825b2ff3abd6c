import * as semconv from '@hindcast/proto/semconv';
import type { Attributes } from '../otlp/model.js';
import type { DependencyKey, EntryPointKey } from '../store/model.js';
import { dependencyKey, entryPointKey, textAttribute } from './attributeReaders.js';

// What spans of OpenTelemetry's instrumentations say by their kind and attributes (under their current names).
// Source: https://opentelemetry.io/docs/specs/semconv/

const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;

/** Systems that are caches rather than databases. */
const CACHES: ReadonlySet<string> = new Set(['redis', 'valkey', 'memcached', 'aws.elasticache', 'hazelcast']);

/** The entry point that a server's or consumer's span went through. */
export function entryPointOfSpan(kind: number, name: string, attributes: Attributes): EntryPointKey | undefined {
  if (kind !== SERVER && kind !== CONSUMER) return undefined;
  if (attributes.has(semconv.HTTP_REQUEST_METHOD) || attributes.has(semconv.HTTP_ROUTE)) {
    const route = textAttribute(attributes, semconv.HTTP_ROUTE);
    // Without a route the span's name is what its instrumentation holds to be of low cardinality.
    return entryPointKey(
      'http',
      (route && `${textAttribute(attributes, semconv.HTTP_REQUEST_METHOD)} ${route}`.trim()) || name,
    );
  }
  if (kind === CONSUMER || attributes.has(semconv.MESSAGING_SYSTEM))
    return entryPointKey('queue', destination(attributes) || name);
  return entryPointKey('rpc', procedure(attributes) || name);
}

/** What a client's or producer's span called. */
export function dependencyOfSpan(kind: number, name: string, attributes: Attributes): DependencyKey | undefined {
  if (kind !== CLIENT && kind !== PRODUCER) return undefined;
  const database = textAttribute(attributes, semconv.DB_SYSTEM_NAME);
  if (database !== '') {
    const namespace = textAttribute(attributes, semconv.DB_NAMESPACE);
    return dependencyKey(CACHES.has(database) ? 'cache' : 'db', `${database} ${namespace}`.trim());
  }
  const messaging = textAttribute(attributes, semconv.MESSAGING_SYSTEM);
  if (kind === PRODUCER || messaging !== '') {
    return dependencyKey('queue', `${messaging} ${destination(attributes)}`.trim() || name);
  }
  const isRpc = attributes.has(semconv.RPC_SYSTEM_NAME);
  return dependencyKey(
    isRpc ? 'rpc' : 'http',
    server(attributes) || (isRpc ? textAttribute(attributes, semconv.RPC_SERVICE) : '') || name,
  );
}

function destination(attributes: Attributes): string {
  return (
    textAttribute(attributes, semconv.MESSAGING_DESTINATION_TEMPLATE) ||
    textAttribute(attributes, semconv.MESSAGING_DESTINATION_NAME)
  );
}

/** `shop.Orders/Place`; newer instrumentations have both parts in the method. */
function procedure(attributes: Attributes): string {
  const [service, method] = [
    textAttribute(attributes, semconv.RPC_SERVICE),
    textAttribute(attributes, semconv.RPC_METHOD),
  ];
  return service === '' || method === '' || method.includes('/') ? method || service : `${service}/${method}`;
}

/** `host:port` of the other side; never more of an address than that. */
function server(attributes: Attributes): string {
  const host = textAttribute(attributes, semconv.SERVER_ADDRESS);
  const port = attributes.get(semconv.SERVER_PORT);
  if (host !== '') return typeof port === 'number' || typeof port === 'string' ? `${host}:${port}` : host;
  const url = textAttribute(attributes, semconv.URL_FULL);
  return URL.canParse(url) ? new URL(url).host : '';
}
