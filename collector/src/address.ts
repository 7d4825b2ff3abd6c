import { CollectorError } from './collectorError.js';

/** Where to listen. */
export interface ListenAddress {
  /** An IPv4 or IPv6 address without brackets, or `localhost`. */
  readonly host: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
}

/** What keeps an address safe that other machines can reach. */
export interface Exposure {
  /** Whether requests need an access token. */
  readonly hasTokens: boolean;
  readonly isTls: boolean;
  /** Whether a person has said that something in front does TLS. */
  readonly allowsPlainText: boolean;
}

const unprotected: Exposure = { hasTokens: false, isTls: false, allowsPlainText: false };

/**
 * Reads `HOST:PORT` (an IPv6 host in brackets). Beyond loopback it takes tokens, and TLS to keep them secret.
 * @param flag the option a person would change, for messages: `--query`
 * @throws CollectorError BAD_ADDRESS, NOT_LOOPBACK, NOT_ENCRYPTED
 */
export function parseListenAddress(text: string, flag: string, exposure: Exposure = unprotected): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65535) {
    throw new CollectorError(
      'BAD_ADDRESS',
      `'${text}' is not an address: use ${flag} HOST:PORT, such as 127.0.0.1:4317.`,
    );
  }
  if (isLoopback(host)) return { host, port };
  if (!exposure.hasTokens) {
    throw new CollectorError(
      'NOT_LOOPBACK',
      `${text} can be reached from other machines, and there is no access token: use --token-file FILE, or ${flag} 127.0.0.1:${port}.`,
    );
  }
  if (!exposure.isTls && !exposure.allowsPlainText) {
    throw new CollectorError(
      'NOT_ENCRYPTED',
      `${text} can be reached from other machines, and tokens would go there unencrypted: use --tls-cert FILE and --tls-key FILE, ` +
        'or --plain-text when a proxy in front does TLS.',
    );
  }
  return { host, port };
}

/** `HOST:PORT`, with brackets around an IPv6 host. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
