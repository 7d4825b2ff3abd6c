import { CollectorError } from '../../collectorError.js';

/** Where a ClickHouse is and how it is used, from an address such as `clickhouse://user:password@host:8123/database?cluster=name`. */
export interface ClickHouseAddress {
  /** `http://host:port`, in the order in which they are tried. */
  readonly urls: readonly string[];
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Tables are made on this cluster: replicated, sharded. Undefined: on the one server. */
  readonly cluster: string | undefined;
  /** Table of an OpenTelemetry Collector's exporter that spans are read from; then nothing is written. */
  readonly otelTraces: string | undefined;
  /** How far back that is done. */
  readonly otelHours: number;
  /** How long after its end a span is expected to be in that table. */
  readonly otelDelaySeconds: number;
  readonly timeoutMs: number;
  /** Writes begin at most so often: each makes parts that ClickHouse has to merge. */
  readonly writeIntervalMs: number;
  /** Whether the server deletes by its own clock too what collectors would have deleted long before. */
  readonly hasTtl: boolean;
}

const SCHEME = /^clickhouse(s?):\/\//;
const FORM = 'clickhouse://USER:PASSWORD@HOST:PORT/DATABASE';

export function isClickHouseAddress(store: string): boolean {
  return SCHEME.test(store);
}

/** @throws CollectorError STORE_UNUSABLE; no message has the password */
export function parseClickHouseAddress(store: string): ClickHouseAddress {
  // What is before the last @ is user and password, whatever characters they have.
  const [, who = '', hosts = '', path = '', query = ''] =
    /^[a-z]+:\/\/(?:(.*)@)?([^/?]*)(\/[^?]*)?(?:\?(.*))?$/.exec(store) ?? [];
  const isTls = SCHEME.exec(store)?.[1] === 's';
  const [user = '', ...password] = who.split(':');
  const urls = hosts.split(',').map((host) => {
    const hasPort = /:\d+$/.test(host);
    const url = URL.parse(`http${isTls ? 's' : ''}://${host}${hasPort ? '' : isTls ? ':8443' : ':8123'}`);
    if (host === '' || !url) throw bad('names no host');
    return `${url.protocol}//${host}${hasPort ? '' : isTls ? ':8443' : ':8123'}`;
  });
  const options = new URLSearchParams(query);
  for (const name of options.keys()) {
    if (!OPTIONS.includes(name)) throw bad(`has an unknown option "${name}"; there are ${OPTIONS.join(', ')}`);
  }
  const between = (name: string, low: number, high: number, otherwise: number): number => {
    const value = Number(options.get(name) ?? otherwise);
    if (!(value >= low && value <= high)) throw bad(`has a ${name} that is not between ${low} and ${high}`);
    return value;
  };
  const ttl = options.get('ttl') ?? 'on';
  if (ttl !== 'on' && ttl !== 'off') throw bad('has a ttl that is neither "on" nor "off"');
  return {
    urls,
    user: decoded(user) || 'default',
    password: decoded(password.join(':')),
    database: decoded(path.slice(1)) || 'default',
    cluster: options.get('cluster') || undefined,
    otelTraces: options.get('otel_traces') || undefined,
    otelHours: between('otel_hours', 0, 720, 1),
    otelDelaySeconds: Math.round(between('otel_delay_s', 1, 3600, 30)),
    timeoutMs: between('timeout_ms', 100, 600_000, 10_000),
    writeIntervalMs: between('write_interval_ms', 0, 60_000, 500),
    hasTtl: ttl !== 'off',
  };
}

const OPTIONS: readonly string[] = [
  'cluster',
  'otel_delay_s',
  'otel_hours',
  'otel_traces',
  'timeout_ms',
  'ttl',
  'write_interval_ms',
];

/** The address as it may be shown: without user and password. */
export function shownAddress({ urls, database, cluster, otelTraces }: ClickHouseAddress): string {
  const hosts = urls.map((url) => url.replace(/^https?:\/\//, '')).join(',');
  const options = [cluster && `cluster=${cluster}`, otelTraces && `otel_traces=${otelTraces}`]
    .filter(Boolean)
    .join('&');
  return `clickhouse${urls[0]?.startsWith('https') ? 's' : ''}://${hosts}/${database}${options && `?${options}`}`;
}

/** What names a store, as it may be shown; addresses that cannot be read are not shown at all. */
export function shownStore(store: string): string {
  if (!isClickHouseAddress(store)) return store;
  try {
    return shownAddress(parseClickHouseAddress(store));
  } catch {
    return 'clickhouse://***';
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad('has a "%" that begins no code; write it as %25');
  }
}

function bad(what: string): CollectorError {
  return new CollectorError('STORE_UNUSABLE', `The address of the store ${what}. It looks like ${FORM}.`);
}
