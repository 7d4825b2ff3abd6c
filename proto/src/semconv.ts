/**
 * Every attribute, metric and event name that crosses a wire of ours, in one place.
 *
 * Names that OpenTelemetry calls stable are marked; the others are copied here because they may still move:
 * https://opentelemetry.io/docs/specs/semconv/. Names under `hindcast.` are our own.
 */

// Resource: who reports.
/** Stable. */
export const SERVICE_NAME = 'service.name';
/** Stable. */
export const SERVICE_NAMESPACE = 'service.namespace';
/** Stable. */
export const SERVICE_VERSION = 'service.version';
/** Stable. */
export const SERVICE_INSTANCE_ID = 'service.instance.id';
/** Stable. */
export const DEPLOYMENT_ENVIRONMENT_NAME = 'deployment.environment.name';
/** https://opentelemetry.io/docs/specs/semconv/registry/attributes/vcs/ */
export const VCS_REF_HEAD_REVISION = 'vcs.ref.head.revision';
export const VCS_REF_HEAD_NAME = 'vcs.ref.head.name';
export const VCS_REPOSITORY_URL_FULL = 'vcs.repository.url.full';
export const PROCESS_PID = 'process.pid';
export const PROCESS_RUNTIME_NAME = 'process.runtime.name';
export const PROCESS_RUNTIME_VERSION = 'process.runtime.version';
/** Stable. */
export const TELEMETRY_SDK_NAME = 'telemetry.sdk.name';
/** Stable. */
export const TELEMETRY_SDK_LANGUAGE = 'telemetry.sdk.language';
/** Stable. */
export const TELEMETRY_SDK_VERSION = 'telemetry.sdk.version';
/** The value of `telemetry.sdk.name` that our sensor reports, and the name of its instrumentation scope. */
export const HINDCAST_SDK = '@hindcast/sensor';

// Code: which function.
/** Stable. Qualified as docs/naming.md says. */
export const CODE_FUNCTION_NAME = 'code.function.name';
/** Stable. Relative to the repository root in everything the sensor reports. */
export const CODE_FILE_PATH = 'code.file.path';
/** Stable. 1-based. */
export const CODE_LINE_NUMBER = 'code.line.number';
/** Stable. 1-based. */
export const CODE_COLUMN_NUMBER = 'code.column.number';
/** The same four, of the calling function. */
export const CALLER_FUNCTION_NAME = 'hindcast.caller.function.name';
export const CALLER_FILE_PATH = 'hindcast.caller.file.path';
export const CALLER_LINE_NUMBER = 'hindcast.caller.line.number';
export const CALLER_COLUMN_NUMBER = 'hindcast.caller.column.number';
/** Git blob id of a file's original text. */
export const CODE_FILE_HASH = 'hindcast.code.file.hash';

/** `service.name` of a caller in another service; absent for callers in the same process. */
export const CALLER_SERVICE_NAME = 'hindcast.caller.service.name';

// Failure.
/** Stable. The class of what was thrown. */
export const ERROR_TYPE = 'error.type';
/** Stable. */
export const EXCEPTION_TYPE = 'exception.type';
/** `thrown` where the error first appeared in own code, `passed` where it went through. */
export const ERROR_ORIGIN = 'hindcast.error.origin';

// Metrics of the sensor; all with delta temporality.
/** Sum, monotonic, `{call}`: exact calls of a function. */
export const METRIC_FUNCTION_CALLS = 'hindcast.function.calls';
/** Sum, monotonic, `{call}`: calls that ended by throwing or rejecting, by `error.type` and `hindcast.error.origin`. */
export const METRIC_FUNCTION_ERRORS = 'hindcast.function.errors';
/** Exponential histogram at scale 4, `s`: wall time of timed calls. */
export const METRIC_FUNCTION_DURATION = 'hindcast.function.duration';
/** Sum, monotonic, `{call}`: calls by caller; no caller attributes means that the call came from outside own code. */
export const METRIC_EDGE_CALLS = 'hindcast.edge.calls';
/** Sum, monotonic, `{call}`: how many of an edge's calls were seen rather than extrapolated. */
export const METRIC_EDGE_SAMPLES = 'hindcast.edge.samples';
/** Sum, monotonic, `{call}`: requests, messages, ticks and starts by entry point. */
export const METRIC_ENTRY_CALLS = 'hindcast.entry.calls';
/** Sum, monotonic, `{call}`: of these, the failed ones, by `error.type` (a 5xx status is its number). */
export const METRIC_ENTRY_ERRORS = 'hindcast.entry.errors';
/** Exponential histogram at scale 4, `s`: from the arrival of a request to the end of its answer. */
export const METRIC_ENTRY_DURATION = 'hindcast.entry.duration';
/** Sum, monotonic, `{call}`: calls of a function by entry point; no entry point means that it is not known. */
export const METRIC_FUNCTION_ENTRIES = 'hindcast.function.entries';
/** Sum, monotonic, `{call}`: calls to databases, caches, queues and other services by calling function. */
export const METRIC_DEPENDENCY_CALLS = 'hindcast.dependency.calls';
/** Sum, monotonic, `{call}`: of these, the failed ones, by `error.type`. */
export const METRIC_DEPENDENCY_ERRORS = 'hindcast.dependency.errors';
/** Exponential histogram at scale 4, `s`. */
export const METRIC_DEPENDENCY_DURATION = 'hindcast.dependency.duration';
/** Sum, monotonic, `{item}`: what the sensor gave up or lost, by `hindcast.drop.reason`. */
export const METRIC_SENSOR_DROPS = 'hindcast.sensor.drops';
export const DROP_REASON = 'hindcast.drop.reason';

