import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Logger } from '@hindcast/core/logger';
import { CollectorError } from '../collectorError.js';

/** PEM files for TLS. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Whose certificates clients must show; undefined: clients show none. */
  readonly clientCaFile: string | undefined;
}

/** How often files are looked at; certificates are replaced days before they expire. */
const LOOK_INTERVAL_MS = 5_000;

/** What TLS servers listen with; tells them when the files have changed. */
export class TlsMaterial {
  private readonly listeners = new Set<(options: SecureContextOptions) => void>();
  private readonly timer: NodeJS.Timeout;
  private current: SecureContextOptions;
  private stamp: string;

  /** @throws CollectorError TLS_UNUSABLE */
  constructor(
    private readonly files: TlsFiles,
    private readonly logger: Logger,
    lookIntervalMs = LOOK_INTERVAL_MS,
  ) {
    this.stamp = this.stampOfFiles();
    this.current = read(files);
    this.timer = setInterval(() => this.look(), lookIntervalMs);
    this.timer.unref();
  }

  get options(): SecureContextOptions {
    return this.current;
  }

  /** Whether clients must show a certificate. */
  get asksClients(): boolean {
    return this.files.clientCaFile !== undefined;
  }

  onChange(listener: (options: SecureContextOptions) => void): void {
    this.listeners.add(listener);
  }

  /** Reads the files again, whether they have changed or not. What cannot be used is told, and what was there stays in use. */
  reload(): void {
    try {
      this.current = read(this.files);
      for (const listener of this.listeners) listener(this.current);
      this.logger.info('the TLS files were read again');
    } catch (error) {
      this.logger.warn(
        `${error instanceof Error ? error.message : 'TLS files'} The certificate of before stays in use.`,
      );
    }
  }

  close(): void {
    clearInterval(this.timer);
    this.listeners.clear();
  }

  private look(): void {
    const stamp = this.stampOfFiles();
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    this.reload();
  }

  private stampOfFiles(): string {
    const { certFile, keyFile, clientCaFile } = this.files;
    return [certFile, keyFile, clientCaFile]
      .map((file) => file && statSync(file, { throwIfNoEntry: false }))
      .map((stat) => (stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : ''))
      .join('|');
  }
}

/** Whether the files can be read and belong together. @throws CollectorError TLS_UNUSABLE */
export function checkTlsFiles(files: TlsFiles): void {
  read(files);
}

function read({ certFile, keyFile, clientCaFile }: TlsFiles): SecureContextOptions {
  const options: SecureContextOptions = {
    cert: pem(certFile),
    key: pem(keyFile),
    minVersion: 'TLSv1.2',
    ...(clientCaFile !== undefined && { ca: pem(clientCaFile) }),
  };
  try {
    createSecureContext(options);
  } catch (error) {
    throw unusable(`${certFile} and ${keyFile} are no certificate and key that belong together`, error);
  }
  return options;
}

function pem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw unusable(`${file} cannot be read (${error instanceof Error ? error.message : 'unknown'})`, error);
  }
}

function unusable(what: string, cause: unknown): CollectorError {
  return new CollectorError(
    'TLS_UNUSABLE',
    `TLS cannot be used: ${what}. Use --tls-cert, --tls-key and --tls-client-ca.`,
    {
      cause,
    },
  );
}
