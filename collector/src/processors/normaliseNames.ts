import * as semconv from '@hindcast/proto/semconv';
import { WordTable } from '../otlp/internedText.js';
import type { AttributeMap, AttributeValue } from '../otlp/model.js';

/**
 * Attribute names of earlier semantic conventions and what they are called now. The only place that knows the old ones.
 * Source: https://opentelemetry.io/docs/specs/semconv/registry/attributes/ (deprecated attributes)
 */
export const CURRENT_NAMES: ReadonlyMap<string, string> = new Map([
  ['code.function', semconv.CODE_FUNCTION_NAME],
  ['code.filepath', semconv.CODE_FILE_PATH],
  ['code.lineno', semconv.CODE_LINE_NUMBER],
  ['code.column', semconv.CODE_COLUMN_NUMBER],
  ['deployment.environment', semconv.DEPLOYMENT_ENVIRONMENT_NAME],
  ['http.method', semconv.HTTP_REQUEST_METHOD],
  ['http.status_code', semconv.HTTP_RESPONSE_STATUS_CODE],
  ['http.url', semconv.URL_FULL],
  ['net.peer.name', semconv.SERVER_ADDRESS],
  ['net.peer.port', semconv.SERVER_PORT],
  ['db.system', semconv.DB_SYSTEM_NAME],
  ['db.name', semconv.DB_NAMESPACE],
  ['messaging.destination', semconv.MESSAGING_DESTINATION_NAME],
  ['rpc.system', semconv.RPC_SYSTEM_NAME],
]);

/** Was the qualifier of `code.function`; now the name itself is qualified. */
export const CODE_NAMESPACE = 'code.namespace';

/** What the processors read of a span's attributes, under any of their names; each once. */
export const SPAN_NAMES: readonly string[] = [
  ...new Set([
    semconv.CODE_FUNCTION_NAME,
    semconv.CODE_FILE_PATH,
    semconv.CODE_LINE_NUMBER,
    semconv.CODE_COLUMN_NUMBER,
    semconv.HTTP_ROUTE,
    semconv.HTTP_REQUEST_METHOD,
    semconv.HTTP_RESPONSE_STATUS_CODE,
    semconv.URL_FULL,
    semconv.SERVER_ADDRESS,
    semconv.SERVER_PORT,
    semconv.DB_SYSTEM_NAME,
    semconv.DB_NAMESPACE,
    semconv.MESSAGING_SYSTEM,
    semconv.MESSAGING_DESTINATION_NAME,
    semconv.MESSAGING_DESTINATION_TEMPLATE,
    semconv.RPC_SYSTEM_NAME,
    semconv.RPC_SERVICE,
    semconv.RPC_METHOD,
    semconv.ERROR_TYPE,
    CODE_NAMESPACE,
    ...CURRENT_NAMES.keys(),
  ]),
];

const WANTED: ReadonlySet<string> = new Set([
  ...SPAN_NAMES,
  semconv.CALLER_FUNCTION_NAME,
  semconv.CALLER_FILE_PATH,
  semconv.CALLER_LINE_NUMBER,
  semconv.CALLER_COLUMN_NUMBER,
  semconv.CALLER_SERVICE_NAME,
  semconv.ENTRY_KIND,
  semconv.ENTRY_NAME,
  semconv.DEPENDENCY_KIND,
  semconv.DEPENDENCY_TARGET,
  semconv.ERROR_ORIGIN,
  semconv.EXCEPTION_TYPE,
  semconv.DROP_REASON,
]);

/** What the processors read of the attributes of a metric point, under any of their names. */
export const wantedAttributes = new WordTable(WANTED);

/** The attributes under their current names. Where an old and a current one are both there, the current one counts. */
export function normaliseNames(attributes: AttributeMap): AttributeMap {
  // Nearly everybody uses current names only.
  let isCurrent = true;
  for (const key of attributes.keys()) if (CURRENT_NAMES.has(key)) isCurrent = false;
  if (isCurrent) return attributes;
  let renamed: Map<string, AttributeValue> | undefined;
  for (const [key, value] of attributes) {
    const current = CURRENT_NAMES.get(key);
    if (current === undefined || attributes.has(current)) continue;
    renamed ??= new Map(attributes);
    renamed.set(current, qualified(key, value, attributes.get(CODE_NAMESPACE)));
  }
  return renamed ?? attributes;
}

/** The value under the current name. @param namespace the value of CODE_NAMESPACE */
export function qualified(
  key: string | undefined,
  value: AttributeValue,
  namespace: AttributeValue | undefined,
): AttributeValue {
  return key === 'code.function' && typeof value === 'string' && typeof namespace === 'string' && namespace !== ''
    ? `${namespace}.${value}`
    : value;
}
