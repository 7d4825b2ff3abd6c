import { homedir } from 'node:os';
import { join } from 'node:path';

import type { AccessToken } from './security/accessTokens.js';
import type { ClientLimits } from './security/clientLimits.js';
import type { TlsFiles } from './security/tlsFiles.js';

/** How a collector is set up. Addresses are `HOST:PORT`; port 0 takes a free one. Beyond loopback there must be tokens. */
export interface CollectorConfig {
  /** OTLP over gRPC; undefined turns it off. Flag `--otlp-grpc`. */
  readonly otlpGrpc: string | undefined;
  /** OTLP over HTTP, protobuf and JSON; undefined turns it off. Flag `--otlp-http`. */
  readonly otlpHttp: string | undefined;
  /** The query service. Flag `--query`. */
  readonly query: string;
  /** `memory`, or the path of the database file (created, with its folder, when absent). Flag `--store`. */
  readonly store: string;
  /** What the database file may take, bytes; absent: no limit. Flag `--store-max-bytes`. */
  readonly storeMaxBytes?: number;
  /** Absent: no TLS, no tokens, and limits that no real client meets. */
  readonly security?: SecurityConfig;
}

export interface SecurityConfig {
  /** None: everybody may send and ask. */
  readonly tokens: readonly AccessToken[];
  readonly tls: TlsFiles | undefined;
  /** Something in front does TLS: tokens may come unencrypted from other machines. */
  readonly allowsPlainText: boolean;
  readonly limits: ClientLimits;
}

/** The ports OpenTelemetry uses, on loopback, and a database in the user's data folder. */
export function defaultCollectorConfig(): CollectorConfig {
  return {
    otlpGrpc: '127.0.0.1:4317',
    otlpHttp: '127.0.0.1:4318',
    query: '127.0.0.1:4319',
    store: join(dataFolder(), 'hindcast', 'collector.db'),
  };
}

/** Where this system keeps a user's application data. */
function dataFolder(): string {
  const { XDG_DATA_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === 'win32') return LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  return XDG_DATA_HOME ?? join(homedir(), '.local', 'share');
}
