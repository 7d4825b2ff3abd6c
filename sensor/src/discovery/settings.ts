import { log, type LogLevel, logLevels } from '../log.js';

/** What the environment says, checked. Times in milliseconds. */
export interface Settings {
  readonly isEnabled: boolean;
  readonly logLevel: LogLevel | undefined;
  readonly intervalMs: number;
  readonly endpoint: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Paths of PEM files for `https://`: whom to trust instead of the usual authorities, and who this is. */
  readonly tls: {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
  };
}

export type Environment = Readonly<Record<string, string | undefined>>;

export const DEFAULT_ENDPOINT = 'http://localhost:4317';
const DEFAULT_INTERVAL_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_EXIT_TIMEOUT_MS = 2_000;
const DEFAULT_CPU_BUDGET = 0.01;

/** Reads the settings; a value that cannot be used is named once at level `warn` and the default holds. */
export function readSettings(env: Environment): Settings {
  return {
    isEnabled: env['OTEL_SDK_DISABLED']?.trim().toLowerCase() !== 'true',
    logLevel: readLogLevel(env),
    intervalMs: readWhole(env, 'HINDCAST_INTERVAL_MS', 50, 3_600_000, DEFAULT_INTERVAL_MS),
    endpoint: readEndpoint(env),
    headers: {
      ...readPairs(env['OTEL_EXPORTER_OTLP_HEADERS'], true),
      ...readPairs(env['OTEL_EXPORTER_OTLP_METRICS_HEADERS'], true),
    },
    timeoutMs: readWhole(env, 'OTEL_EXPORTER_OTLP_TIMEOUT', 1, 3_600_000, DEFAULT_TIMEOUT_MS),
    tls: {
      ca: readForMetrics(env, 'CERTIFICATE'),
      cert: readForMetrics(env, 'CLIENT_CERTIFICATE'),
      key: readForMetrics(env, 'CLIENT_KEY'),
    },
  };
}

function readForMetrics(env: Environment, name: string): string | undefined {
  return env[`OTEL_EXPORTER_OTLP_METRICS_${name}`]?.trim() || env[`OTEL_EXPORTER_OTLP_${name}`]?.trim() || undefined;
}

export function readLogLevel(env: Environment): LogLevel | undefined {
  const level = env['HINDCAST_LOG_LEVEL']?.trim().toLowerCase();
  return logLevels.find((known) => known === level);
}

/** `HINDCAST_CPU_BUDGET`: the share of the process's CPU time that sampling may use, `1%` or `0.01`; 1 % when nothing usable is told. */
export function readCpuBudget(env: Environment): number {
  const text = env['HINDCAST_CPU_BUDGET']?.trim();
  if (!text) return DEFAULT_CPU_BUDGET;
  const share = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (share > 0 && share <= 1) return share;
  log('warn', `HINDCAST_CPU_BUDGET=${text} is not a share such as 1% or 0.01; using 1%.`);
  return DEFAULT_CPU_BUDGET;
}

/** `HINDCAST_EXIT_TIMEOUT_MS`: how long a program may wait at its end for its last report; 2 s when nothing usable is told. */
export function readExitTimeoutMs(env: Environment): number {
  return readWhole(env, 'HINDCAST_EXIT_TIMEOUT_MS', 0, 60_000, DEFAULT_EXIT_TIMEOUT_MS);
}

function readWhole(env: Environment, name: string, least: number, most: number, otherwise: number): number {
  const text = env[name]?.trim();
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  log('warn', `${name}=${text} is not a whole number from ${least} to ${most}; using ${otherwise}.`);
  return otherwise;
}

/** Where reports go. */
export function readEndpoint(env: Environment): URL {
  for (const name of ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT']) {
    const text = env[name]?.trim();
    if (text === undefined || text === '') continue;
    const url = parseEndpoint(text);
    if (url) return url;
    log('warn', `${name} is not an http:// or https:// address; using ${DEFAULT_ENDPOINT}.`);
  }
  return new URL(DEFAULT_ENDPOINT);
}

function parseEndpoint(text: string): URL | undefined {
  try {
    const url = new URL(text.includes('://') ? text : `http://${text}`);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
  } catch {
    return undefined;
  }
}

/** `key=value` pairs as OpenTelemetry writes them: separated by commas, percent-encoded. Broken pairs are left out. */
export function readPairs(text: string | undefined, lowerCaseKeys = false): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const part of (text ?? '').split(',')) {
    const at = part.indexOf('=');
    const key = part.slice(0, Math.max(at, 0)).trim();
    if (key === '') continue;
    pairs[lowerCaseKeys ? key.toLowerCase() : key] = decode(part.slice(at + 1).trim());
  }
  return pairs;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