// Events of the sensor (OTLP log records with an event name).
/**
 * A file of own code was loaded and instrumented. Attributes: `code.file.path`, `hindcast.code.file.hash`.
 * Body: an array with one kvlist per function: `name`, `line`, `column`, `endLine`, `hash` (first 16 hex digits of the
 * SHA-1 of the body's text, or empty).
 */
export const EVENT_FILE_LOADED = 'hindcast.file.loaded';
/** A file of own code was loaded but runs as it is. Attributes: `code.file.path`, `hindcast.not_observed.reason`. */
export const EVENT_FILE_NOT_OBSERVED = 'hindcast.file.not_observed';
export const NOT_OBSERVED_REASON = 'hindcast.not_observed.reason';
/** The reason of a file that an instance has not loaded. It says nothing against another instance that has. */
export const NEVER_LOADED = 'The file was never loaded.';

/**
 * A slow or failing call worth keeping. The record's trace id is the trace's. Body: kvlist of `entryKind`, `entryName`,
 * `durationSeconds`, `errorType`, `path` (array of kvlists `name`, `file`, `line`, `column`, `durationSeconds`, `offsetSeconds` since the
 * work began: sampled calls in the order of their start), `dependencies` (array of kvlists `kind`, `target`, `count`,
 * `durationSeconds`, and `name`, `file`, `line`, `column` of the calling function). Never argument values.
 */
export const EVENT_EXEMPLAR = 'hindcast.exemplar';

// Entry points.
/** `http`, `rpc`, `queue`, `timer` or `cli`. */
export const ENTRY_KIND = 'hindcast.entry.kind';
/** `GET /orders/:id`, `shop.Orders/Place`, a queue's name, `setInterval`, the script's file: low cardinality by nature. */
export const ENTRY_NAME = 'hindcast.entry.name';

// Dependencies.
/** `http`, `rpc`, `db`, `cache` or `queue`. */
export const DEPENDENCY_KIND = 'hindcast.dependency.kind';
/** `host:port` for http and rpc, else the system and what it names: `sqlite`, `postgresql shop`, `redis`. Never a statement. */
export const DEPENDENCY_TARGET = 'hindcast.dependency.target';

/** Key of our entry in W3C `tracestate`; docs/wire.md has the value's grammar. */
export const TRACESTATE_KEY = 'hindcast';

/** Stable. */
export const HTTP_ROUTE = 'http.route';
/** Stable. */
export const HTTP_REQUEST_METHOD = 'http.request.method';
/** Stable. */
export const HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
/** Stable. */
export const URL_FULL = 'url.full';
/** Stable. */
export const SERVER_ADDRESS = 'server.address';
/** Stable. */
export const SERVER_PORT = 'server.port';
/** Stable. */
export const DB_SYSTEM_NAME = 'db.system.name';
/** Stable. */
export const DB_NAMESPACE = 'db.namespace';
/** https://opentelemetry.io/docs/specs/semconv/registry/attributes/messaging/ */
export const MESSAGING_SYSTEM = 'messaging.system';
export const MESSAGING_DESTINATION_NAME = 'messaging.destination.name';
export const MESSAGING_DESTINATION_TEMPLATE = 'messaging.destination.template';
/** https://opentelemetry.io/docs/specs/semconv/registry/attributes/rpc/ */
export const RPC_SYSTEM_NAME = 'rpc.system.name';
export const RPC_SERVICE = 'rpc.service';
export const RPC_METHOD = 'rpc.method';
