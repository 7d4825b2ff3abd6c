import { defaultCollectorConfig } from '../config.js';
import { defaultClientLimits } from '../security/clientLimits.js';

/** One thing that can be set: in the file, in the environment, on the command line. */
export interface Setting {
  /** As a flag without its dashes; `HINDCAST_COLLECTOR_` and this in capitals is the variable. */
  readonly name: string;
  /** Where it stands in the file. */
  readonly path: readonly string[];
  /** What a value looks like, for help; undefined for a switch. */
  readonly argument: string | undefined;
  readonly help: string;
  /** Empty: not set. */
  readonly default: string;
  /** Never shown, and no flag: command lines can be read by everybody on the machine. */
  readonly isSecret?: true;
}

const { otlpGrpc = 'off', otlpHttp = 'off', query, store } = defaultCollectorConfig();
const { requestsPerSecond, bytesPerSecond, connections } = defaultClientLimits;

/** Everything that can be set, in the order in which it is shown. */
export const settings = [
  {
    name: 'otlp-grpc',
    path: ['otlp', 'grpc'],
    argument: 'HOST:PORT',
    help: "OTLP over gRPC; 'off' for none",
    default: otlpGrpc,
  },
  {
    name: 'otlp-http',
    path: ['otlp', 'http'],
    argument: 'HOST:PORT',
    help: "OTLP over HTTP; 'off' for none",
    default: otlpHttp,
  },
  { name: 'query', path: ['query'], argument: 'HOST:PORT', help: 'the query service', default: query },
  {
    name: 'store',
    path: ['store'],
    argument: 'PATH|clickhouse://…|memory',
    help: 'database file, address of a ClickHouse, or memory to keep nothing',
    default: store,
  },
  {
    name: 'store-max-bytes',
    path: ['storeMaxBytes'],
    argument: 'N',
    help: 'what the database file may take: the oldest detail goes first',
    default: String(8 * 1024 ** 3),
  },
  {
    name: 'token-file',
    path: ['tokens', 'file'],
    argument: 'FILE',
    help: 'access tokens: a line each, ingest or read or ingest,read and the token',
    default: '',
  },
  {
    name: 'ingest-token',
    path: ['tokens', 'ingest'],
    argument: 'TOKEN',
    help: 'one token that may send',
    default: '',
    isSecret: true,
  },
  {
    name: 'read-token',
    path: ['tokens', 'read'],
    argument: 'TOKEN',
    help: 'one token that may ask',
    default: '',
    isSecret: true,
  },
  { name: 'tls-cert', path: ['tls', 'cert'], argument: 'FILE', help: 'certificate chain, PEM', default: '' },
  { name: 'tls-key', path: ['tls', 'key'], argument: 'FILE', help: 'its key, PEM', default: '' },
  {
    name: 'tls-client-ca',
    path: ['tls', 'clientCa'],
    argument: 'FILE',
    help: 'whose certificates clients must show, PEM',
    default: '',
  },
  {
    name: 'plain-text',
    path: ['plainText'],
    argument: undefined,
    help: 'tokens may come unencrypted from other machines: a proxy in front does TLS',
    default: 'false',
  },
  {
    name: 'max-requests-per-second',
    path: ['limits', 'requestsPerSecond'],
    argument: 'N',
    help: 'of one client',
    default: String(requestsPerSecond),
  },
  {
    name: 'max-bytes-per-second',
    path: ['limits', 'bytesPerSecond'],
    argument: 'N',
    help: 'of one client',
    default: String(bytesPerSecond),
  },
  {
    name: 'max-connections',
    path: ['limits', 'connections'],
    argument: 'N',
    help: 'of one client',
    default: String(connections),
  },
  {
    name: 'log-level',
    path: ['log', 'level'],
    argument: 'LEVEL',
    help: 'error, warn, info or debug',
    default: 'info',
  },
  { name: 'log-format', path: ['log', 'format'], argument: 'FORMAT', help: 'text or json', default: 'text' },
] as const satisfies readonly Setting[];

export type SettingName = (typeof settings)[number]['name'];

export function variableOf({ name }: Setting): string {
  return `HINDCAST_COLLECTOR_${name.toUpperCase().replaceAll('-', '_')}`;
}
