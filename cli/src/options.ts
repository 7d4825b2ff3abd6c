import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { parseIsoDuration } from '@hindcast/core/isoDuration';
import { TOKEN_ENVIRONMENT_VARIABLE } from '@hindcast/proto/lspMessages';
import {
  COLLECTOR_ENVIRONMENT_VARIABLE,
  isHostPort,
  resolveCollectorAddress,
} from '@hindcast/server/collector/collectorAddress';
import type { CollectorAccess } from '@hindcast/server/collector/collectorChannel';
import { SnapshotError } from '@hindcast/server/collector/snapshotFile';
import { SnapshotReader } from '@hindcast/server/collector/snapshotReader';
import type { SnapshotSource } from '@hindcast/server/collector/snapshotSource';
import { UsageError, type Terminal } from './command.js';

/** Longest window that a collector answers (hindcast/v1/query.proto). */
const MAX_WINDOW_DAYS = 400;

/** `util.parseArgs`, strict, with its complaints as `UsageError`. */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
  allowPositionals = false,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals, strict: true });
  } catch (error) {
    // Node's sentence names the option; what follows it is advice about `--` that only distracts.
    const [first] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(`${first ?? ''}.`.replace(/\.\.$/, '.'));
  }
}

/** The address for `--collector`, else of the environment, else the default. */
export function collectorOption(value: string | undefined, { environment }: Terminal): string {
  if (value !== undefined && !isHostPort(value)) throw new UsageError(`--collector takes HOST:PORT, not '${value}'.`);
  const configured = environment[COLLECTOR_ENVIRONMENT_VARIABLE];
  if (value === undefined && configured !== undefined && configured !== '' && !isHostPort(configured)) {
    throw new UsageError(`${COLLECTOR_ENVIRONMENT_VARIABLE} must be HOST:PORT, not '${configured}'.`);
  }
  return resolveCollectorAddress(value, environment);
}

/** The flags of every command that asks a collector, for `parseOptions`. */
export const connectionOptions = {
  collector: { type: 'string' },
  'token-file': { type: 'string' },
  'tls-ca': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
} as const;

/** What `--help` says of them. */
export const connectionHelp = `  --collector HOST:PORT  the query service to ask (default 127.0.0.1:4319, or ${COLLECTOR_ENVIRONMENT_VARIABLE})
  --token-file FILE      an access token that may read, on a line of its own (or ${TOKEN_ENVIRONMENT_VARIABLE})
  --tls-ca FILE          use TLS, and trust this certificate authority, PEM ('system' for the machine's own)
  --tls-cert FILE        show this certificate, PEM; with --tls-key FILE
`;

/** Values of `connectionOptions`. */
export type ConnectionValues = Partial<Record<keyof typeof connectionOptions, string | undefined>>;

/** How to reach the collector. @throws UsageError for files that cannot be read */
export function accessOption(values: ConnectionValues, { environment }: Terminal): CollectorAccess {
  const file = values['token-file'];
  const token = (file === undefined ? environment[TOKEN_ENVIRONMENT_VARIABLE] : readText(file, '--token-file'))?.trim();
  if (token && !/^[\x21-\x7e]+$/.test(token)) throw new UsageError('a token is one line without blanks.');
  const { 'tls-ca': ca, 'tls-cert': cert, 'tls-key': key } = values;
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--tls-cert and --tls-key go together.');
  const isTls = ca !== undefined || cert !== undefined;
  return {
    token: token === '' ? undefined : token,
    tls: isTls
      ? {
          caPem: ca === undefined || ca === 'system' ? undefined : readText(ca, '--tls-ca'),
          certPem: cert === undefined ? undefined : readText(cert, '--tls-cert'),
          keyPem: key === undefined ? undefined : readText(key, '--tls-key'),
        }
      : undefined,
  };
}

function readText(file: string, flag: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new UsageError(`${flag}: ${file} cannot be read (${code}).`);
  }
}

/** The snapshot for `--snapshot`; undefined when absent. @throws UsageError for a file that is none */
export async function snapshotOption(
  value: string | undefined,
  { workingFolder }: Terminal,
): Promise<SnapshotSource | undefined> {
  if (value === undefined) return undefined;
  const found = await SnapshotReader.of(resolve(workingFolder, value))
    .read()
    .catch((error: unknown) => {
      throw error instanceof SnapshotError ? new UsageError(`--snapshot: ${error.message}`) : error;
    });
  if (!found) throw new UsageError(`--snapshot: there is no file ${value}.`);
  return found;
}

export interface Window {
  /** As it was given. */
  readonly text: string;
  readonly seconds: number;
}

/** The window for `--window`; one hour when absent. */
export function windowOption(value: string | undefined): Window {
  const text = value ?? 'PT1H';
  const seconds = parseIsoDuration(text);
  if (seconds === undefined) {
    throw new UsageError(`--window takes an ISO-8601 duration such as PT15M, PT1H or P7D, not '${text}'.`);
  }
  if (seconds <= 0 || seconds > MAX_WINDOW_DAYS * 86_400) {
    throw new UsageError(`--window must be more than nothing and at most P${MAX_WINDOW_DAYS}D, not '${text}'.`);
  }
  return { text, seconds };
}
